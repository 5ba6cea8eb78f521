"""Alarms are codes with values; counts and sizes from outside have 64 bits; the quarantine stores the sender
of a message.

Open alarms are closed: those that still apply are raised again within minutes.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WIDER = (
    ("alarm", "count"),
    ("audit_entry", "seq"),
    ("case_event", "id"),
    ("health_record", "id"),
    ("node", "outbox_packages"),
    ("node", "disk_free_bytes"),
    ("quarantine", "id"),
    ("quarantine", "size"),
    ("quarantine", "count"),
)


def upgrade() -> None:
    """Applies the change."""
    _alarms()
    _quarantine()
    for table, column in _WIDER:
        _widen(table, column)


def _alarms() -> None:
    op.drop_index("uq_alarm_open", "alarm")
    op.execute("UPDATE alarm SET cleared_at = last_at WHERE cleared_at IS NULL")
    with op.batch_alter_table("alarm") as table:
        table.add_column(sa.Column("values", sa.JSON(), nullable=True))
        table.add_column(sa.Column("reported", sa.Boolean(), nullable=True))
        table.alter_column("kind", existing_type=sa.String(length=40), type_=sa.String(length=80))
    op.execute("UPDATE alarm SET \"values\" = '{}', reported = (kind = 'reported')")
    with op.batch_alter_table("alarm") as table:
        table.alter_column("values", existing_type=sa.JSON(), nullable=False)
        table.alter_column("reported", existing_type=sa.Boolean(), nullable=False)
        table.drop_column("message")
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["node_id", "kind", "subject", "reported"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def _quarantine() -> None:
    op.add_column("quarantine", sa.Column("node_id", sa.String(length=63), nullable=True))
    op.execute("UPDATE quarantine SET node_id = ''")
    with op.batch_alter_table("quarantine") as table:
        table.alter_column("node_id", existing_type=sa.String(length=63), nullable=False)
    op.drop_index("ix_quarantine_last_at", "quarantine")
    op.create_index("ix_quarantine_kept", "quarantine", ["node_id", "reason", "last_at"], unique=False)


def _widen(table: str, column: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, column, existing_type=sa.Integer(), type_=sa.BigInteger())
        if column == "id":
            op.execute(f"ALTER SEQUENCE {table}_id_seq AS bigint")
    elif column not in ("id", "seq"):  # SQLite's numbers have 64 bits already; only their name changes
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """Refused: the alarms' texts no longer exist."""
    raise NotImplementedError("go back to a copy of the database instead")
