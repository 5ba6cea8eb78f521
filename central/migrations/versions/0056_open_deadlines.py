"""An index of open deadlines, for counting; an unreadable line in a bank's file is a difference.

Revision: 0056, after 0055.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_INDEX, _OPEN = "ix_deadline_open", sa.text("ended_at IS NULL AND met_on IS NULL")
_TABLE = "payment_difference"
_CHECK = "ck_payment_difference_problem"
_BEFORE = "problem IN ('other_day', 'differs', 'not_in_file')"
_AFTER = "problem IN ('other_day', 'differs', 'not_in_file', 'broken_line')"


def upgrade() -> None:
    """Applies the change."""
    op.drop_index(_INDEX, "deadline")
    op.create_index(
        _INDEX, "deadline", ["whose", "due_at", "code"], postgresql_where=_OPEN, sqlite_where=_OPEN
    )
    with op.batch_alter_table(_TABLE) as table:
        table.add_column(sa.Column("line", sa.Integer(), nullable=True))
        table.add_column(sa.Column("line_problem", sa.String(length=12), nullable=False, server_default=""))
        table.add_column(sa.Column("line_text", sa.String(length=300), nullable=False, server_default=""))
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.create_check_constraint(op.f(_CHECK), _AFTER)
    with op.batch_alter_table(_TABLE) as table:
        table.alter_column("line_problem", server_default=None)
        table.alter_column("line_text", server_default=None)


def downgrade() -> None:
    """Takes it back."""
    op.execute(sa.text("DELETE FROM payment_difference WHERE problem = 'broken_line'"))
    with op.batch_alter_table(_TABLE) as table:
        table.drop_constraint(op.f(_CHECK), type_="check")
        table.create_check_constraint(op.f(_CHECK), _BEFORE)
        for column in ("line_text", "line_problem", "line"):
            table.drop_column(column)
    op.drop_index(_INDEX, "deadline")
    op.create_index(_INDEX, "deadline", ["ended_at", "met_on", "whose", "due_at"])
