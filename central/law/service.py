"""Law changes without a developer: an administrator uploads a table, a lawyer approves its uncertain rows and
activates it.

The law in use is `book(session)`: the shipped tables, each replaced by its active version. The old versions
stay, and values frozen into offences and decisions do not change.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, get_args

from pydantic import BaseModel
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from central.law.models import LawTable
from configs.law_rows import Reason, ReasonsTable, Row
from configs.law_tables import FOLDER, LawBook, TableName, UnfitTableError, book_of, read_table, shipped
from configs.loading import ConfigError
from contract.canonical import sha256_hex

NAMES: tuple[TableName, ...] = get_args(TableName)
FAR_AHEAD = timedelta(days=2 * 365)
"""A first day later than that is told, or refused: perhaps a slip of the pen."""


class LawTableError(InvalidError):
    """The uploaded table can't be used; `problems` lists every error, with lines."""

    code: ClassVar[str] = "law_table"


class NotApprovedError(ConflictError):
    """Uncertain rows have not been approved by a lawyer."""

    code: ClassVar[str] = "law_not_approved"


@dataclass(frozen=True)
class RowChange:
    """One row that differs between two versions of a table, under a name that is the same in both."""

    row: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def unsure(self) -> bool:
        """True if a lawyer has to approve the new row."""
        return self.after is not None and self.after.get("confidence") == "unsure"


def book(session: Session) -> LawBook:
    """The law in use."""
    active = LawTable.state == "active"
    hashes = dict(session.exec(select(LawTable.name, LawTable.sha256).where(active)).all())
    key = tuple(sorted(hashes.items()))
    if key not in _BOOKS:
        content = {table.name: table.content for table in session.exec(select(LawTable).where(active))}
        if len(_BOOKS) > 8:
            _BOOKS.clear()
        _BOOKS[key] = book_of({name: _table(name, content.get(name)) for name in NAMES})
    return _BOOKS[key]


_BOOKS: dict[tuple[tuple[str, str], ...], LawBook] = {}
"""Books by the hashes of their active versions: a process caches the last few."""


def known_reasons(session: Session) -> Mapping[str, Reason]:
    """Every reason that could ever be given, by code, in its latest wording: what was given stays readable
    after a newer table has dropped it.
    """
    of_reasons = LawTable.name == "reasons"
    query = (
        select(LawTable.sha256)
        .where(of_reasons, col(LawTable.activated_at).is_not(None))
        .order_by(col(LawTable.activated_at), col(LawTable.id))
    )
    key = tuple(session.exec(query))
    if (known := _REASONS.get(key)) is None:
        content = dict(session.exec(select(LawTable.sha256, LawTable.content).where(of_reasons)).all())
        known = dict(shipped().reasons)
        for sha256 in key:
            table = _parse("reasons", content[sha256])
            assert isinstance(table, ReasonsTable)
            known |= {row.code: row for row in table.reasons}
        _REASONS.clear()
        _REASONS[key] = known
    return known


_REASONS: dict[tuple[str, ...], dict[str, Reason]] = {}
"""The reasons by the hashes of the tables they come from, oldest first: the last ones asked for."""


def _table(name: TableName, content: str | None) -> BaseModel:
    return _shipped_table(name) if content is None else _parse(name, content)


@lru_cache
def _shipped_table(name: TableName) -> BaseModel:
    return read_table(FOLDER / f"{name}.yaml", name)


def upload(
    session: Session, name: str, content: str, by: User, note: str, now: datetime
) -> tuple[LawTable, list[RowChange]]:
    """Stores a new version as a draft; returns it and its changes to the table in use.

    Raises:
        LawTableError: unknown table, not such a table, or one that does not fit the others.
    """
    if name not in NAMES:
        raise LawTableError("name", name=name)
    parsed = _parse(name, content)
    present = book(session)
    try:
        book_of({other: parsed if other == name else getattr(present, f"{other}_table") for other in NAMES})
    except UnfitTableError as problem:
        raise LawTableError("content", problems=problem.problems) from problem
    assert by.id is not None
    table = LawTable(
        name=name,
        sha256=sha256_hex(content.encode()),
        content=content,
        note=note,
        uploaded_by=by.id,
        uploaded_at=now,
    )
    session.add(table)
    session.flush()
    audit.record(session, by.actor, "law.upload", f"law:{name}", {"id": table.id, "sha256": table.sha256})
    return table, changes(getattr(present, f"{name}_table"), parsed)


def parsed(table: LawTable) -> BaseModel:
    """The rows of a stored version."""
    return _parse(table.name, table.content)  # type: ignore[arg-type]


def changes_of(session: Session, table_id: int) -> list[RowChange]:
    """The changes a version makes to the table in use now."""
    table = table_of(session, table_id)
    present = getattr(book(session), f"{table.name}_table")
    return changes(present, parsed(table))


def changes(before: BaseModel, after: BaseModel) -> list[RowChange]:
    """Rows that were added, removed or changed, in the order of the new table."""
    old, new = _rows(before), _rows(after)
    names = [*new, *(name for name in old if name not in new)]
    return [RowChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def far_ahead(changed: Iterable[RowChange], today: date) -> list[str]:
    """Rows that would begin far ahead of today."""
    begins = ((change.row, change.after or {}) for change in changed)
    days = ((row, str(values.get("valid_from") or values.get("day") or "")) for row, values in begins)
    return [row for row, day in days if day > (today + FAR_AHEAD).isoformat()]


def approve(session: Session, table_id: int, rows: Iterable[str], by: User, now: datetime) -> LawTable:
    """A lawyer takes responsibility for rows of a draft. Raises InvalidError for a row that is not in it."""
    table = _draft(session, table_id)
    known = _rows(parsed(table))
    for row in rows:
        if row not in known:
            raise InvalidError("law_row", row=row)
        table.approved = {**table.approved, row: {"by": by.username, "at": now.isoformat()}}
        audit.record(session, by.actor, "law.approve", f"law:{table.name}", {"id": table.id, "row": row})
    return table


def unapproved(table: LawTable) -> list[str]:
    """Uncertain rows that nobody has approved yet."""
    rows = _rows(parsed(table))
    return [
        name for name, row in rows.items() if row.get("confidence") == "unsure" and name not in table.approved
    ]


def activate(session: Session, table_id: int, by: User, now: datetime) -> LawTable:
    """Makes a draft the law in use from this moment; the version it replaces is kept.

    Raises:
        ForbiddenError: the person who uploaded it may not activate it.
        NotApprovedError: unsure rows without a lawyer's approval.
        LawTableError: it no longer fits the other tables.
    """
    table = _draft(session, table_id)
    if table.uploaded_by == by.id:
        raise ForbiddenError("law_uploader")
    if missing := unapproved(table):
        raise NotApprovedError("rows", rows=", ".join(missing[:5]), n=len(missing))
    session.exec(select(LawTable).where(LawTable.name == table.name).with_for_update()).all()
    for old in session.exec(select(LawTable).where(LawTable.name == table.name, LawTable.state == "active")):
        old.state, old.replaced_at = "replaced", now
    session.flush()
    table.state, table.activated_by, table.activated_at = "active", by.id, now
    session.flush()
    try:
        book(session)
    except UnfitTableError as problem:
        raise LawTableError("content", problems=problem.problems) from problem
    audit.record(session, by.actor, "law.activate", f"law:{table.name}", {"id": table.id})
    return table


def drop(session: Session, table_id: int, by: User) -> LawTable:
    """Discards a draft; it stays readable."""
    table = _draft(session, table_id)
    table.state = "dropped"
    audit.record(session, by.actor, "law.drop", f"law:{table.name}", {"id": table.id})
    return table


def versions(session: Session, name: str | None = None) -> list[LawTable]:
    """Every version, the newest first."""
    query = select(LawTable).order_by(col(LawTable.id).desc())
    return list(session.exec(query if name is None else query.where(LawTable.name == name)))


def table_of(session: Session, table_id: int) -> LawTable:
    """One version of a table. Raises NotFoundError."""
    table = session.get(LawTable, table_id)
    if table is None:
        raise NotFoundError("law_table", id=table_id)
    return table


def _draft(session: Session, table_id: int) -> LawTable:
    table = session.exec(select(LawTable).where(LawTable.id == table_id).with_for_update()).one_or_none()
    if table is None:
        raise NotFoundError("law_table", id=table_id)
    if table.state != "draft":
        raise ConflictError("law_not_draft", state=table.state)
    return table


def _parse(name: TableName, content: str) -> BaseModel:
    """Parses a table from text. The loader reads files, so that its errors name lines. Raises
    LawTableError.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(content, encoding="utf-8")
        try:
            return read_table(path, name)
        except ConfigError as problem:
            raise LawTableError("content", problems=problem.first(20, path.name)) from problem


def _rows(table: BaseModel) -> dict[str, dict[str, Any]]:
    """Rows by a name shared by two versions: the subject of the row and the day it comes into force."""
    found: dict[str, dict[str, Any]] = {}
    for part, rows in table:
        for row in rows if isinstance(rows, tuple) else ():
            values = row.model_dump(mode="json") if isinstance(row, Row) else {"value": row}
            keys = ("code", "act", "title", "rule", "facts", "vehicle", "place", "party", "day", "valid_from")
            label = "/".join(str(values[key]) for key in keys if values.get(key) not in (None, "", {}))
            name, n = f"{part}:{label}", 1
            while name in found:
                n += 1
                name = f"{part}:{label}#{n}"
            found[name] = values
        if isinstance(rows, dict):
            found |= {f"{part}:{key}": {"value": value} for key, value in rows.items()}
    return found
