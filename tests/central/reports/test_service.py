"""Reports counted on both databases, kept as told, corrected in the open."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.permissions import Role
from central.errors import ConflictError, NotFoundError
from central.reports import service
from central.reports.models import ReportSnapshot
from central.reports.periods import CutOffs, Kind, Period
from central.reports.values import Report
from central.review import decisions, queue
from tests.central.people import accepted_case, add_case, add_user, sight

CUT_OFFS = CutOffs(3, 14)
WEEK = Period(date(2026, 11, 18), date(2026, 11, 24))
AFTER = timedelta(days=1)
"""From the tests' clock (24 November) to the day after its week."""

Line = tuple[float | None, float | None, float | None, float | None]


def take(session: Session, now: datetime) -> ReportSnapshot:
    return service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, now, "test")


def lines(report: Report, key: str) -> dict[tuple[str, ...], Line]:
    """The numbers of a figure's lines, by what they are split by."""
    return {
        tuple(value for _, value in line.by): (line.this, line.before, line.last_year, line.year)
        for line in report.figures
        if line.key == key
    }


def test_each_case_counts_in_the_periods_it_came_in(session: Session, now: datetime) -> None:
    ages = [timedelta(), timedelta(days=6), timedelta(days=7), timedelta(days=40), timedelta(days=364)]
    for sequence, age in enumerate(ages, 1):
        case = add_case(session, now, sequence)
        case.received_at = now - age
    add_case(session, now, 6, rule={"name": "solid_line", "version": 1}, site_name="=Lê Lợi")
    late = add_case(session, now, 7)
    late.received_at = WEEK.ends
    report = service.content_of(take(session, now + AFTER))
    assert lines(report, "candidates") == {(): (3, 1, 1, 5)}
    assert lines(report, "candidates_by_rule") == {
        ("red_light", "car"): (2, 1, 1, 4),
        ("solid_line", "car"): (1, 0, 0, 1),
    }
    assert lines(report, "candidates_by_site")[("=Lê Lợi",)] == (1, 0, 0, 1)


def test_hours_are_those_of_the_wall_clock(session: Session, now: datetime) -> None:
    add_case(session, now, occurred_at=now - timedelta(hours=20))
    hours = lines(service.content_of(take(session, now + AFTER)), "candidates_by_hour")
    assert len(hours) == 24
    assert {hour for hour, line in hours.items() if line[0]} == {("19",)}


def test_looks_and_their_shares(session: Session, now: datetime) -> None:
    operator = add_user(session, "lan", Role.OPERATOR, now)
    accepted_case(session, operator, now)
    for sequence in (2, 3):
        add_case(session, now, sequence)
        case = queue.claim_next(session, operator, "main", now)
        assert case is not None
        decisions.reject(session, operator, sight(case), now, "no_violation")
    report = service.content_of(take(session, now + AFTER))
    assert lines(report, "reviewed")[()][0] == 3
    assert lines(report, "accepted")[()][0] == 1
    assert lines(report, "rejected") == {("no_violation",): (2, 0, 0, 2)}
    assert lines(report, "false_share_by_rule") == {("red_light",): (0.6667, None, None, 0.6667)}


def test_an_empty_centre_has_noughts_and_no_shares(session: Session, now: datetime) -> None:
    report = service.content_of(take(session, now + AFTER))
    for key in ("candidates", "reviewed", "decisions", "fines_decided", "money_back"):
        assert lines(report, key) == {(): (0, 0, 0, 0)}
    assert lines(report, "plates_read_share") == {(): (None, None, None, None)}
    assert lines(report, "rejected") == {}


def test_what_did_not_change_is_told_once(session: Session, now: datetime) -> None:
    add_case(session, now)
    first = take(session, now + AFTER)
    assert take(session, now + 2 * AFTER) == first
    assert (first.revision, first.corrected) == (1, 0)


def test_a_later_change_is_a_correction(session: Session, now: datetime) -> None:
    case = add_case(session, now)
    first = take(session, now + AFTER)
    told = first.content
    add_case(session, now, 2)
    case.site_name = "Khác"
    second = take(session, now + 2 * AFTER)
    assert (second.revision, first.content) == (2, told)
    changes = {
        (change.figure.key, change.figure.by): (change.was, change.figure.this)
        for change in service.content_of(second).corrections
    }
    assert second.corrected == len(changes)
    assert changes[("candidates", ())] == (1, 2)
    assert changes[("candidates_by_site", (("site", "Khác"),))] == (0, 1)


def test_a_period_that_runs_has_no_report(session: Session, now: datetime) -> None:
    with pytest.raises(ConflictError, match="report_period_open"):
        take(session, now)


def test_an_altered_report_is_not_shown(session: Session, now: datetime) -> None:
    snapshot = take(session, now + AFTER)
    snapshot.content = snapshot.content.replace('"this":0', '"this":9', 1)
    with pytest.raises(ConflictError, match="report_altered"):
        service.content_of(snapshot)
    with pytest.raises(NotFoundError):
        service.get(session, 99)
