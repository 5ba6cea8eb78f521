"""Reports counted on both databases, kept as told, corrected in the open."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.permissions import Role
from central.audit import service as audit
from central.cases.queries import get_case
from central.connections.models import Connection
from central.db import transaction
from central.deadlines.models import DeadlineRow
from central.errors import ConflictError, NotFoundError
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, Node
from central.parties.models import Party
from central.registry.models import RegistryAnswer
from central.reports import service
from central.reports.models import ReportSnapshot
from central.reports.outside import hidden_cells
from central.reports.periods import CutOffs, Kind, Period
from central.reports.values import Report
from central.review import decisions, queue
from central.watching.models import CameraDrops
from tests.central.evidence import enrolment
from tests.central.people import accepted_case, add_case, add_user, sight
from tests.central.proceedings.office import BINH, Office

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


def test_staff_citizens_and_connections_are_counted(session: Session, now: datetime) -> None:
    lan = add_user(session, "lan", Role.OPERATOR, now)
    accepted_case(session, lan, now, 1)
    audit.record(session, "user:lan", "session.open", "user:lan", {})
    audit.record(session, "party:1", "portal.enter", "document:1", {})
    session.add(Connection(name="mail", failures=3))
    session.add(RegistryAnswer(case_id=1, at=now, plate="29A00001", vehicle={}))
    session.add(RegistryAnswer(case_id=1, at=now, plate="29A00001", problem="timeout"))
    session.commit()
    report = service.content_of(take(session, now + AFTER))
    assert lines(report, "reviewed_by_person")["lan",][0] == 1
    assert {by: line[0] for by, line in lines(report, "owners_verified").items()} == {
        ("found",): 1,
        ("timeout",): 1,
    }
    assert lines(report, "connection_failures")["mail",][0] == 3
    assert lines(report, "answers_all")[()][0] == 0
    assert lines(report, "paid_online_share")[()][0] is None


def test_passages_make_a_rate_by_place(engine: Engine, now: datetime) -> None:
    office = Office(engine, now).open()
    case_id = office.confirmed()
    with transaction(engine) as session:
        case = get_case(session, case_id)
        node, site = case.node, case.site_name
        if session.get(Node, node) is None:
            enrol(session, enrolment(), now, "test")
        session.merge(Camera(node_id=node, id="cam-1", site=case.site, site_name=site))
        session.flush()
        for day, vehicles in ((WEEK.last, 900), (WEEK.first - AFTER, 500), (WEEK.first, 100)):
            counts = {"vehicles": vehicles, "suspicions": 3}
            session.add(CameraDrops(node_id=node, camera_id="cam-1", day=day, counts=counts, run="r"))
    with transaction(engine) as session:
        report = service.content_of(take(session, now + AFTER))
    assert lines(report, "passages")[()] == (1000, 500, 0, 1500)
    assert lines(report, "passages_by_site")[(site,)] == (1000, 500, 0, 1500)
    assert lines(report, "acts_per_thousand")[(site,)] == (1.0, 0.0, None, 0.6667)
    hidden = {key for key, _, period in hidden_cells(report) if period == "this"}
    assert {"acts_by_site", "acts_per_thousand"} <= hidden


def test_acts_count_where_their_owners_live(engine: Engine, now: datetime) -> None:
    office = Office(engine, now).open()
    here, unknown = office.confirmed(), office.confirmed(BINH)
    with transaction(engine) as session:
        link = office.parties(session).of_case(here, "owner")
        assert link is not None
        session.get_one(Party, link.party_id).area = "07213"
    with transaction(engine) as session:
        report = service.content_of(take(session, now + AFTER))
    found = {by[0]: line[0] for by, line in lines(report, "acts_by_residence").items()}
    assert (found, here != unknown) == ({"07213": 1, "": 1}, True)


def test_weekdays_and_daylight(session: Session, now: datetime) -> None:
    """The tests' clock is 15:00 on Tuesday 24 November in Vietnam."""
    add_case(session, now, 1, occurred_at=now)
    unread = add_case(session, now, 2, occurred_at=now - timedelta(hours=20))
    unread.plate_read = None
    session.flush()
    report = service.content_of(take(session, now + AFTER))
    days = {by[0]: line[0] for by, line in lines(report, "candidates_by_weekday").items()}
    assert {day for day, count in days.items() if count} == {"1", "2"}
    assert {by[0]: line[0] for by, line in lines(report, "candidates_by_light").items()} == {
        "day": 1,
        "night": 1,
    }
    read = {by[0]: line[0] for by, line in lines(report, "plates_read_by_light").items()}
    assert read == {"day": 1.0, "night": 0.0}


def test_what_was_done_in_time(session: Session, now: datetime) -> None:
    case = add_case(session, now)
    first, last = WEEK.first, WEEK.last

    def row(code: str, start: date, last_day: date, met_on: date | None, reason: str = "") -> DeadlineRow:
        ended = now if reason else None
        return DeadlineRow(
            case_id=case.id or 0, code=code, whose="authority", start=start, last_day=last_day,
            due_at=now, met_on=met_on, legal_basis="x", set_at=now, ended_at=ended, ended_reason=reason,
        )  # fmt: skip

    session.add_all(
        [
            row("notice", first, last, last, "not_needed"),
            row("notice", first, first, last, "recomputed"),
            row("notice", first, first, None, "replaced"),
            row("appearance", first, last, last, "not_needed"),
        ]
    )
    other = add_case(session, now, 2)
    session.add(row("appearance", first, first, last))
    session.add(row("payment", first, first, last))
    to_another = row("notice", first, last, last, "replaced")
    late = row("notice", first, first, last)
    to_another.case_id = late.case_id = other.id or 0
    session.add_all([late, to_another])
    session.flush()
    report = service.content_of(take(session, now + AFTER))
    told = {key: lines(report, key)[()][0] for key in (
        "notices_sent", "notices_in_time_share", "owners_asked", "owners_came_share",
        "owners_came_in_time_share", "decisions_paid", "paid_in_time_share",
    )}  # fmt: skip
    assert told == {
        "notices_sent": 3,
        "notices_in_time_share": 0.6667,
        "owners_asked": 2,
        "owners_came_share": 1.0,
        "owners_came_in_time_share": 0.5,
        "decisions_paid": 1,
        "paid_in_time_share": 0.0,
    }
