"""Spikes and droughts: robust against weekdays, bad weeks and holidays; named with what changed."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import Session, col, select

from central.accounts.permissions import Role
from central.alarms import service as alarms
from central.cases.errors import ReasonRequiredError
from central.cases.models import Case
from central.cases.statistics import by_day
from central.errors import NotFoundError
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, CameraRevision, CameraSetting
from central.watching import swings
from central.watching.models import CaseSwing
from central.watching.swings import Usual, kind_of, usual
from configs.words import say
from contract.local_time import VIETNAM, bounds_of_days
from tests.central.evidence import NODE, enrolment
from tests.central.people import add_case, add_user

DAY = date(2026, 11, 23)  # a Monday


def weeks(*counts: int, other: int = 10) -> dict[date, int]:
    """Counts of the Mondays before `DAY`, the latest first; `other` on every other day."""
    days = {DAY - timedelta(days=back): other for back in range(1, 7 * len(counts) + 1)}
    return days | {DAY - timedelta(weeks=number + 1): count for number, count in enumerate(counts)}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (weeks(*[10] * 8), Usual(10, 0)),
        (weeks(*[30] * 8), Usual(30, 0)),  # a market day, each week
        (weeks(*[30] * 7, 300), Usual(30, 0)),
        (weeks(0, 0, *[30] * 6), Usual(30, 0)),  # two holidays
        (weeks(10, 12), None),
        ({}, None),
    ],
)
def test_what_is_usual(days: Mapping[date, int], expected: Usual | None) -> None:
    assert usual(days, DAY) == expected


@pytest.mark.parametrize(
    ("count", "expected", "distance", "kind"),
    [
        (60, 20, 0, "spike"),
        (37, 20, 0, None),
        (60, 20, 15, None),  # it goes up and down anyway
        (12, 0, 0, "spike"),
        (9, 0, 0, None),
        (0, 20, 0, "drought"),
        (2, 20, 9, "drought"),
        (3, 9, 0, None),
        (20, 20, 0, None),
        (5, 30, 4, "drought"),
    ],
)
def test_what_is_far(count: int, expected: float, distance: float, kind: str | None) -> None:
    assert kind_of(count, expected, distance) == kind


def fill(session: Session, counts: Mapping[date, int], camera: str = "cam-1") -> None:
    """Cases of a camera by the day of the act: copies of one row."""
    known = len(session.exec(select(Case.id)).all())
    if not known:
        add_case(session, datetime.combine(DAY, time(), VIETNAM), 999_999, camera="other")
    sample = session.exec(select(Case).where(col(Case.camera) == "other")).one()
    values = sample.model_dump(exclude={"id"})
    for day, count in counts.items():
        for number in range(count):
            known += 1
            at = datetime.combine(day, time(0 if number % 2 else 23, 30), VIETNAM)
            unlike = {"event_id": f"e-{known}", "camera": camera, "occurred_at": at}
            session.add(Case(**(values | unlike)))
    session.flush()


NEXT = datetime.combine(DAY + timedelta(days=1), time(6), VIETNAM)


def test_days_are_vietnamese(session: Session) -> None:
    fill(session, {DAY: 3, DAY - timedelta(days=1): 2})
    found = by_day(session, *bounds_of_days(DAY - timedelta(days=7), DAY))
    assert found[NODE, "cam-1", "red_light"] == {DAY: 3, DAY - timedelta(days=1): 2}


def present(session: Session) -> list[tuple[str, str, int]]:
    session.flush()
    rows = session.exec(select(CaseSwing).order_by(col(CaseSwing.id)))
    return [(row.camera_id, row.kind, row.count) for row in rows]


def test_a_spike_is_told_with_the_settings_before_it(session: Session, now: datetime) -> None:
    enrol(session, enrolment(), now, "test")
    session.flush()
    session.add(Camera(node_id=NODE, id="cam-1", site="s", site_name="S"))
    session.flush()
    changed = datetime.combine(DAY - timedelta(days=1), time(9), VIETNAM)
    same = {"node_id": NODE, "camera_id": "cam-1", "sha256": "a" * 64, "content": "x"}
    session.add(CameraSetting(**same, revision=3, since=changed, heard_at=changed))
    order = {"number": 3, "base_sha256": "b" * 64, "author": "Quản Trị", "why": "vàng 3,0 → 2,9 s"}
    session.add(CameraRevision(**same, **order, ordered_at=changed, state="kept"))
    fill(session, weeks(*[4] * 4, other=4) | {DAY: 20})
    assert swings.look(session, NEXT) == 2
    assert present(session) == [("cam-1", "spike", 20), ("", "spike", 20)]
    (alarm,) = alarms.list_open(session, node_id=NODE)
    assert alarm.kind == "cases.spike_after_change"
    words = say(alarm.reason, "vi")
    assert "Quản Trị vàng 3,0 → 2,9 s" in words
    assert "#3 22/11/2026" in words
    assert "Vượt đèn đỏ" in words
    assert "its settings changed before: #3" in say(alarm.reason, "en")


def test_what_all_cameras_see_is_told_once(session: Session) -> None:
    for camera in ("cam-1", "cam-2", "cam-3", "cam-4"):
        fill(session, weeks(*[20] * 4, other=20) | {DAY: 4}, camera)
    assert swings.look(session, NEXT) == 1
    assert present(session) == [("", "drought", 16)]
    assert alarms.is_open(session, alarms.CENTRE, "cases.drought_everywhere")


def test_a_swing_that_goes_on_is_one_and_ends_by_itself(session: Session, now: datetime) -> None:
    lead = add_user(session, "dung", Role.SHIFT_LEAD, now)
    fill(session, weeks(*[20] * 4, other=20) | {DAY + timedelta(days=2): 20})
    assert swings.look(session, NEXT) == 2
    assert swings.look(session, NEXT + timedelta(days=1)) == 2
    rows = swings.latest(session)
    assert {(row.first_day, row.last_day) for row in rows} == {(DAY, DAY + timedelta(days=1))}
    assert alarms.is_open(session, NODE, "cases.drought")
    assert swings.look(session, NEXT + timedelta(days=2)) == 0
    assert not alarms.is_open(session, NODE, "cases.drought")
    with pytest.raises(ReasonRequiredError):
        swings.explain(session, lead, rows[0].id or 0, " ", now)
    swings.explain(session, lead, rows[0].id or 0, "đường bị chặn", now)
    session.flush()
    assert [row.explained_by for row in swings.latest(session)] == [None, lead.id]
    with pytest.raises(NotFoundError):
        swings.explain(session, lead, 999, "gì", now)


def test_what_comes_late_makes_the_day_another(session: Session) -> None:
    fill(session, weeks(*[20] * 4, other=20))
    assert swings.look(session, NEXT) == 2
    fill(session, {DAY: 20})
    assert swings.look(session, NEXT + timedelta(hours=1)) == 0
    assert present(session) == []
    assert not alarms.is_open(session, NODE, "cases.drought")


def test_a_node_that_is_away_has_an_alarm_of_its_own(session: Session, now: datetime) -> None:
    enrol(session, enrolment(), now, "test")
    fill(session, weeks(*[20] * 4, other=20))
    swings.look(session, NEXT)
    assert [camera for camera, *_ in present(session)] == [""]
