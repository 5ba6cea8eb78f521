"""Cases with a known answer, and their copies among the cases.

Revision: 0045, after 0044.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_NEVER_REAL = (
    "exercise_of IS NULL OR state NOT IN ('confirmed', 'disputed', 'owner_found', 'owner_mismatch', "
    "'owner_not_found', 'recorded', 'refused', 'returned')"
)


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("case_file") as table:
        table.add_column(sa.Column("exercise_of", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_case_file_exercise_of_case_file"), "case_file", ["exercise_of"], ["id"]
        )
        table.create_check_constraint(op.f("ck_case_file_exercise"), _NEVER_REAL)
    copies = sa.text("exercise_of IS NOT NULL")
    op.create_index(
        "ix_case_file_exercise", "case_file", ["id"], postgresql_where=copies, sqlite_where=copies
    )
    op.create_table(
        "known_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("queue", sa.String(12), nullable=False),
        sa.Column("right", sa.JSON(), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.Column("marked_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_known_answer_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["app_user.id"], name=op.f("fk_known_answer_marked_by_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_answer")),
        sa.UniqueConstraint("case_id", name=op.f("uq_known_answer_case_id")),
    )
    op.create_table(
        "known_answer_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("known_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("decided", sa.String(10), nullable=False),
        sa.Column("expected", sa.String(10), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("looked_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["known_id"], ["known_answer.id"], name=op.f("fk_known_answer_result_known_id_known_answer")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_known_answer_result_user_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_answer_result")),
        sa.UniqueConstraint("known_id", "user_id", name=op.f("uq_known_answer_result_known_id_user_id")),
    )
    op.create_index(op.f("ix_known_answer_result_at"), "known_answer_result", ["at"])


def downgrade() -> None:
    """Refused: copies would become cases."""
    raise NotImplementedError("go back to a copy of the database instead")
