"""The treasury's counter reads what lies behind all its rows at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from central.db import transaction
from central.payments import refunds
from central.proceedings import counter
from central.proceedings.models import Decision
from tests.central.proceedings.office import Office
from tests.central.proceedings.test_money_owed import pay
from tests.central.proceedings.test_service import sweep


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    told: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield told
    event.remove(engine, "before_cursor_execute", keep)


def owing(office: Office) -> Decision:
    """A decision that was delivered, of which a part was paid late."""
    decision = office.to_delivery(office.confirmed())
    office.wait(30)
    sweep(office)
    pay(office, decision, f"P{decision.id}", 1_000_000, office.now.date())
    return decision


def paid_twice(office: Office) -> Decision:
    """A decision of which everything was paid twice."""
    decision = office.to_delivery(office.confirmed())
    for time in ("first", "again"):
        pay(office, decision, f"{time}-{decision.id}", decision.fine, office.now.date())
    return decision


@pytest.mark.parametrize(
    ("made", "read"),
    [
        (owing, lambda session, office: counter.open_decisions(session, office.now)),
        (paid_twice, lambda session, office: refunds.owed_back(session, office.now)),
    ],
)
def test_as_many_statements_for_many_rows_as_for_one(
    office: Office,
    made: Callable[[Office], Decision],
    read: Callable[[Session, Office], list[object]],
) -> None:
    asked = []
    for rows, more in ((1, 1), (4, 3)):
        for _ in range(more):
            made(office)
        with statements(office.engine) as told, transaction(office.engine) as session:
            assert len(read(session, office)) == rows
        asked.append(len(told))
    assert asked[0] == asked[1] <= 10


def test_each_row_has_its_own_money(office: Office) -> None:
    """What is read for all at once is what each decision asks for by itself."""
    first, second = owing(office), office.to_delivery(office.confirmed())
    office.now += timedelta(days=1)
    with transaction(office.engine) as session:
        rows = {row.decision.id: row for row in counter.open_decisions(session, office.now)}
        assert (rows[first.id].stand.paid, rows[second.id].stand.paid) == (1_000_000, 0)
        assert rows[first.id].stand.late_fee > 0 == rows[second.id].stand.late_fee
        assert {rows[first.id].state, rows[second.id].state} == {"partly", "due"}
