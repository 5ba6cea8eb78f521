"""A camera's violations against its first four weeks, on both databases."""

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from central.accounts.permissions import Role
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, CameraDay
from central.reports.outside import hidden_cells
from central.reports.periods import CutOffs, Kind, Period, year_to_date
from central.reports.trend import FEWEST, KEY, against_start
from central.reports.values import Figure
from tests.central.evidence import enrolment
from tests.central.people import add_case, add_user
from tests.central.reports.samples import report_of

CUT_OFFS = CutOffs(3, 14)
FIRST = date(2026, 9, 1)
"""The day on which the node first told of the camera."""
WEEK = Period(date(2026, 11, 18), date(2026, 11, 24))
PERIODS = (
    WEEK, CUT_OFFS.before(Kind.WEEKLY, WEEK), CUT_OFFS.year_before(Kind.WEEKLY, WEEK), year_to_date(WEEK)
)  # fmt: skip
BY = (("site", "Hà Nội"), ("camera", "cam-1"))


def camera(session: Session, now: datetime, acts: int) -> None:
    """A camera that had a picture for 20 hours a day in its first weeks and for 10 since, and found so many
    acts in its first weeks."""
    enrol(session, enrolment(), now, "test")
    session.merge(Camera(node_id="nut-1", id="cam-1", site="s", site_name="Hà Nội"))
    session.flush()
    for age in range(85):
        hours = 20 if age <= 28 else 10
        day = FIRST + timedelta(days=age)
        session.add(CameraDay(node_id="nut-1", camera_id="cam-1", day=day, seen_seconds=hours * 3600))
    operator, officer = (
        add_user(session, "lan", Role.OPERATOR, now),
        add_user(session, "hung", Role.OFFICER, now),
    )
    for sequence in range(1, acts + 1):
        case = add_case(session, now, sequence)
        case.occurred_at = datetime(2026, 9, 1 + sequence, 10, tzinfo=UTC)
        case.operator_id, case.officer_id = operator.id, officer.id
        case.owner_match, case.state = True, "recorded"
    session.flush()


def acts(this: int, before: int) -> list[Figure]:
    return [Figure(group="J", key="acts_by_camera", by=BY, this=this, before=before, last_year=0, year=100)]


def test_each_period_is_compared_by_hours_with_a_picture(session: Session, now: datetime) -> None:
    camera(session, now, 28)  # one a day: 0.05 an hour
    (line,) = against_start(session, PERIODS, acts(this=7, before=2))
    assert (line.by, line.unit) == (BY, "share")
    assert (line.this, line.before) == (2.0, round(2 / 70 / 0.05, 4))


def test_nothing_is_told_of_periods_that_had_begun_before_its_first_weeks_were_over(
    session: Session, now: datetime
) -> None:
    camera(session, now, 28)
    (line,) = against_start(session, PERIODS, acts(this=7, before=2))
    assert (line.last_year, line.year) == (None, None)
    early = Period(date(2026, 9, 23), date(2026, 9, 29))
    assert against_start(session, (early, early, early, early), acts(this=7, before=2)) == []


def test_of_few_acts_nothing_is_concluded(session: Session, now: datetime) -> None:
    camera(session, now, FEWEST - 1)
    assert against_start(session, PERIODS, acts(this=7, before=2)) == []


def test_acts_on_its_first_day_which_is_not_whole_do_not_count(session: Session, now: datetime) -> None:
    camera(session, now, FEWEST)
    case = add_case(session, now, FEWEST + 1)
    case.occurred_at = datetime(2026, 9, 1, 10, tzinfo=UTC)
    session.flush()
    (line,) = against_start(session, PERIODS, acts(this=0, before=7))
    assert (line.this, line.before) == (0.0, 5.6)


def test_outside_it_is_hidden_with_the_small_number_it_is_made_of(session: Session, now: datetime) -> None:
    camera(session, now, 28)
    counted = acts(this=7, before=20)
    report = report_of([*counted, *against_start(session, PERIODS, counted)])
    assert (KEY, BY, "this") in hidden_cells(report)
    assert (KEY, BY, "before") not in hidden_cells(report)
