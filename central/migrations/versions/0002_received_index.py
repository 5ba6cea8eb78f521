"""An index by time of arrival, from which the leaders' page counts without reading the cases.

Revision: 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    columns = ["received_at", "state", "rule", "site_name"]
    op.create_index("ix_case_file_received", "case_file", columns, unique=False)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_case_file_received", "case_file")
