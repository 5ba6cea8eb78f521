"""When an account was last used; how far the audit log was sent elsewhere.

Revision: 0033, after 0032. Accounts that exist count as used now: nobody is shut out by the upgrade.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.add_column("app_user", sa.Column("last_used_at", UTCDateTime(), nullable=True))
    users = sa.table("app_user", sa.column("last_used_at", UTCDateTime()))
    op.execute(users.update().values(last_used_at=datetime.now(UTC)))
    op.create_table(
        "audit_export",
        sa.Column("destination", sa.String(300), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_audit_export")),
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("audit_export")
    with op.batch_alter_table("app_user") as table:
        table.drop_column("last_used_at")
