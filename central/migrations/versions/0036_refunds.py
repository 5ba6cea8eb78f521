"""Money set aside may be closed in writing; refunds of money without a decision and by hand; overpaid money
is marked.

Revision: 0036, after 0035.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_STATE = "ck_payment_message_state"


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("payment_message") as table:
        table.drop_constraint(op.f(_STATE), type_="check")
        table.create_check_constraint(op.f(_STATE), "state IN ('kept', 'counted', 'aside', 'closed')")
        table.add_column(sa.Column("note", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("payment_message") as table:
        table.alter_column("note", server_default=None)
    with op.batch_alter_table("payment_refund") as table:
        table.alter_column("decision_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("done_by", sa.String(100), nullable=False, server_default=""))
    with op.batch_alter_table("payment_refund") as table:
        table.alter_column("done_by", server_default=None)
    with op.batch_alter_table("decision_payment") as table:
        table.add_column(sa.Column("beyond", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("decision_payment") as table:
        table.alter_column("beyond", server_default=None)
    op.execute(
        "UPDATE decision_payment SET beyond = true WHERE reference IN (SELECT 'bank:' || \"transaction\" "
        "FROM payment_message WHERE outcome IN ('overpaid', 'to_refund'))"
    )
    op.create_index(
        "ix_decision_payment_beyond",
        "decision_payment",
        ["decision_id"],
        postgresql_where=sa.text("beyond"),
        sqlite_where=sa.text("beyond"),
    )


def downgrade() -> None:
    """Takes it back; money that was closed in writing is set aside again."""
    op.drop_index("ix_decision_payment_beyond", "decision_payment")
    with op.batch_alter_table("decision_payment") as table:
        table.drop_column("beyond")
    op.execute("DELETE FROM payment_refund WHERE decision_id IS NULL")
    with op.batch_alter_table("payment_refund") as table:
        table.drop_column("done_by")
        table.alter_column("decision_id", existing_type=sa.Integer(), nullable=False)
    op.execute("UPDATE payment_message SET state = 'aside' WHERE state = 'closed'")
    with op.batch_alter_table("payment_message") as table:
        table.drop_column("note")
        table.drop_constraint(op.f(_STATE), type_="check")
        table.create_check_constraint(op.f(_STATE), "state IN ('kept', 'counted', 'aside')")
