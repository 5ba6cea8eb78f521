"""The daily check of the log's chain, and the result of the previous check.

Number and hash of the last entry are stored in a file outside the database: somebody who can write to the
database could cut off the end of the log, and only this file reveals it.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from central.audit.models import AuditEntry
from central.audit.service import ChainReport, head, record, verify_chain

CHECKED = "audit.check"
"""The entry that records a check: how many entries were good, and what was wrong."""


@dataclass(frozen=True)
class Mark:
    """How far the log reached at the last check."""

    seq: int
    hash: str
    at: str


def read_mark(path: Path) -> Mark | None:
    """The mark of the previous check; None if there was none. Raises ValueError for a damaged file."""
    if not path.exists():
        return None
    try:
        return Mark(**json.loads(path.read_text()))
    except TypeError as problem:
        raise ValueError(str(problem)) from problem


def write_mark(path: Path, mark: Mark) -> None:
    """Replaces the previous mark, completely or not at all."""
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        file.write(json.dumps(asdict(mark)))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def check(session: Session, before: Mark | None) -> tuple[ChainReport, tuple[int, str]]:
    """Verifies the chain, and looks for the entry that was last at the previous check; returns number and
    hash of the present last entry too.
    """
    last = head(session)
    report = verify_chain(session)
    if report.broken_at is None and before is not None and before.seq:
        entry = session.get(AuditEntry, before.seq)
        if entry is None or entry.hash != before.hash:
            reason = f"entry {before.seq}, the last one at {before.at}, is gone or another"
            report = ChainReport(report.entries, before.seq, reason)
    return report, last


def note(session: Session, report: ChainReport, now: datetime) -> None:
    """Records in the log that it was checked, and the result."""
    detail = {"entries": report.entries, "broken_at": report.broken_at, "reason": report.reason}
    record(session, "system", CHECKED, "audit", detail | {"at": now.isoformat(timespec="seconds")})
