"""Money that came in may be more than two billion dong: 64 bits on PostgreSQL, which SQLite has anyway.

Revision: 0047, after 0046.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Wider columns of what came in or went back."""
    _become(sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    """Narrower ones; fails if larger money was entered since."""
    _become(sa.BigInteger(), sa.Integer())


def _become(before: sa.Integer, after: sa.Integer) -> None:
    with op.batch_alter_table("decision_payment") as table:
        for column in ("amount", "fee"):
            table.alter_column(column, existing_type=before, type_=after, existing_nullable=False)
