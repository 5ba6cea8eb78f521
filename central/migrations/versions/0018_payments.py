"""Money from the collecting bank: orders, its messages, refunds, compared days.

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "payment_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("taken_in", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("compared_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_payment_day")),
    )
    op.create_table(
        "payment_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("names", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_message_amount")),
        sa.CheckConstraint("kind IN ('paid', 'returned')", name=op.f("ck_payment_message_kind")),
        sa.CheckConstraint("state IN ('kept', 'counted', 'aside')", name=op.f("ck_payment_message_state")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_payment_message_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_message")),
        sa.UniqueConstraint("transaction", name=op.f("uq_payment_message_transaction")),
    )
    op.create_index("ix_payment_message_decision_id", "payment_message", ["decision_id"], unique=False)
    op.create_index("ix_payment_message_state", "payment_message", ["state", "id"], unique=False)
    op.create_table(
        "payment_order",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("pay_url", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_payment_order_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_payment_order")),
    )
    op.create_index("ix_payment_order_decision_id", "payment_order", ["decision_id"], unique=False)
    op.create_table(
        "payment_refund",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_refund_amount")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_payment_refund_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_payment_refund")),
    )
    op.create_index("ix_payment_refund_decision_id", "payment_refund", ["decision_id"], unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_payment_refund_decision_id", table_name="payment_refund")
    op.drop_table("payment_refund")
    op.drop_index("ix_payment_order_decision_id", table_name="payment_order")
    op.drop_table("payment_order")
    op.drop_index("ix_payment_message_decision_id", table_name="payment_message")
    op.drop_index("ix_payment_message_state", table_name="payment_message")
    op.drop_table("payment_message")
    op.drop_table("payment_day")
