"""Viewing copies of clips that browsers can't play.

Revision: 0044, after 0043.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "viewing_copy",
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("copy_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("original_sha256", name=op.f("pk_viewing_copy")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("viewing_copy")
