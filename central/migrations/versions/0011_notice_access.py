"""What the code on a notice opens.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "notice_access",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("plate", sa.String(length=24), nullable=False),
        sa.Column("code_index", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_notice_access_document_id_document")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_notice_access_party_id_party")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_notice_access_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_notice_access")),
        sa.UniqueConstraint("code_index", name=op.f("uq_notice_access_code_index")),
    )
    op.create_index(op.f("ix_notice_access_proceeding_id"), "notice_access", ["proceeding_id"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(op.f("ix_notice_access_proceeding_id"), table_name="notice_access")
    op.drop_table("notice_access")
