"""From when a case is restricted to the police, also for cases whose result is already signed.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.add_column("case_file", sa.Column("police_only_from", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_case_file_with_operators",
        "case_file",
        ["id"],
        unique=False,
        sqlite_where=sa.text("police_only_from IS NULL"),
        postgresql_where=sa.text("police_only_from IS NULL"),
    )
    op.execute(
        "UPDATE case_file SET police_only_from = (SELECT t.since FROM track_state t JOIN proceeding p "
        "ON p.id = t.proceeding_id WHERE p.case_id = case_file.id AND t.track = 'result')"
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_case_file_with_operators", table_name="case_file")
    op.drop_column("case_file", "police_only_from")
