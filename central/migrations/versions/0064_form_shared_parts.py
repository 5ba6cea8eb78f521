"""Approved forms keep the hashes of the shared parts as they were at the approval.

Revision: 0064, after 0063.
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("form_edition") as table:
        table.add_column(sa.Column("shared", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("form_edition") as table:
        table.alter_column("shared", server_default=None)


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("form_edition") as table:
        table.drop_column("shared")
