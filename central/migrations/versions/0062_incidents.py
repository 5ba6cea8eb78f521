"""Security incidents with both of their deadlines.

Revision: 0062, after 0061.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("notice_by", UTCDateTime(), nullable=False),
        sa.Column("notice_basis", sa.String(length=200), nullable=False),
        sa.Column("notice_sent_at", UTCDateTime(), nullable=True),
        sa.Column("notice_reference", sa.String(length=120), nullable=False),
        sa.Column("report_by", UTCDateTime(), nullable=False),
        sa.Column("report_basis", sa.String(length=200), nullable=False),
        sa.Column("report_sent_at", UTCDateTime(), nullable=True),
        sa.Column("report_reference", sa.String(length=120), nullable=False),
        sa.CheckConstraint("first_at < until_at", name=op.f("ck_incident_period")),
        sa.CheckConstraint(
            "(notice_sent_at IS NULL) = (notice_reference = '')", name=op.f("ck_incident_notice_sent")
        ),
        sa.CheckConstraint(
            "(report_sent_at IS NULL) = (report_reference = '')", name=op.f("ck_incident_report_sent")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["app_user.id"], name=op.f("fk_incident_entered_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("incident")
