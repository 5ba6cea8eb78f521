"""How long each camera had a picture, by day.

Revision: 0052, after 0051.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table."""
    op.create_table(
        "camera_day",
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seen_seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "camera_id", "day", name=op.f("pk_camera_day")),
        sa.ForeignKeyConstraint(
            ["node_id", "camera_id"],
            ["camera.node_id", "camera.id"],
            name=op.f("fk_camera_day_node_id_camera_id_camera"),
        ),
    )
    op.create_index(op.f("ix_camera_day_day"), "camera_day", ["day"])


def downgrade() -> None:
    """Without it."""
    op.drop_index(op.f("ix_camera_day_day"), "camera_day")
    op.drop_table("camera_day")
