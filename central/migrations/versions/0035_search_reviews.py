"""Monthly reviews of searches by plate.

Revision: 0035, after 0034.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "search_review",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["app_user.id"], name=op.f("fk_search_review_reviewed_by_app_user")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_search_review")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("search_review")
