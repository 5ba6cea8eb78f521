"""Cases that were withdrawn with their camera, and the papers for their parties.

Revision: 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATES = (
    "state IN ('accepted', 'confirmed', 'expired', 'in_review', 'military', 'owner_found', 'owner_mismatch', "
    "'owner_not_found', 'received', 'recorded', 'refused', 'rejected', 'returned', 'withdrawn')"
)


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("case_file") as table:
        table.drop_constraint(op.f("ck_case_file_state"), type_="check")
        table.create_check_constraint(op.f("ck_case_file_state"), _STATES)
    with op.batch_alter_table("withdrawn_case") as table:
        table.add_column(sa.Column("paper_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_withdrawn_case_paper_id_document"), "document", ["paper_id"], ["id"]
        )


def downgrade() -> None:
    """Refused: cases that were withdrawn have no other state."""
    raise NotImplementedError("go back to a copy of the database instead")
