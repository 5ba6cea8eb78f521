"""Stored reports for leaders.

Revision: 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "report_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(100), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.CheckConstraint("kind IN ('weekly', 'monthly')", name=op.f("ck_report_snapshot_kind")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_report_snapshot_period")),
        sa.CheckConstraint("revision >= 1 AND corrected >= 0", name=op.f("ck_report_snapshot_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_snapshot")),
        sa.UniqueConstraint(
            "kind",
            "first_day",
            "last_day",
            "revision",
            name=op.f("uq_report_snapshot_kind_first_day_last_day_revision"),
        ),
    )
    op.create_index("ix_report_snapshot_taken_at", "report_snapshot", ["taken_at"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("report_snapshot")
