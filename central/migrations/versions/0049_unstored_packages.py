"""An index of packages that are not stored, for metrics, which count them every few seconds.

Revision: 0049, after 0048.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_UNSTORED = sa.text("state <> 'stored'")


def upgrade() -> None:
    """The index."""
    op.create_index(
        "ix_package_unstored", "package", ["state"], sqlite_where=_UNSTORED, postgresql_where=_UNSTORED
    )


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_package_unstored", "package")
