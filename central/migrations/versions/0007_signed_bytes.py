"""The signed bytes are the only original: a case stores the JWS as received; reasons are codes with values.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SIGNED = (
    "UPDATE case_evidence SET jws = (SELECT package.jws FROM package JOIN case_file "
    "ON case_file.event_id = package.event_id WHERE case_file.id = case_evidence.case_id)"
)


def upgrade() -> None:
    """Applies the change. Reasons in prose become the code `legacy.text`."""
    with op.batch_alter_table("case_evidence") as table:
        table.add_column(sa.Column("jws", sa.String(), nullable=True))
    op.execute(_SIGNED)
    with op.batch_alter_table("case_evidence") as table:
        table.alter_column("jws", existing_type=sa.String(), nullable=False)
        table.drop_column("manifest")
    with op.batch_alter_table("package") as table:
        table.add_column(sa.Column("manifest_version", sa.Integer(), nullable=True))
    op.execute("UPDATE package SET manifest_version = 1")
    with op.batch_alter_table("package") as table:
        table.alter_column("manifest_version", existing_type=sa.Integer(), nullable=False)
    _to_codes("package", "event_id")
    _to_codes("camera", "node_id", "id")


def downgrade() -> None:
    """Not possible: content signed in a newer version can't be expressed in the older one."""
    raise NotImplementedError("restore the database from the backup made before the upgrade")


def _to_codes(name: str, *keys: str) -> None:
    """The column `reason` from text to JSON."""
    old = sa.table(name, *(sa.column(key) for key in keys), sa.column("reason"), sa.column("told", sa.JSON))
    with op.batch_alter_table(name) as table:
        table.add_column(sa.Column("told", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(old).where(old.c.reason != "")).mappings().all():
        told = {"code": "legacy.text", "values": {"vi": row["reason"], "en": row["reason"]}}
        here = sa.and_(*(old.c[key] == row[key] for key in keys))
        connection.execute(sa.update(old).where(here).values(told=told))
    with op.batch_alter_table(name) as table:
        table.drop_column("reason")
        table.alter_column("told", new_column_name="reason", existing_type=sa.JSON(), nullable=True)
