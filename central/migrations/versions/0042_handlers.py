"""The handler of a case at the case officers' desk.

Revision: 0042, after 0041.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("proceeding") as table:
        table.add_column(sa.Column("handler_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_proceeding_handler_id_app_user"), "app_user", ["handler_id"], ["id"]
        )
    op.create_index("ix_proceeding_handler_id", "proceeding", ["handler_id"])


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_proceeding_handler_id", "proceeding")
    with op.batch_alter_table("proceeding") as table:
        table.drop_constraint(op.f("fk_proceeding_handler_id_app_user"), type_="foreignkey")
        table.drop_column("handler_id")
