"""When a password was chosen, and an administrator's earlier ones.

Present passwords count as chosen today: nobody is asked for another one on the day of the upgrade.

Revision: 0060, after 0059.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies it."""
    op.add_column("app_user", sa.Column("password_set_at", UTCDateTime(), nullable=True))
    op.add_column("app_user", sa.Column("earlier_hashes", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("app_user") as table:
        table.alter_column("earlier_hashes", server_default=None)
    users = sa.table(
        "app_user",
        sa.column("password_set_at", UTCDateTime()),
        sa.column("must_change_password", sa.Boolean()),
    )
    chosen = users.update().where(~users.c.must_change_password)
    op.execute(chosen.values(password_set_at=datetime.now(UTC)))


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("app_user") as table:
        table.drop_column("earlier_hashes")
        table.drop_column("password_set_at")
