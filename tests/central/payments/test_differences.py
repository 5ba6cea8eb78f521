"""Differences between the bank's files and what is stored here: each waits once, until a file agrees or a
person settles it; what one day's file says ends nothing of another day's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from central.db import transaction
from central.errors import ConflictError
from central.payments import differences, inbox
from central.payments.differences import DIFFERS, NOT_IN_FILE, OTHER_DAY, Found, unread
from central.payments.models import PaymentDay, PaymentDifference
from central.payments.port import BrokenLine, Told

FIRST, SECOND = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
T1 = Told(transaction="T1", kind="paid", names="NTABC", amount=5, paid_at=NOW - timedelta(days=3))


@pytest.fixture
def session(sqlite_engine: Engine) -> Iterator[Session]:
    """Two days that were compared."""
    with transaction(sqlite_engine) as session:
        for day in (FIRST, SECOND):
            session.add(
                PaymentDay(day=day, file_sha256="", transactions=0, amount=0, taken_in=0, compared_at=NOW)
            )
        session.flush()
        yield session


def keep(session: Session, day: date, *found: Found, agreed: str = "", now: datetime = NOW) -> None:
    differences.keep(session, day, found, set(agreed.split()), now)


def waiting(session: Session) -> list[tuple[date, str, str]]:
    rows = [seen.row for seen in differences.waiting(session)]
    assert differences.count(session) == len(rows)
    return [(row.day, row.transaction, row.problem) for row in rows]


def the_one(session: Session) -> PaymentDifference:
    return differences.waiting(session)[0].row


def test_another_day_s_file_ends_nothing_of_this_day(session: Session) -> None:
    keep(session, FIRST, Found("T1", DIFFERS, T1), Found("T2", OTHER_DAY))
    keep(session, SECOND, Found("T1", DIFFERS, T1))
    assert waiting(session) == [(FIRST, "T1", DIFFERS), (FIRST, "T2", OTHER_DAY), (SECOND, "T1", DIFFERS)]
    keep(session, SECOND)
    assert waiting(session) == [(FIRST, "T1", DIFFERS), (FIRST, "T2", OTHER_DAY)]


def test_what_ended_stays_ended_on_its_day_until_a_file_shows_it_again(session: Session) -> None:
    keep(session, FIRST, Found("T1", DIFFERS, T1))
    row = the_one(session)
    for moment in (NOW, LATER):
        keep(session, FIRST, now=moment)
        assert (row.ended_at, waiting(session)) == (NOW, [])
    keep(session, FIRST, Found("T1", DIFFERS, T1), now=LATER)
    assert (row.ended_at, row.found_at, waiting(session)) == (None, NOW, [(FIRST, "T1", DIFFERS)])


def test_what_one_file_lacked_ends_with_the_later_file_that_has_it(session: Session) -> None:
    keep(session, FIRST, Found("T1", NOT_IN_FILE), Found("T2", NOT_IN_FILE), Found("T1", OTHER_DAY))
    keep(session, SECOND, agreed="T1")
    assert waiting(session) == [(FIRST, "T2", NOT_IN_FILE), (FIRST, "T1", OTHER_DAY)]


def test_what_a_person_settled_is_not_ended_by_a_later_file(session: Session) -> None:
    keep(session, FIRST, Found("T1", NOT_IN_FILE))
    row = the_one(session)
    differences.settle(session, row.id or 0, "ngân hàng đã trả lời", "user:kho-bac", NOW)
    keep(session, SECOND, agreed="T1", now=LATER)
    assert (row.settled_at, row.ended_at) == (NOW, None)


def test_a_settled_line_stays_settled_only_while_it_reads_the_same(session: Session) -> None:
    keep(session, FIRST, unread(BrokenLine(3, "a;b", "columns")))
    row = the_one(session)
    differences.settle(session, row.id or 0, "nhập tay", "user:kho-bac", NOW)
    keep(session, FIRST, unread(BrokenLine(3, "a;b", "columns")))
    assert (row.settled_by, waiting(session)) == ("user:kho-bac", [])
    keep(session, FIRST, unread(BrokenLine(3, "c;d", "columns")))
    assert (row.settled_at, row.note, row.line_text) == (None, "", "c;d")
    assert waiting(session) == [(FIRST, "#3", "broken_line")]


def test_only_days_with_lines_that_still_wait_are_asked_for_again(session: Session) -> None:
    keep(session, FIRST, unread(BrokenLine(3, "a;b", "columns")), Found("T1", DIFFERS, T1))
    keep(session, SECOND, Found("T1", NOT_IN_FILE))
    assert differences.days_to_ask_again(session, FIRST) == [FIRST]
    assert differences.days_to_ask_again(session, SECOND) == []
    keep(session, FIRST, Found("T1", DIFFERS, T1))
    assert differences.days_to_ask_again(session, FIRST) == []


def test_what_has_ended_or_is_settled_is_settled_no_more(session: Session) -> None:
    keep(session, FIRST, Found("T1", OTHER_DAY, T1), Found("T2", DIFFERS))
    ended, settled = (seen.row.id or 0 for seen in differences.waiting(session))
    differences.settle(session, settled, "ngân hàng đã trả lời", "user:kho-bac", NOW)
    keep(session, FIRST, Found("T2", DIFFERS))
    for number in (ended, settled):
        with pytest.raises(ConflictError, match="difference_settled"):
            differences.settle(session, number, "lần nữa", "user:kho-bac", LATER)
    with pytest.raises(ConflictError, match="difference_settled"):
        differences.take_in(session, ended, "của ta", "user:kho-bac", LATER)


def test_only_what_stands_under_a_wrong_day_and_is_not_here_is_taken_in(session: Session) -> None:
    keep(session, FIRST, unread(BrokenLine(3, "a;b", "columns")), Found("T1", OTHER_DAY, T1))
    inbox.keep(session, T1, "call-back", NOW)  # the bank told of it meanwhile
    for seen in differences.waiting(session):
        with pytest.raises(ConflictError, match="difference_known"):
            differences.take_in(session, seen.row.id or 0, "của ta", "user:kho-bac", LATER)
    assert len(waiting(session)) == 2
