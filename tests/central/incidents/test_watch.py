"""Letters that press are told by alarms and in the menu until they are sent or need not be."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
from central.alarms import service as alarms
from central.incidents import service as incidents
from central.incidents import watch
from central.incidents.models import Incident
from central.incidents.service import Found
from configs.words import say
from tests.central.people import add_user

HOUR = timedelta(hours=1)


@pytest.fixture
def admin(session: Session, now: datetime) -> User:
    return add_user(session, "quan-tri", Role.ADMIN, now)


@pytest.fixture
def incident(session: Session, admin: User, now: datetime) -> Incident:
    return incidents.enter(session, admin, Found("Mất dữ liệu", now, now - HOUR, now), now)


def told(session: Session) -> set[tuple[str, str]]:
    """The open alarms: what and about which letter."""
    return {(a.kind.rpartition("_")[2], a.subject.rpartition(":")[2]) for a in alarms.list_open(session)}


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (17.9, set()),
        (18, {("near", "notice")}),
        (24.1, {("late", "notice")}),
        (54, {("late", "notice"), ("near", "report")}),
        (72.1, {("late", "notice"), ("late", "report")}),
    ],
)
def test_the_last_quarter_is_told_and_then_that_it_is_over(
    session: Session, incident: Incident, now: datetime, hours: float, expected: set[tuple[str, str]]
) -> None:
    watch.look(session, now + hours * HOUR)
    assert told(session) == expected
    assert watch.waiting(session) == watch.Waiting(1, bool(expected))


def test_an_alarm_becomes_another_when_the_time_is_over_and_is_counted_once(
    session: Session, incident: Incident, now: datetime
) -> None:
    for hours in (18, 20, 25, 30):
        watch.look(session, now + hours * HOUR)
    (alarm,) = alarms.list_open(session)
    assert (alarm.kind, alarm.count) == (watch.LATE, 1)
    assert "đã quá hạn gửi thông báo ban đầu" in say(alarm.reason, "vi")
    assert "the first notice is late" in say(alarm.reason, "en")
    assert [ended.kind for ended in alarms.list_ended(session)] == [watch.NEAR]


@pytest.mark.parametrize("way", ["notice", "report", "drop"])
def test_it_ends_when_nothing_has_to_be_sent(
    session: Session, admin: User, incident: Incident, now: datetime, way: str
) -> None:
    late, number = now + 30 * HOUR, incident.id or 0
    watch.look(session, late)
    if way == "drop":
        incidents.drop(session, admin, number, "ghi nhầm", late)
    else:
        incidents.note_sent(
            session, admin, number, "notice" if way == "notice" else "report", late, "1", late
        )
    watch.look(session, late)
    assert told(session) == set()
    assert watch.waiting(session) == watch.Waiting(1 if way == "notice" else 0, presses=False)
