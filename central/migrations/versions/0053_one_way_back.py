"""Money reserved for one refund is not available to another; a refund records when the bank was asked, and
may be withdrawn. A difference from the bank's daily file is a row that a person settles.

Revision: 0053, after 0052.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_PROMISED = (
    "UPDATE decision SET promised_back = (SELECT COALESCE(SUM(amount), 0) FROM payment_refund "
    "WHERE payment_refund.decision_id = decision.id AND done_at IS NULL)"
)

_GRANTED = (
    "UPDATE proceeding SET waiting_at = NULL WHERE id IN (SELECT a.proceeding_id FROM decision_act AS a "
    "JOIN decision_relief AS r ON r.decision_id = a.decision_id WHERE r.granted)"
)
"""Their deadlines are computed again: from what was granted, no longer from the most that the law allows."""


def upgrade() -> None:
    """Applies the change; a refund that waits for the bank counts as already requested, because this is not
    known.
    """
    with op.batch_alter_table("payment_refund") as table:
        table.add_column(sa.Column("sent_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("withdrawn_by", sa.String(100), nullable=False, server_default=""))
        table.add_column(sa.Column("withdrawn_note", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("payment_refund") as table:
        table.alter_column("withdrawn_by", server_default=None)
        table.alter_column("withdrawn_note", server_default=None)
        table.create_check_constraint(
            op.f("ck_payment_refund_ended_once"), "done_at IS NULL OR withdrawn_at IS NULL"
        )
    op.execute("UPDATE payment_refund SET sent_at = asked_at WHERE \"transaction\" <> '' AND done_at IS NULL")
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("promised_back", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_PROMISED)
    with op.batch_alter_table("decision") as table:
        table.alter_column("promised_back", server_default=None)
        table.create_check_constraint(op.f("ck_decision_promised_back"), "promised_back >= 0")

    _move_differences()
    op.execute(_GRANTED)


def _move_differences() -> None:
    op.create_table(
        "payment_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("transaction", sa.String(80), nullable=False),
        sa.Column("problem", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(8), nullable=True),
        sa.Column("names", sa.String(80), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(100), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "problem IN ('other_day', 'differs', 'not_in_file')", name=op.f("ck_payment_difference_problem")
        ),
        sa.ForeignKeyConstraint(
            ["day"], ["payment_day.day"], name=op.f("fk_payment_difference_day_payment_day")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_difference")),
        sa.UniqueConstraint(
            "day", "transaction", "problem", name=op.f("uq_payment_difference_day_transaction_problem")
        ),
    )
    open_rows = sa.text("settled_at IS NULL AND ended_at IS NULL")
    op.create_index(
        "ix_payment_difference_open",
        "payment_difference",
        ["day"],
        postgresql_where=open_rows,
        sqlite_where=open_rows,
    )
    days = sa.table(
        "payment_day",
        sa.column("day", sa.Date()),
        sa.column("differences", sa.JSON()),
        sa.column("compared_at", UTCDateTime()),
    )
    to = sa.table(
        "payment_difference",
        sa.column("day", sa.Date()),
        sa.column("transaction", sa.String()),
        sa.column("problem", sa.String()),
        sa.column("amount", sa.BigInteger()),
        sa.column("found_at", UTCDateTime()),
        sa.column("settled_by", sa.String()),
        sa.column("note", sa.String()),
    )
    found = {
        (day, one["transaction"], one["problem"]): {
            "amount": one.get("amount") if one["problem"] == "differs" else None, "found_at": compared_at,
        }
        for day, several, compared_at in op.get_bind().execute(sa.select(days))
        for one in several
    }  # fmt: skip
    if found:
        rows = [
            {"day": day, "transaction": name, "problem": problem, "settled_by": "", "note": "", **values}
            for (day, name, problem), values in found.items()
        ]
        op.bulk_insert(to, rows)
    with op.batch_alter_table("payment_day") as table:
        table.drop_column("differences")


def downgrade() -> None:
    """Takes it back; withdrawn refunds and differences are deleted."""
    op.drop_index("ix_payment_difference_open", "payment_difference")
    op.drop_table("payment_difference")
    with op.batch_alter_table("payment_day") as table:
        table.add_column(sa.Column("differences", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("decision") as table:
        table.drop_constraint(op.f("ck_decision_promised_back"), type_="check")
        table.drop_column("promised_back")
    op.execute("DELETE FROM payment_refund WHERE withdrawn_at IS NOT NULL")
    with op.batch_alter_table("payment_refund") as table:
        table.drop_constraint(op.f("ck_payment_refund_ended_once"), type_="check")
        for name in ("withdrawn_note", "withdrawn_by", "withdrawn_at", "sent_at"):
            table.drop_column(name)
