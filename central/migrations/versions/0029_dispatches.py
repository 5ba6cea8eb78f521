"""Messages to other authorities.

Revision: 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_UNSENT = sa.text("sent_at IS NULL")


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "dispatch",
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("origin_note", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_dispatch_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("key", name=op.f("uq_dispatch_key")),
        sa.UniqueConstraint(
            "system", "subject", "sequence", name=op.f("uq_dispatch_system_subject_sequence")
        ),
    )
    op.create_index("ix_dispatch_case_id", "dispatch", ["case_id"])
    op.create_index(
        "ix_dispatch_unsent",
        "dispatch",
        ["system", "subject", "id"],
        postgresql_where=_UNSENT,
        sqlite_where=_UNSENT,
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("dispatch")
