"""Answers being written, and files beside them.

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "citizen_draft",
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_citizen_draft_party_id_party")),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_citizen_draft_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("proceeding_id", "party_id", "kind", name=op.f("pk_citizen_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_citizen_draft_key")),
    )
    op.create_index("ix_citizen_draft_key_id", "citizen_draft", ["key_id"], unique=False)
    op.create_table(
        "citizen_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_citizen_attachment_party_id_party")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_citizen_attachment_proceeding_id_proceeding")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["citizen_submission.id"],
            name=op.f("fk_citizen_attachment_submission_id_citizen_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_citizen_attachment_key")),
    )
    op.create_index(
        "ix_citizen_attachment_case", "citizen_attachment", ["proceeding_id", "party_id"], unique=False
    )
    op.create_index("ix_citizen_attachment_key_id", "citizen_attachment", ["key_id"], unique=False)
    op.create_index(
        "ix_citizen_attachment_submission_id", "citizen_attachment", ["submission_id"], unique=False
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_citizen_attachment_case", table_name="citizen_attachment")
    op.drop_index("ix_citizen_attachment_key_id", table_name="citizen_attachment")
    op.drop_index("ix_citizen_attachment_submission_id", table_name="citizen_attachment")
    op.drop_table("citizen_attachment")
    op.drop_index("ix_citizen_draft_key_id", table_name="citizen_draft")
    op.drop_table("citizen_draft")
