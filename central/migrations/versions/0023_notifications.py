"""Notifications of people about their cases.

Revision: 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("proof", sa.String(length=300), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_notification_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_notification_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("key", name=op.f("uq_notification_key")),
    )
    op.create_index("ix_notification_case_id", "notification", ["case_id"], unique=False)
    op.create_index("ix_notification_party_id", "notification", ["party_id"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_notification_case_id", table_name="notification")
    op.drop_index("ix_notification_party_id", table_name="notification")
    op.drop_table("notification")
