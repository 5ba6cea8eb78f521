"""Security incidents: deadlines in hours, facts until the report, each letter recorded once."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Role
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
    facts = {"kind": " Lộ mật khẩu ", "cause": "", "unknown": "x"}
    assert incidents.write(session, admin, row.id or 0, facts).facts == {"kind": "Lộ mật khẩu"}


@pytest.mark.parametrize("letter", incidents.LETTERS)
def test_a_letter_is_sent_once(session: Session, admin: User, now: datetime, letter: Letter) -> None:
    number = entered(session, admin, now).id or 0
    later = now + 3 * HOUR
    row = incidents.note_sent(session, admin, number, letter, later, " 12/TB ", later)
    assert incidents.sent_at(row, letter) == later
    with pytest.raises(ConflictError):
        incidents.note_sent(session, admin, number, letter, later, "13/TB", later)


@pytest.mark.parametrize(
    ("hours", "reference", "problem"),
    [(-1, "12/TB", "incident_sent_at"), (5, "12/TB", "incident_sent_at"), (1, " ", "incident_reference")],
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
    with pytest.raises(ConflictError):
        incidents.write(session, admin, number, {"kind": "khác"})


def test_open_ones_come_first(session: Session, admin: User, now: datetime) -> None:
    first, second = entered(session, admin, now), entered(session, admin, now, now - HOUR)
    incidents.note_sent(session, admin, first.id or 0, "report", now, "14/BC", now)
    assert [row.id for row in incidents.listed(session, 10)] == [second.id, first.id]
    with pytest.raises(NotFoundError):
        incidents.get(session, 99)
