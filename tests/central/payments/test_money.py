"""Money is never doubled or lost, whatever call-backs do: told twice, late, in another order, replayed, while
workers are killed before and after they commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, func, select

from central.db import transaction
from central.errors import ConflictError, InvalidError
from central.payments import days, differences, inbox
from central.payments.models import PaymentMessage
from central.payments.port import Told, write_file
from central.proceedings.models import DecisionPayment
from contract.local_time import local_day
from tests.central.payments.conftest import Template, records_of

_numbers = count()

KILLS = ("no", "no", "before")
"""What happens to a worker: nothing, or it is killed before its commit. Killed after it, its work is done
again: every telling below settles every message once more."""


class KilledError(Exception):
    """The worker is gone."""


@contextmanager
def _work(engine: Engine, kill: str) -> Iterator[Session]:
    """A transaction of a worker that may be killed."""
    try:
        with transaction(engine) as session:
            yield session
            if kill == "before":
                raise KilledError
    except KilledError:
        pass


amounts = st.sampled_from([1, 500_000, 9_000_000, 19_000_000, 19_050_000])
tellings = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(KILLS), st.sampled_from(KILLS)), min_size=1, max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paid=st.lists(amounts, min_size=1, max_size=5), told=tellings, by_file=st.booleans())
def test_money_is_never_doubled_or_lost(
    template: Template,
    tmp_path: Path,
    paid: list[int],
    told: list[tuple[int, str, str]],
    by_file: bool,
) -> None:
    engine = template.copy(tmp_path / f"{next(_numbers)}.db")
    now = template.now + timedelta(hours=1)
    every = [
        Told(transaction=f"T{n}", kind="paid", names=template.number, amount=amount, paid_at=template.now)
        for n, amount in enumerate(paid)
    ]
    heard: set[str] = set()
    for which, keeping, settling in told:
        one = every[which % len(every)]
        with _work(engine, keeping) as session:
            inbox.keep(session, one, "call-back", now)
        if keeping != "before":
            heard.add(one.transaction)
        _settle_all(engine, tmp_path, settling, now)
    if by_file:
        with transaction(engine) as session:
            days.compare(session, local_day(template.now), write_file(every), "file", now)
        heard = {one.transaction for one in every}
    for _ in range(2):
        _settle_all(engine, tmp_path, "no", now)
    expected = {one.transaction: one.amount for one in every if one.transaction in heard}
    with transaction(engine) as session:
        rows = session.exec(select(DecisionPayment)).all()
        messages = session.exec(select(PaymentMessage)).all()
    assert {row.reference.removeprefix("bank:"): row.amount for row in rows} == expected
    assert {row.transaction: row.state for row in messages} == dict.fromkeys(expected, "counted")
    assert sum(row.amount for row in rows) == sum(expected.values())
    engine.dispose()


def _settle_all(engine: Engine, folder: Path, kill: str, now: datetime) -> None:
    with transaction(engine) as session:
        ids = session.exec(select(PaymentMessage.id)).all()
    for message_id in ids:
        with _work(engine, kill) as session:
            inbox.settle(records_of(session, folder), message_id or 0, now)


@pytest.fixture
def engine(template: Template, tmp_path: Path) -> Iterator[Engine]:
    found = template.copy(tmp_path / "own.db")
    yield found
    found.dispose()


def _told(template: Template, **changes: object) -> Told:
    values = {
        "transaction": "T1",
        "kind": "paid",
        "names": template.number,
        "amount": template.fine,
        "paid_at": template.now,
    }
    return Told.model_validate(values | changes)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"names": "no such thing"}, "unknown_decision"),
        ({"kind": "returned"}, "refund"),
        ({"paid_at": "2026-11-01T08:00:00+00:00"}, "payment"),
    ],
)
def test_what_can_not_be_counted_is_set_aside_and_allotted_by_a_person(
    template: Template, engine: Engine, tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    now = template.now + timedelta(hours=1)
    with transaction(engine) as session:
        row = inbox.keep(session, _told(template, **changes), "call-back", now)
        inbox.settle(records_of(session, tmp_path), row.id or 0, now)
        assert (row.state, row.problem) == ("aside", problem)
        assert [found.id for found in inbox.aside(session)] == [row.id]
    if problem == "unknown_decision":
        with transaction(engine) as session:
            records = records_of(session, tmp_path)
            inbox.allot(records, row.id or 0, f" {template.number} ", "user:kho-bac", now)
            assert session.exec(select(func.sum(DecisionPayment.amount))).one() == template.fine
            with pytest.raises(ConflictError):
                inbox.allot(records, row.id or 0, template.number, "user:kho-bac", now)
            again = inbox.keep(session, _told(template, **changes), "call-back", now)
            assert (again.id, again.state) == (row.id, "counted"), "told again, it is the same money"


def test_a_transaction_that_is_told_with_another_amount_is_for_a_person(
    template: Template, engine: Engine
) -> None:
    with transaction(engine) as session:
        inbox.keep(session, _told(template), "call-back", template.now)
        with pytest.raises(ConflictError):
            inbox.keep(session, _told(template, amount=5), "call-back", template.now)
        stored = days.compare(
            session,
            local_day(template.now),
            write_file([_told(template, amount=5), _told(template, transaction="T2", amount=7)]),
            "file",
            template.now,
        )
        assert stored.taken_in == 1
        assert _waiting(session) == [("T1", "differs", 5)]


def test_a_day_names_what_the_file_lacks_and_what_is_of_another_day(
    template: Template, engine: Engine
) -> None:
    late = _told(template, transaction="T3", paid_at=template.now - timedelta(days=2))
    with transaction(engine) as session:
        inbox.keep(session, _told(template), "call-back", template.now)
        days.compare(session, local_day(template.now), write_file([late]), "file", template.now)
        assert _waiting(session) == [("T3", "other_day", template.fine), ("T1", "not_in_file", None)]


def _waiting(session: Session) -> list[tuple[str, str, int | None]]:
    """What a person has to settle, with the amount the file says."""
    rows = (seen.row for seen in differences.waiting(session))
    return [(row.transaction, row.problem, row.amount) for row in rows]


def test_what_a_later_file_agrees_with_waits_no_longer(template: Template, engine: Engine) -> None:
    """The bank books what was told before midnight in the next day's file, or sends a day's file anew."""
    day, now = local_day(template.now), template.now
    with transaction(engine) as session:
        for name in ("T1", "T2"):
            inbox.keep(session, _told(template, transaction=name), "call-back", now)
        days.compare(session, day, write_file([]), "file", now)
        assert _waiting(session) == [("T1", "not_in_file", None), ("T2", "not_in_file", None)]
        since = [seen.row.found_at for seen in differences.waiting(session)]
        days.compare(session, day, write_file([_told(template)]), "file", now + timedelta(hours=1))
        assert _waiting(session) == [("T2", "not_in_file", None)]
        assert [seen.row.found_at for seen in differences.waiting(session)] == since[1:]
        moved = _told(template, transaction="T2", paid_at=now + timedelta(days=1))
        days.compare(session, day + timedelta(days=1), write_file([moved]), "file", now)
        assert _waiting(session) == []
        days.compare(session, day, write_file([]), "file", now + timedelta(days=2))
        assert [name for name, *_ in _waiting(session)] == ["T1", "T2"]


def test_a_broken_line_waits_for_a_person_and_the_others_are_taken_in(
    template: Template, engine: Engine
) -> None:
    """The same file again doubles nothing; a mended one takes the line in, and nobody has to look at it."""
    day, now = local_day(template.now), template.now
    whole = write_file([_told(template, transaction=name, amount=7) for name in ("T1", "T2", "T3", "T3")])
    broken = whole.replace(b"T2,paid", b"T2,gift")
    with transaction(engine) as session:
        inbox.keep(session, _told(template, transaction="T2", amount=7), "call-back", now)
        for again in (0, 1):
            stored = days.compare(session, day, broken, "file", now + timedelta(hours=again))
            assert (stored.transactions, stored.amount) == (2, 14)
            assert stored.taken_in == (0 if again else 2)
            (seen,) = differences.waiting(session)
            assert (seen.row.problem, seen.row.line, seen.row.line_problem) == ("broken_line", 3, "kind")
            assert seen.row.line_text.startswith("T2,gift,")
        assert differences.days_to_ask_again(session, day) == [day]
        days.compare(session, day, whole, "file", now + timedelta(hours=2))
        assert (_waiting(session), differences.days_to_ask_again(session, day)) == ([], [])
        assert session.exec(select(func.count()).select_from(PaymentMessage)).one() == 3


def test_another_broken_line_of_the_same_number_is_looked_at_anew(template: Template, engine: Engine) -> None:
    day, now = local_day(template.now), template.now
    with transaction(engine) as session:
        for text, waits in ((b"T1,nonsense", 1), (b"T1,nonsense", 0), (b"T9,nonsense", 1)):
            days.compare(session, day, write_file([]) + text, "file", now)
            waiting = differences.waiting(session)
            assert len(waiting) == waits
            for seen in waiting:
                differences.settle(session, seen.row.id or 0, "nhập tay", "user:kho-bac", now)


def test_a_file_that_is_none_blames_no_transaction(template: Template, engine: Engine) -> None:
    day, now = local_day(template.now), template.now
    with transaction(engine) as session:
        inbox.keep(session, _told(template), "call-back", now)
        days.compare(session, day, b"<html>502 Bad Gateway</html>", "file", now)
        assert _waiting(session) == [("#1", "broken_line", None)]
        days.compare(session, day, write_file([_told(template)]), "file", now)
        assert _waiting(session) == []


def test_what_a_person_settled_stays_settled(template: Template, engine: Engine) -> None:
    day, now = local_day(template.now), template.now
    with transaction(engine) as session:
        inbox.keep(session, _told(template), "call-back", now)
        days.compare(session, day, write_file([]), "file", now)
        row = differences.waiting(session)[0].row
        with pytest.raises(InvalidError):
            differences.settle(session, row.id or 0, "  ", "user:kho-bac", now)
        differences.settle(session, row.id or 0, "ngân hàng xác nhận", "user:kho-bac", now)
        with pytest.raises(ConflictError):
            differences.settle(session, row.id or 0, "lần nữa", "user:kho-bac", now)
        days.compare(session, day, write_file([]), "file", now)
        assert (_waiting(session), differences.count(session)) == ([], 0)


def test_money_that_stands_in_no_file_but_another_days_is_taken_in_by_a_person(
    template: Template, engine: Engine, tmp_path: Path
) -> None:
    day, now = local_day(template.now), template.now
    other = _told(template, transaction="T3", paid_at=now - timedelta(hours=20))
    with transaction(engine) as session:
        inbox.keep(session, _told(template), "call-back", now)
        days.compare(session, day, write_file([_told(template, amount=5), other]), "file", now)
        differs, elsewhere = (seen.row.id or 0 for seen in differences.waiting(session))
        with pytest.raises(ConflictError):
            differences.take_in(session, differs, "của ta", "user:kho-bac", now)
        differences.take_in(session, elsewhere, "của ta", "user:kho-bac", now)
        row = inbox.by_transaction(session, "T3")
        assert row is not None
        inbox.settle(records_of(session, tmp_path), row.id or 0, now)
        assert (row.state, row.amount) == ("counted", template.fine)


def test_what_a_person_closed_no_job_opens_again(template: Template, engine: Engine, tmp_path: Path) -> None:
    """A job that comes late, or is done again, finds money that was settled in another way."""
    now = template.now + timedelta(hours=1)
    with transaction(engine) as session:
        row = inbox.keep(session, _told(template, names="không rõ"), "call-back", now)
        inbox.settle(records_of(session, tmp_path), row.id or 0, now)
        with pytest.raises(InvalidError):
            inbox.close(session, row.id or 0, " ", "user:kho-bac")
        inbox.close(session, row.id or 0, "của đơn vị khác", "user:kho-bac")
        again = inbox.settle(records_of(session, tmp_path), row.id or 0, now)
        assert (again.state, again.note) == ("closed", "của đơn vị khác")
        assert session.exec(select(func.count()).select_from(DecisionPayment)).one() == 0
        with pytest.raises(ConflictError):
            inbox.allot(records_of(session, tmp_path), row.id or 0, template.number, "user:kho-bac", now)
