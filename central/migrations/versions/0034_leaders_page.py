"""Indexes of the leaders' page and of the list by place, camera and person.

Revision: 0034, after 0033.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_case_file_occurred": ["occurred_at", "state", "rule", "site", "site_name"],
    "ix_case_file_reviewed": ["operator_at", "operator_id", "state"],
    "ix_case_file_confirmed": ["officer_at", "officer_id", "state"],
    "ix_case_file_officer": ["officer_id", "id"],
    "ix_case_file_site": ["site", "id"],
    "ix_case_file_camera": ["node", "camera", "occurred_at"],
}


def upgrade() -> None:
    """Applies the change."""
    for name, columns in _INDEXES.items():
        op.create_index(name, "case_file", columns)


def downgrade() -> None:
    """Takes it back."""
    for name in _INDEXES:
        op.drop_index(name, "case_file")
