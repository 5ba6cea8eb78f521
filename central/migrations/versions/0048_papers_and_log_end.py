"""Papers and the beginning of the audit log may be deleted after their retention period; desks are computed
again for owners who did not respond after an alert.

Revision: 0048, after 0047.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_CUT = "EXISTS (SELECT 1 FROM audit_cut WHERE audit_cut.through >= OLD.seq)"
_REFUSED = "audit_entry is append-only"
_SQLITE = (
    "DROP TRIGGER audit_entry_no_delete",
    f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
    f"WHEN NOT {_CUT} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
)
_POSTGRESQL = (
    "DROP TRIGGER audit_entry_no_change ON audit_entry",
    "CREATE OR REPLACE FUNCTION audit_entry_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN IF {_CUT} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_REFUSED}'; END $$",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse_delete()",
)
_SILENT = (
    "UPDATE proceeding SET waiting_at = NULL WHERE id IN "
    "(SELECT proceeding_id FROM track_state WHERE track = 'alert' AND state = 'raised')"
)
_STATES = "'drawn', 'rendered', 'signed', 'failed'"
_COVERS = "'media', 'personal_data'"


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "audit_cut",
        sa.Column(
            "through",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("through", name=op.f("pk_audit_cut")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
    _check("document", "ck_document_state", f"state IN ({_STATES}, 'disposed')")
    _check("disposal", "ck_disposal_covers", f"covers IN ({_COVERS}, 'papers')")
    op.execute(_SILENT)


def downgrade() -> None:
    """Refused: a log without its beginning would look altered."""
    raise NotImplementedError("a log whose beginning went can't be read by the version before")


def _check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(name), type_="check")
    with op.batch_alter_table(table) as batch:
        batch.create_check_constraint(op.f(name), condition)
