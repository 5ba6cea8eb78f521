"""The table of who did and saw what: append-only, each row sealed with the hash of the row before."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, BigInteger, Integer, Table, event
from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    """One act. `hash` is SHA-256 over the canonical JSON of everything else, `previous` included."""

    __tablename__ = "audit_entry"

    seq: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer, "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    at: datetime
    actor: str = Field(max_length=100, index=True)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=160, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
)

_TABLE: Table = AuditEntry.__table__  # type: ignore[attr-defined]
for _dialect, _statements in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRESQL_GUARDS)):
    for _statement in _statements:
        _guard = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(_TABLE, "after_create", _guard.execute_if(dialect=_dialect))
