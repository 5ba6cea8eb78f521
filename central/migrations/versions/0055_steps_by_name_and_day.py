"""An index of steps by name and day, from which reports count millions of them without reading their rows.

Revision: 0055, after 0054.
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_INDEX = "ix_proceeding_step_action"


def upgrade() -> None:
    """Applies the change."""
    op.create_index(_INDEX, "proceeding_step", ["action", "day", "proceeding_id"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(_INDEX, "proceeding_step")
