"""An index of the steps of a decision: computing the amount owed reads its suspensions.

Revision: 0054, after 0053.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_INDEX = "ix_proceeding_step_decision"


def upgrade() -> None:
    """Applies the change."""
    of_decision = sa.text("decision_id IS NOT NULL")
    op.create_index(
        _INDEX,
        "proceeding_step",
        ["decision_id", "id"],
        postgresql_where=of_decision,
        sqlite_where=of_decision,
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_index(_INDEX, "proceeding_step")
