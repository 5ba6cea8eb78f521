"""An answer of the register names the plate that was asked about.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change. Answers from before the operator's present decision are about no known plate."""
    op.add_column("registry_answer", sa.Column("plate", sa.String(length=24), nullable=True))
    op.execute(
        "UPDATE registry_answer SET plate = (SELECT plate FROM case_file WHERE case_file.id = "
        "registry_answer.case_id AND case_file.operator_at <= registry_answer.at)"
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("registry_answer", "plate")
