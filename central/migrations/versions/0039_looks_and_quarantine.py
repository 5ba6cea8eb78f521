"""An index of decisions by time; cameras in quarantine.

Revision: 0039, after 0038.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def _person(column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_camera_quarantine_{column}_app_user")
    return sa.ForeignKeyConstraint([column], ["app_user.id"], name=name)


def upgrade() -> None:
    """Applies the change."""
    op.create_index("ix_case_event_action", "case_event", ["action", "at"])
    op.create_table(
        "camera_quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("put_in_by", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        _person("put_in_by"),
        _person("released_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_quarantine")),
    )
    present = sa.text("released_at IS NULL")
    op.create_index(
        "uq_camera_quarantine_present",
        "camera_quarantine",
        ["node_id", "camera_id"],
        unique=True,
        postgresql_where=present,
        sqlite_where=present,
    )


def downgrade() -> None:
    """Takes it back."""
    op.execute("UPDATE case_file SET queue = 'attention' WHERE queue = 'held'")
    op.drop_table("camera_quarantine")
    op.drop_index("ix_case_event_action", "case_event")
