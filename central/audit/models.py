"""The table of the audit log: append-only, each row contains the hash of the row before."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, Integer, Table, event
from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    """One action. `hash` is SHA-256 over the canonical JSON of all other fields, `previous` included."""

    __tablename__ = "audit_entry"

    seq: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    at: datetime = Field(index=True)
    actor: str = Field(max_length=100, index=True)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=160, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditCut(SQLModel, table=True):
    """The deleted beginning of the log, after its retention period: its last entry, that entry's hash, from
    which the chain continues, and when the first and last of its entries were written. The entry
    `audit.cut` records the same within the chain.
    """

    __tablename__ = "audit_cut"

    through: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    hash: str = Field(max_length=64)
    entries: int
    first_at: datetime
    last_at: datetime
    at: datetime


_CUT = "EXISTS (SELECT 1 FROM audit_cut WHERE audit_cut.through >= OLD.seq)"
_REFUSED = "audit_entry is append-only"
SQLITE_GUARDS = (
    f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
    f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
    f"WHEN NOT {_CUT} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
)
POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
    "CREATE OR REPLACE FUNCTION audit_entry_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN IF {_CUT} THEN RETURN OLD; END IF; RAISE EXCEPTION '{_REFUSED}'; END $$",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse_delete()",
)
"""Nothing may be changed; only the beginning that a cut names may be deleted."""

_TABLE: Table = AuditEntry.__table__  # type: ignore[attr-defined]
for _dialect, _statements in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRESQL_GUARDS)):
    for _statement in _statements:
        _guard = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(_TABLE, "after_create", _guard.execute_if(dialect=_dialect))


class AuditExport(SQLModel, table=True):
    """Up to which entry a destination (`host:port`) has received the log."""

    __tablename__ = "audit_export"

    destination: str = Field(max_length=300, primary_key=True)
    seq: int = Field(default=0, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    sent_at: datetime
