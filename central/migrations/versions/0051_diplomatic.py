"""Cases of vehicles that are immune by treaty have their own state.

Revision: 0051, after 0050.
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('accepted', 'confirmed', 'diplomatic', 'disputed', 'expired', 'in_review', 'military', "
    "'owner_found', 'owner_mismatch', 'owner_not_found', 'received', 'recorded', 'refused', 'rejected', "
    "'returned', 'withdrawn')"
)


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("case_file") as table:
        table.drop_constraint(op.f("ck_case_file_state"), type_="check")
        table.create_check_constraint(op.f("ck_case_file_state"), _STATES)
