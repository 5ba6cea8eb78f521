"""Security incidents: deadlines in hours, facts until the report, each letter recorded once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.db import transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.incidents import service as incidents
from central.incidents.models import Incident
from central.incidents.service import Found, Letter
from tests.central.people import add_user

HOUR = timedelta(hours=1)


@pytest.fixture
def admin(session: Session, now: datetime) -> User:
    return add_user(session, "quan-tri", Role.ADMIN, now)


def entered(session: Session, admin: User, now: datetime, found_at: datetime | None = None) -> Incident:
    found = Found("Tài khoản bị lộ mật khẩu", found_at or now, now - 24 * HOUR, now)
    return incidents.enter(session, admin, found, now)


def test_both_letters_are_due_in_hours_from_the_finding(session: Session, admin: User, now: datetime) -> None:
    row = entered(session, admin, now, now - 2 * HOUR)
    assert (row.notice_by, row.report_by) == (now + 22 * HOUR, now + 70 * HOUR)
    assert "331/2026" in row.notice_basis


@pytest.mark.parametrize(
    ("found_at", "first_at", "until_at", "problem"),
    [(1, -2, 0, "incident_future"), (0, 0, 0, "incident_period"), (0, 1, 0, "incident_period")],
)
def test_times_that_can_not_be_are_refused(
    session: Session, admin: User, now: datetime, found_at: int, first_at: int, until_at: int, problem: str
) -> None:
    found = Found("Mất dữ liệu", *(now + hours * HOUR for hours in (found_at, first_at, until_at)))
    with pytest.raises(InvalidError, match=problem):
        incidents.enter(session, admin, found, now)


def test_facts_are_kept_without_the_empty_ones(session: Session, admin: User, now: datetime) -> None:
    row = entered(session, admin, now)
    facts = {"kind": "Lộ mật khẩu", "cause": "", "unknown": "x"}
    assert incidents.write(session, admin, row.id or 0, facts).facts == {"kind": "Lộ mật khẩu"}


@pytest.mark.parametrize("letter", incidents.LETTERS)
def test_a_letter_is_sent_once(session: Session, admin: User, now: datetime, letter: Letter) -> None:
    number = entered(session, admin, now).id or 0
    later = now + 3 * HOUR
    row = incidents.note_sent(session, admin, number, letter, later, "12/TB", later)
    assert incidents.sent_at(row, letter) == later
    with pytest.raises(ConflictError):
        incidents.note_sent(session, admin, number, letter, later, "13/TB", later)


@pytest.mark.parametrize(
    ("hours", "reference", "problem"),
    [(-1, "12/TB", "incident_sent_at"), (5, "12/TB", "incident_sent_at"), (1, "", "incident_reference")],
)
def test_what_can_not_have_been_sent_is_refused(
    session: Session, admin: User, now: datetime, hours: int, reference: str, problem: str
) -> None:
    number = entered(session, admin, now).id or 0
    with pytest.raises(InvalidError, match=problem):
        incidents.note_sent(session, admin, number, "notice", now + hours * HOUR, reference, now + 4 * HOUR)


def test_after_the_report_nothing_changes(session: Session, admin: User, now: datetime) -> None:
    number = entered(session, admin, now).id or 0
    incidents.note_sent(session, admin, number, "report", now, "14/BC", now)
    with pytest.raises(ConflictError, match="incident_reported"):
        incidents.write(session, admin, number, {"kind": "khác"})
    with pytest.raises(ConflictError, match="incident_reported"):
        incidents.drop(session, admin, number, "ghi nhầm", now)


def test_the_report_covers_a_notice_that_was_not_sent(session: Session, admin: User, now: datetime) -> None:
    row = entered(session, admin, now)
    assert incidents.to_send(row) == ["notice", "report"]
    reported = now + 30 * HOUR
    incidents.note_sent(session, admin, row.id or 0, "report", reported, "14/BC", reported)
    assert (incidents.to_send(row), incidents.told_at(row, "notice")) == ([], reported)


def test_a_notice_that_went_out_before_the_report_is_recorded_after_it(
    session: Session, admin: User, now: datetime
) -> None:
    row = entered(session, admin, now)
    reported, later = now + 30 * HOUR, now + 40 * HOUR
    incidents.note_sent(session, admin, row.id or 0, "report", reported, "14/BC", reported)
    with pytest.raises(InvalidError, match="incident_after_report"):
        incidents.note_sent(session, admin, row.id or 0, "notice", later, "12/TB", later)
    incidents.note_sent(session, admin, row.id or 0, "notice", now + HOUR, "12/TB", later)
    assert incidents.told_at(row, "notice") == now + HOUR


@pytest.mark.parametrize("title", ["Tài khoản bị lộ mật khẩu", "TÀI KHOẢN bị lộ mật khẩu"])
def test_the_same_incident_is_entered_once(session: Session, admin: User, now: datetime, title: str) -> None:
    first = entered(session, admin, now)
    again = Found(title, now, now - HOUR, now)
    with pytest.raises(ConflictError, match="incident_twice") as refused:
        incidents.enter(session, admin, again, now)
    assert refused.value.values == {"n": first.id}
    incidents.drop(session, admin, first.id or 0, "ghi nhầm", now)
    assert incidents.enter(session, admin, again, now).id != first.id


def test_of_two_who_enter_it_at_once_the_second_is_told(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        add_user(session, "quan-tri", Role.ADMIN, now)
    together = Barrier(2)

    def enter(_: int) -> str:
        together.wait(20)
        with transaction(engine) as session:
            admin = session.exec(select(User)).one()
            try:
                entered(session, admin, now)
            except ConflictError as refused:
                return refused.reason
            time.sleep(0.2)  # not committed yet when the other looks
        return "entered"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(enter, range(2))) == ["entered", "incident_twice"]


def test_what_was_entered_by_mistake_stays_listed_without_deadlines(
    session: Session, admin: User, now: datetime
) -> None:
    mistaken, real = entered(session, admin, now), entered(session, admin, now, now - HOUR)
    incidents.drop(session, admin, mistaken.id or 0, "ghi hai lần", now + HOUR)
    assert (mistaken.dropped_by, mistaken.dropped_why) == (admin.id, "ghi hai lần")
    assert (incidents.to_send(mistaken), incidents.open_ones(session)) == ([], [real])
    assert [row.id for row in incidents.listed(session, 10)] == [real.id, mistaken.id]
    with pytest.raises(ConflictError, match="incident_dropped"):
        incidents.note_sent(session, admin, mistaken.id or 0, "notice", now, "12/TB", now)


def test_open_ones_come_first(session: Session, admin: User, now: datetime) -> None:
    first, second, third = (entered(session, admin, now, now - hours * HOUR) for hours in range(3))
    incidents.note_sent(session, admin, first.id or 0, "report", now, "14/BC", now)
    assert [row.id for row in incidents.listed(session, 10)] == [third.id, second.id, first.id]
    assert [row.id for row in incidents.listed(session, 1)] == [third.id]
    with pytest.raises(NotFoundError):
        incidents.get(session, 99)
