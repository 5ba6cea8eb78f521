"""Papers that are drafts until somebody signs them.

Revision: 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.add_column("document", sa.Column("final", sa.Boolean(), nullable=True))
    op.execute("UPDATE document SET final = (1 = 1)")
    with op.batch_alter_table("document") as table:
        table.alter_column("final", existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("document", "final")
