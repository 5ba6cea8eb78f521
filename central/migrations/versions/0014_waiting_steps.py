"""Waiting steps by desk.

The worker creates the rows of existing cases: `waiting_at` is empty for them.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "waiting_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proceeding_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_waiting_step_case_id_case_file")
        ),
        sa.ForeignKeyConstraint(
            ["proceeding_id"], ["proceeding.id"], name=op.f("fk_waiting_step_proceeding_id_proceeding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_step")),
        sa.UniqueConstraint(
            "proceeding_id", "desk", "action", name=op.f("uq_waiting_step_proceeding_id_desk_action")
        ),
    )
    op.create_index("ix_waiting_step_desk", "waiting_step", ["desk", "due_at", "id"], unique=False)
    op.create_index(
        "ix_waiting_step_action", "waiting_step", ["desk", "action", "due_at", "id"], unique=False
    )
    op.add_column("proceeding", sa.Column("waiting_at", UTCDateTime(), nullable=True))
    op.create_index(op.f("ix_proceeding_waiting_at"), "proceeding", ["waiting_at"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(op.f("ix_proceeding_waiting_at"), table_name="proceeding")
    op.drop_column("proceeding", "waiting_at")
    op.drop_index("ix_waiting_step_action", table_name="waiting_step")
    op.drop_index("ix_waiting_step_desk", table_name="waiting_step")
    op.drop_table("waiting_step")
