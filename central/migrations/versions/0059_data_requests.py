"""Requests of persons for the data held about them.

Revision: 0059, after 0058.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("give_by", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("collected_at", UTCDateTime(), nullable=True),
        sa.Column("collected_by", sa.Integer(), nullable=True),
        sa.Column("sealed_file", sa.LargeBinary(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("outcome IN ('', 'given', 'refused')", name=op.f("ck_data_request_outcome")),
        sa.CheckConstraint("(outcome = '') = (ended_on IS NULL)", name=op.f("ck_data_request_ended")),
        sa.CheckConstraint(
            "outcome <> 'refused' OR note <> ''", name=op.f("ck_data_request_refused_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["app_user.id"], name=op.f("fk_data_request_entered_by_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["collected_by"], ["app_user.id"], name=op.f("fk_data_request_collected_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
        sa.UniqueConstraint("key", name=op.f("uq_data_request_key")),
    )
    op.create_index(op.f("ix_data_request_key_id"), "data_request", ["key_id"])
    op.create_index("ix_data_request_ended", "data_request", ["ended_on", "erased_at"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("data_request")
