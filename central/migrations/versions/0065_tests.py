"""Tests sent from the set-up page of a camera are packages outside the chain.

Revision: 0065, after 0064.
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_TESTS = sa.text("test_camera IS NOT NULL")


def upgrade() -> None:
    """Their camera; they have no place in the chain."""
    with op.batch_alter_table("package") as table:
        table.add_column(sa.Column("test_camera", sa.String(length=80), nullable=True))
        table.alter_column("sequence", existing_type=sa.BigInteger(), nullable=True)
    op.create_index(
        "ix_package_test",
        "package",
        ["node_id", "test_camera"],
        sqlite_where=_TESTS,
        postgresql_where=_TESTS,
    )


def downgrade() -> None:
    """Without them: they are deleted."""
    op.drop_index("ix_package_test", "package")
    op.execute(
        "DELETE FROM package_file WHERE event_id IN "
        "(SELECT event_id FROM package WHERE test_camera IS NOT NULL)"
    )
    op.execute("DELETE FROM package WHERE test_camera IS NOT NULL")
    with op.batch_alter_table("package") as table:
        table.alter_column("sequence", existing_type=sa.BigInteger(), nullable=False)
        table.drop_column("test_camera")
