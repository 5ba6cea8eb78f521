"""Spikes and droughts of what cameras find.

Revision: 0040, after 0039.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "case_swing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("explanation", sa.String(500), nullable=False),
        sa.Column("explained_by", sa.Integer(), nullable=True),
        sa.Column("explained_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["explained_by"], ["app_user.id"], name=op.f("fk_case_swing_explained_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_swing")),
    )
    op.create_index("ix_case_swing_camera", "case_swing", ["node_id", "camera_id", "rule", "last_day"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("case_swing")
