"""Names of rules are free: as long as the manifest allows them.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OLD, _NEW = sa.String(length=20), sa.String(length=40)


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("case_file") as table:
        table.alter_column("rule", existing_type=_OLD, type_=_NEW, existing_nullable=False)


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("case_file") as table:
        table.alter_column("rule", existing_type=_NEW, type_=_OLD, existing_nullable=False)
