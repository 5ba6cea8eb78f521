"""Reports are taken by themselves, once, and earlier ones are corrected."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from central.reports import service
from central.reports.periods import CutOffs
from central.reports.work import take_due
from tests.central.people import add_case

CUT_OFFS = CutOffs(3, 14)
WEDNESDAY = datetime(2026, 11, 24, 17, 20, tzinfo=UTC)
"""25 November, 00:20 in Vietnam: the week is over for twenty minutes."""


def told(session: Session) -> list[tuple[str, str, int, int]]:
    reports = reversed(service.list_reports(session, None, 50))
    return [(each.kind, str(each.last_day), each.revision, each.corrected) for each in reports]


def all_due(session: Session, now: datetime) -> None:
    """As the worker does: again at once while past days wait to be counted."""
    while take_due(session, "BN", CUT_OFFS, now):
        pass


def test_each_period_is_told_once_and_in_time(session: Session) -> None:
    for half_hours in (0, 1, 20):
        all_due(session, WEDNESDAY + half_hours * timedelta(minutes=30))
    assert told(session) == [("weekly", "2026-11-24", 1, 0), ("monthly", "2026-11-13", 1, 0)]


def test_what_changed_since_is_told_with_the_next_report(session: Session) -> None:
    all_due(session, WEDNESDAY)
    case = add_case(session, WEDNESDAY)
    case.received_at = WEDNESDAY - timedelta(days=2)
    all_due(session, WEDNESDAY + timedelta(days=1))
    assert len(told(session)) == 2
    all_due(session, WEDNESDAY + timedelta(days=7))
    kind, last, revision, corrected = told(session)[2]
    assert (kind, last, revision) == ("weekly", "2026-11-24", 2)
    assert corrected > 0
    assert told(session)[3] == ("weekly", "2026-12-01", 1, 0)
