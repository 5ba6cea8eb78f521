"""The last small picture of each camera.

Revision: 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "camera_picture",
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id", "camera_id"],
            ["camera.node_id", "camera.id"],
            name=op.f("fk_camera_picture_node_id_camera_id_camera"),
        ),
        sa.PrimaryKeyConstraint("node_id", "camera_id", name=op.f("pk_camera_picture")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("camera_picture")
