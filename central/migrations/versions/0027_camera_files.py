"""Camera files of the nodes: what was ordered, and what each camera ran since when.

Revision: 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "camera_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("ordered_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        _of_a_camera("camera_revision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_revision")),
        sa.UniqueConstraint(
            "node_id", "camera_id", "number", name=op.f("uq_camera_revision_node_id_camera_id_number")
        ),
    )
    op.create_index("ix_camera_revision_state", "camera_revision", ["state"])
    op.create_table(
        "camera_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("heard_at", UTCDateTime(), nullable=False),
        _of_a_camera("camera_setting"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_setting")),
    )
    op.create_index("ix_camera_setting_camera", "camera_setting", ["node_id", "camera_id", "id"])


def _of_a_camera(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["node_id", "camera_id"],
        ["camera.node_id", "camera.id"],
        name=op.f(f"fk_{table}_node_id_camera_id_camera"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("camera_setting")
    op.drop_table("camera_revision")
