"""State of each connection; period in which a registered owner had the vehicle.

Revision: 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "connection",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", UTCDateTime(), nullable=True),
        sa.Column("last_success_at", UTCDateTime(), nullable=True),
        sa.Column("last_failure_at", UTCDateTime(), nullable=True),
        sa.Column("problem", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_connection")),
    )
    with op.batch_alter_table("registry_answer") as answers:
        answers.add_column(sa.Column("since", UTCDateTime(), nullable=True))
        answers.add_column(sa.Column("until", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("registry_answer") as answers:
        answers.drop_column("until")
        answers.drop_column("since")
    op.drop_table("connection")
