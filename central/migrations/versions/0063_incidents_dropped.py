"""Incidents that were entered by mistake are dropped, with who, when and why.

Revision: 0063, after 0062.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("incident") as table:
        table.add_column(sa.Column("dropped_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("dropped_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("dropped_why", sa.String(length=500), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_incident_dropped_by_app_user"), "app_user", ["dropped_by"], ["id"])
        table.create_check_constraint(
            op.f("ck_incident_dropped"), "(dropped_at IS NULL) = (dropped_why = '')"
        )
    with op.batch_alter_table("incident") as table:
        table.alter_column("dropped_why", server_default=None)


def downgrade() -> None:
    """Takes it back."""
    with op.batch_alter_table("incident") as table:
        table.drop_constraint(op.f("ck_incident_dropped"), type_="check")
        table.drop_constraint(op.f("fk_incident_dropped_by_app_user"), type_="foreignkey")
        table.drop_column("dropped_why")
        table.drop_column("dropped_by")
        table.drop_column("dropped_at")
