"""Masked copies of evidence for its owner.

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "owner_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("original_sha256", sa.String(length=64), nullable=False),
        sa.Column("copy_sha256", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.String(length=4000), nullable=False),
        sa.Column("signed_with", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_owner_copy_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_copy")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_owner_copy_case_id_name")),
    )
    op.create_index("ix_owner_copy_copy_sha256", "owner_copy", ["copy_sha256"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_owner_copy_copy_sha256", table_name="owner_copy")
    op.drop_table("owner_copy")
