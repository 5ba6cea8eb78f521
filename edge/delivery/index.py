"""The outbox's SQLite table of packages: their states and the head of the node's chain."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from contract.package import Link
from contract.reasons import Reason, legacy
from contract.types import format_utc

State = Literal["waiting", "sent", "stored", "unsupported", "rejected"]
"""waiting: not all handed to the broker; sent: handed over, no receipt yet; stored: the centre has all of it;
unsupported: the centre can't read it before it is upgraded; rejected: nobody will accept it as it is, an
operator must check."""

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS package (
    event_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE,
    manifest_sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    occurred_at TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    on_disk INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS package_by_state ON package (state, sequence);
"""
_FROM_VERSION_0 = f"""
BEGIN;
ALTER TABLE package RENAME TO old;
DROP INDEX package_by_state;
{_SCHEMA}
INSERT INTO package SELECT * FROM old;
DROP TABLE old;
COMMIT;
"""  # noqa: S608 (constants)
"""Release 0.1 created the table with a check that rejects states unknown to it."""

_COLUMNS = "event_id, sequence, manifest_sha256, bytes, occurred_at, state, reason, on_disk"
_FULL = 13  # SQLITE_FULL


class OutboxError(RuntimeError):
    """The outbox can't work: its disk fails or another process holds it. Nothing in it was changed."""


class OutboxFullError(OutboxError):
    """There is no room for another package, and none of those kept may be deleted."""


@dataclass(frozen=True)
class Entry:
    """One package. `on_disk` false: delivered and since deleted to make room."""

    event_id: str
    sequence: int
    manifest_sha256: str
    bytes: int
    occurred_at: datetime
    state: State
    reason: Reason | None = None
    on_disk: bool = True


@dataclass(frozen=True)
class Tally:
    """Packages and bytes on the disk in one state."""

    packages: int = 0
    bytes: int = 0


class Index:
    """The table. One connection; the caller ensures that one thread at a time uses it.

    Raises:
        sqlite3.DatabaseError: from the constructor only, the file is damaged.
        OutboxError, OutboxFullError: from every method, the disk fails or is full.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        mode = "ro" if read_only else "rwc"
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=10,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._migrate()
            if (found := self._db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(found)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def insert(self, entry: Entry) -> None:
        """Adds a package."""
        values = (
            entry.event_id,
            entry.sequence,
            entry.manifest_sha256,
            entry.bytes,
            format_utc(entry.occurred_at),
            entry.state,
            _written(entry.reason),
            entry.on_disk,
        )
        with _plain_errors():
            self._db.execute(f"INSERT INTO package ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 (constants)

    def mark(self, event_id: str, state: State, reason: Reason | None) -> None:
        """Changes the state of a package."""
        with _plain_errors():
            self._db.execute(
                "UPDATE package SET state = ?, reason = ? WHERE event_id = ?",
                (state, _written(reason), event_id),
            )

    def mark_gone(self, event_id: str) -> None:
        """Records that the files of a delivered package were deleted."""
        with _plain_errors():
            self._db.execute("UPDATE package SET on_disk = 0 WHERE event_id = ?", (event_id,))

    def offer_again(self, states: Iterable[State], events: Collection[str] = ()) -> list[str]:
        """Makes packages on the disk in these states due again, all or those named; returns their event
        ids."""
        with _plain_errors():
            found = self._db.execute(
                "UPDATE package SET state = 'sent' "
                "WHERE on_disk AND state IN (SELECT value FROM json_each(?)) "
                "AND (? OR event_id IN (SELECT value FROM json_each(?))) RETURNING event_id",
                (json.dumps(list(states)), not events, json.dumps(list(events))),
            )
            return sorted(event_id for (event_id,) in found)

    def get(self, event_id: str) -> Entry | None:
        """The package of this id."""
        return self._one("WHERE event_id = ?", event_id)

    def head(self) -> Link | None:
        """The newest link of the node's chain."""
        newest = self._one("ORDER BY sequence DESC LIMIT 1")
        return Link(newest.sequence, newest.manifest_sha256) if newest else None

    def undelivered(self, newest: bool, excluding: Collection[str]) -> Entry | None:
        """The oldest (or newest) package without a receipt that is not among `excluding`."""
        order = "DESC" if newest else "ASC"
        return self._one(
            "WHERE state IN ('waiting', 'sent') AND event_id NOT IN (SELECT value FROM json_each(?)) "  # noqa: S608 (constants)
            f"ORDER BY sequence {order} LIMIT 1",
            json.dumps(list(excluding)),
        )

    def oldest_stored(self) -> Entry | None:
        """The oldest delivered package still on the disk; never the head of the chain."""
        return self._one(
            "WHERE state = 'stored' AND on_disk AND sequence < (SELECT max(sequence) FROM package) "
            "ORDER BY sequence LIMIT 1"
        )

    def newest_in(self, state: State) -> Entry | None:
        """The newest package in a state."""
        return self._one("WHERE state = ? ORDER BY sequence DESC LIMIT 1", state)

    def entries(self) -> list[Entry]:
        """The packages that are on the disk, and all rejected ones, in the order of the chain."""
        return self._many("WHERE on_disk OR state = 'rejected' ORDER BY sequence")

    def count(self, state: State) -> int:
        """Packages in a state, on the disk or not."""
        with _plain_errors():
            found = self._db.execute("SELECT count(*) FROM package WHERE state = ?", (state,)).fetchone()
        return int(found[0])

    def tally(self) -> dict[State, Tally]:
        """Count and bytes on the disk by state."""
        with _plain_errors():
            rows = self._db.execute(
                "SELECT state, count(*), sum(bytes) FROM package WHERE on_disk GROUP BY state"
            ).fetchall()
        return {state: Tally(packages, size) for state, packages, size in rows}

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        there = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'package'").fetchone()
        self._db.executescript(_FROM_VERSION_0 if there and version < _VERSION else _SCHEMA)
        self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _one(self, where: str, *values: object) -> Entry | None:
        found = self._many(where, *values)
        return found[0] if found else None

    def _many(self, where: str, *values: object) -> list[Entry]:
        with _plain_errors():
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM package {where}", values).fetchall()  # noqa: S608 (constants)
        return [_entry(*row) for row in rows]


def _entry(
    event_id: str, sequence: int, sha256: str, size: int, at: str, state: State, reason: str, on_disk: int
) -> Entry:
    when = datetime.fromisoformat(at)
    return Entry(event_id, sequence, sha256, size, when, state, _read(reason), bool(on_disk))


def _written(reason: Reason | None) -> str:
    return reason.model_dump_json() if reason else ""


def _read(text: str) -> Reason | None:
    if not text:
        return None
    try:
        return Reason.model_validate_json(text)
    except ValidationError:  # release 0.1 stored prose
        return legacy(text)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        if getattr(problem, "sqlite_errorcode", None) == _FULL:
            raise OutboxFullError("the disk of the outbox is full") from problem
        raise OutboxError(f"the outbox's index fails: {problem}") from problem
