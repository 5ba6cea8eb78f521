"""Searches by plate: bound to a purpose and a file, reviewed each month by somebody who did not search."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import PERMISSIONS, Permission, Role
from central.alarms import service as alarms
from central.audit import service as audit
from central.errors import ConflictError, InvalidError
from central.searches import service
from central.searches.service import OVERDUE, Search
from contract.local_time import local_day
from tests.central.people import add_case, add_user


@pytest.fixture
def hung(session: Session, now: datetime) -> User:
    return add_user(session, "hung", Role.OFFICER, now)


@pytest.fixture
def leader(session: Session, now: datetime) -> User:
    return add_user(session, "truong", Role.LEADER, now)


def search(session: Session, user: User, file: str = "KN 12/2026") -> list[int | None]:
    wanted = Search("29a-000.01", "complaint", file)
    found = [case.id for case in service.search(session, user, wanted, None, 50, with_police=True)]
    session.commit()  # what is searched is sealed with the commit
    return found


THIS_MONTH = local_day(datetime.now(UTC))  # the audit log goes by the wall clock
LATER = datetime.now(UTC) + timedelta(days=32)


def test_nobody_may_both_search_and_review() -> None:
    both = {Permission.SEARCH_PLATES, Permission.REVIEW_SEARCHES}
    assert not [role for role, held in PERMISSIONS.items() if both <= held]
    assert Permission.SEARCH_PLATES not in PERMISSIONS[Role.OPERATOR]


def test_a_search_finds_and_is_in_the_month(session: Session, hung: User, now: datetime) -> None:
    case = add_case(session, now)
    assert search(session, hung) == [case.id]
    month = service.month_of(session, THIS_MONTH)
    assert [(e.actor, e.detail) for e in month.searches] == [
        ("user:hung", {"plate": "29A00001", "purpose": "complaint", "reference": "KN 12/2026"})
    ]
    assert service.month_of(session, date(2020, 1, 1)).searches == []


@pytest.mark.parametrize("typed", ["29\u0430-000.01", "２９Ａ０００．０１", "29A\u200b", "29\u0391000"])
def test_a_plate_is_found_whichever_keyboard_it_was_typed_on(
    session: Session, hung: User, now: datetime, typed: str
) -> None:
    case = add_case(session, now, plate={"text": "29\u041000001"})
    wanted = Search(typed, "complaint", "KN 12/2026")
    assert service.search(session, hung, wanted, None, 50, with_police=True) == [case]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("846.19", True),
        ("A846", True),
        ("46.19", True),
        ("98a-846", True),
        ("98A", True),
        ("98A-846.1", True),
        ("98B", False),
        ("4619A", False),
        ("86.19", False),
        ("29A846", False),
    ],
)
def test_a_plate_is_found_by_the_part_of_it_that_somebody_saw(
    session: Session, hung: User, now: datetime, typed: str, found: bool
) -> None:
    case = add_case(session, now, plate={"text": "98A84619"})
    add_case(session, now, 2, plate={"text": "29A00001"})
    wanted = Search(typed, "complaint", "KN 12/2026")
    cases = service.search(session, hung, wanted, None, 50, with_police=True)
    assert cases == ([case] if found else [])


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("29Я", "characters"),
        ("29A٣", "characters"),
        ("...", "short"),
        ("2-9", "short"),
        ("846", "short"),
        ("%__", "characters"),
    ],
)
def test_what_can_begin_no_plate_is_said_and_lists_nobody(
    session: Session, hung: User, now: datetime, typed: str, problem: str
) -> None:
    add_case(session, now)
    with pytest.raises(InvalidError, match=f"plate_{problem}"):
        service.search(session, hung, Search(typed, "complaint", "KN 12/2026"), None, 50, with_police=True)


def test_without_the_number_of_a_file_nothing_is_found(session: Session, hung: User) -> None:
    with pytest.raises(InvalidError, match="file_number"):
        search(session, hung, "theo yêu cầu")


def test_a_month_is_reviewed_once_when_it_is_over(session: Session, hung: User, leader: User) -> None:
    search(session, hung)
    with pytest.raises(ConflictError, match="month_goes_on"):
        service.confirm(session, leader, THIS_MONTH, 0, "", datetime.now(UTC))
    with pytest.raises(ConflictError, match="own_searches"):
        service.confirm(session, hung, THIS_MONTH, 0, "", LATER)
    for doubtful, note in ((2, "hai"), (1, " ")):
        with pytest.raises(InvalidError):
            service.confirm(session, leader, THIS_MONTH, doubtful, note, LATER)
    review = service.confirm(session, leader, THIS_MONTH, 1, "không có đơn KN 12", LATER)
    assert (review.searches, review.doubtful) == (1, 1)
    session.commit()
    with pytest.raises(ConflictError, match="month_reviewed"):
        service.confirm(session, leader, THIS_MONTH, 0, "", LATER)
    assert "search.review" in {entry.action for entry in audit.list_entries(session)}


def test_a_month_nobody_reviewed_raises_an_alarm_until_it_is(
    session: Session, hung: User, leader: User
) -> None:
    search(session, hung)
    after = (THIS_MONTH.replace(day=1) + timedelta(days=31)).replace(day=1)
    noon = datetime(after.year, after.month, service.DUE_DAY, 5, tzinfo=UTC)
    assert not service.watch(session, noon)
    late = noon + timedelta(days=1)
    assert service.watch(session, late)
    assert alarms.is_open(session, alarms.CENTRE, OVERDUE)
    service.confirm(session, leader, THIS_MONTH, 0, "", late)
    session.flush()
    assert not alarms.is_open(session, alarms.CENTRE, OVERDUE)
    assert not service.watch(session, late)
