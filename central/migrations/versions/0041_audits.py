"""Audits of rejections, and the nodes' discards by day.

Revision: 0041, after 0040.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_reject_audit_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "reject_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("rejected_by", sa.Integer(), nullable=False),
        sa.Column("audited_by", sa.Integer(), nullable=False),
        sa.Column("audited_at", UTCDateTime(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        _refers("case_id", "case_file"),
        _refers("rejected_by", "app_user"),
        _refers("audited_by", "app_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reject_audit")),
        sa.UniqueConstraint("case_id", name=op.f("uq_reject_audit_case_id")),
    )
    op.create_index(op.f("ix_reject_audit_week"), "reject_audit", ["week"])
    op.create_table(
        "camera_drops",
        sa.Column("node_id", sa.String(63), nullable=False),
        sa.Column("camera_id", sa.String(80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("run", sa.String(80), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "camera_id", "day", name=op.f("pk_camera_drops")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("camera_drops")
    op.drop_table("reject_audit")
