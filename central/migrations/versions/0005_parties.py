"""Owners, drivers and organisations, sealed field by field, and whose case it is.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("identity_index", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("blocked_at", UTCDateTime(), nullable=True),
        sa.Column("blocked_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_party_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index(
        "uq_party_identity",
        "party",
        ["identity_index"],
        unique=True,
        postgresql_where=sa.text("blocked_at IS NULL"),
        sqlite_where=sa.text("blocked_at IS NULL"),
    )
    op.create_table(
        "party_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_fact_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_fact")),
    )
    op.create_index(op.f("ix_party_fact_key_id"), "party_fact", ["key_id"], unique=False)
    op.create_index(op.f("ix_party_fact_party_id"), "party_fact", ["party_id"], unique=False)
    op.create_index(
        "uq_party_fact_present",
        "party_fact",
        ["party_id", "field"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'driver', 'buyer', 'lessee')", name=op.f("ck_case_party_role")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_party_case_id_case_file")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_case_party_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_party")),
    )
    op.create_index(op.f("ix_case_party_case_id"), "case_party", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_party_party_id"), "case_party", ["party_id"], unique=False)
    op.create_index(
        "uq_case_party_present",
        "case_party",
        ["case_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(
        "uq_case_party_present",
        table_name="case_party",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_case_party_party_id"), table_name="case_party")
    op.drop_index(op.f("ix_case_party_case_id"), table_name="case_party")
    op.drop_table("case_party")
    op.drop_index(
        "uq_party_fact_present",
        table_name="party_fact",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_party_fact_party_id"), table_name="party_fact")
    op.drop_index(op.f("ix_party_fact_key_id"), table_name="party_fact")
    op.drop_table("party_fact")
    op.drop_index(
        "uq_party_identity",
        table_name="party",
        postgresql_where=sa.text("blocked_at IS NULL"),
        sqlite_where=sa.text("blocked_at IS NULL"),
    )
    op.drop_table("party")
