"""The daily check of the log's chain, and what was seen at the check before.

Number and hash of the last entry are kept in a file beside the database: whoever can write to the database
could cut the end of the log off, and only this shows it.
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
"""The entry that tells of a check: how many entries were good, what was wrong."""


@dataclass(frozen=True)
class Mark:
    """How far the log reached when it was last checked."""

    seq: int
    hash: str
    at: str


def read_mark(path: Path) -> Mark | None:
    """The mark of the check before; None where there was none. Raises ValueError for a spoilt file."""
    if not path.exists():
        return None
    try:
        return Mark(**json.loads(path.read_text()))
    except TypeError as problem:
        raise ValueError(str(problem)) from problem


def write_mark(path: Path, mark: Mark) -> None:
    """Keeps a mark instead of the one before, whole or not at all."""
    beside = path.with_suffix(".new")
    with beside.open("w") as file:
        file.write(json.dumps(asdict(mark)))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def check(session: Session, before: Mark | None) -> tuple[ChainReport, tuple[int, str]]:
    """Walks the chain, and looks for the entry that was its last one at the check before; with number and
    hash of the last entry now."""
    last = head(session)
    report = verify_chain(session)
    if report.broken_at is None and before is not None and before.seq:
        entry = session.get(AuditEntry, before.seq)
        if entry is None or entry.hash != before.hash:
            reason = f"entry {before.seq}, the last one at {before.at}, is gone or another"
            report = ChainReport(report.entries, before.seq, reason)
    return report, last


def note(session: Session, report: ChainReport, now: datetime) -> None:
    """Writes into the log that it was checked, and what came of it."""
    detail = {"entries": report.entries, "broken_at": report.broken_at, "reason": report.reason}
    record(session, "system", CHECKED, "audit", detail | {"at": now.isoformat(timespec="seconds")})
