"""The node may be asked what a camera file would change before it is ordered.

Revision: 0050, after 0049.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The answer."""
    op.add_column("camera_revision", sa.Column("difference", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Without it."""
    op.drop_column("camera_revision", "difference")
