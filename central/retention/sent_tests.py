"""Deletes tests (hồ sơ thử) after a month: nobody needs them longer, and they show people on the road."""

from datetime import datetime, timedelta

from sqlmodel import Session

from central.audit import service as audit
from central.ingest import sent_tests
from central.jobs import queue as jobs
from central.media import service as media
from central.retention.service import ERASE

KEPT = timedelta(days=30)
ONE_TURN = 50


def forget_old(session: Session, now: datetime) -> bool:
    """Deletes one batch of tests received longer ago; True if there may be more."""
    found = sent_tests.received_before(session, now - KEPT, ONE_TURN)
    for event_id in found:
        files = sent_tests.forget(session, event_id)
        media.forget(session, files)
        if files:
            jobs.enqueue(session, ERASE, event_id, {"files": files}, now)
        audit.record(session, "system", "retention.test", f"event:{event_id}", {"files": files})
    return len(found) == ONE_TURN
