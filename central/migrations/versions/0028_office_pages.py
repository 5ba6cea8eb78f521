"""Alarms remember who cleared them, the quarantine keeps reasons as codes, the audit log is searched by day.

Revision: 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op

from contract.reasons import LEGACY_TEXT, legacy

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OLD = sa.table(
    "quarantine",
    sa.column("id", sa.BigInteger),
    sa.column("reason", sa.String),
    sa.column("detail", sa.String),
    sa.column("values", sa.JSON),
)


def upgrade() -> None:
    """Applies the change; what was refused before keeps its words."""
    with op.batch_alter_table("alarm") as alarm:
        alarm.add_column(sa.Column("cleared_by", sa.String(100), nullable=False, server_default=""))
        alarm.add_column(sa.Column("note", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("alarm") as alarm:
        alarm.alter_column("cleared_by", existing_type=sa.String(100), server_default=None)
        alarm.alter_column("note", existing_type=sa.String(300), server_default=None)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.add_column("quarantine", sa.Column("values", sa.JSON(), nullable=False, server_default="{}"))
    _keep_words()
    with op.batch_alter_table("quarantine") as quarantine:
        quarantine.alter_column("values", existing_type=sa.JSON(), server_default=None)
        quarantine.alter_column("reason", existing_type=sa.String(40), type_=sa.String(80))
        quarantine.drop_column("detail")


def _keep_words() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_OLD.c.id, _OLD.c.detail)).all():
        kept = {"reason": LEGACY_TEXT, "values": legacy(row.detail).model_dump(mode="json")["values"]}
        connection.execute(sa.update(_OLD).where(_OLD.c.id == row.id).values(kept))


def downgrade() -> None:
    """Takes it back; the words of what was refused are lost."""
    with op.batch_alter_table("quarantine") as quarantine:
        quarantine.add_column(sa.Column("detail", sa.String(500), nullable=False, server_default=""))
        quarantine.alter_column("reason", existing_type=sa.String(80), type_=sa.String(40))
        quarantine.drop_column("values")
    op.drop_index("ix_audit_entry_at", "audit_entry")
    with op.batch_alter_table("alarm") as alarm:
        alarm.drop_column("note")
        alarm.drop_column("cleared_by")
