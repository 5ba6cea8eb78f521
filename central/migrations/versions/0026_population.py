"""Answers of the population database; where answers came from.

Revision: 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ORIGIN = (("origin", 8, "system"), ("origin_note", 200, ""), ("entered_by", 120, ""))


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "population_answer",
        *(sa.Column(name, sa.String(length=length), nullable=False) for name, length, _ in _ORIGIN),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("problem", sa.String(length=12), nullable=True),
        sa.Column("problem_detail", sa.String(length=300), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_population_answer_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_population_answer_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_answer")),
    )
    op.create_index("ix_population_answer_of", "population_answer", ["case_id", "party_id", "id"])
    op.create_index("ix_population_answer_key_id", "population_answer", ["key_id"])
    with op.batch_alter_table("registry_answer") as answers:
        for name, length, default in _ORIGIN:
            column = sa.Column(name, sa.String(length=length), nullable=False, server_default=default)
            answers.add_column(column)
    with op.batch_alter_table("registry_answer") as answers:
        for name, length, _ in _ORIGIN:
            answers.alter_column(name, existing_type=sa.String(length=length), server_default=None)


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("registry_answer") as answers:
        for name, _, _ in _ORIGIN:
            answers.drop_column(name)
    op.drop_table("population_answer")
