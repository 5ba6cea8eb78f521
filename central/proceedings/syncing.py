"""Data derived from a case's events and stored for queries: its deadlines and its waiting steps."""

from datetime import datetime

from sqlmodel import Session, col, select

from central.deadlines import service as deadlines
from central.proceedings import waiting
from central.proceedings.dossier import Dossier
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Proceeding
from central.proceedings.tracks import Track
from contract.local_time import local_day

ENDED = frozenset({"expired", "time_over", "no_sanction", "cancelled", "stopped", "handed_over"})
"""Ends of a case after which only the step that reverses it still has a deadline."""

_OF_A_NOTICE = ("notice", "notice_again", "publication")
_AFTER_THE_END = ("alert_lift",)
_AFTER_EXECUTION = ("alert_lift", "complaint", "court", "points", "second")


def sync(session: Session, loaded: Loaded, now: datetime) -> None:
    """Stores the deadlines derived from a case's events, and its waiting steps."""
    found = {key: row for key, row in loaded.running.items() if _counts(loaded.dossier, key[0])}
    deadlines.sync(session, loaded.proceeding.case_id, found, now)
    waiting.sync(session, loaded, now)


def refresh(session: Session, now: datetime, limit: int = 100) -> int:
    """Does the same for cases that a new law or software version may have changed (their `waiting_at` is
    empty); returns how many.
    """
    query = select(Proceeding).where(col(Proceeding.waiting_at).is_(None)).limit(limit)
    rows = session.exec(query.with_for_update(skip_locked=True)).all()
    for proceeding in rows:
        sync(session, load(session, proceeding, local_day(now)), now)
    return len(rows)


def _counts(dossier: Dossier, code: str) -> bool:
    state = dossier.at(Track.CASE)
    if code in _OF_A_NOTICE and dossier.is_at(Track.CLONE, "confirmed"):
        return False  # the driver with the copied plate is unknown: there is nobody to notify
    if state in ENDED:
        return code in _AFTER_THE_END
    if state in ("executed", "unenforced", "closed"):
        return code.startswith(_AFTER_EXECUTION)
    return True
