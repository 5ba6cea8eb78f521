"""What is asked for, and the order to pay it: the open one again, or a new one."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts.models import User
from central.db import transaction
from central.errors import ConflictError
from central.payments import orders
from central.payments.models import PaymentMessage, PaymentOrder
from central.proceedings import payments
from central.proceedings.models import Decision
from central.proceedings.payments import Receipt
from contract.local_time import local_day
from tests.central.payments.conftest import Template
from tests.central.proceedings.office import Office

PARTS = (7_600_000, 5_700_000, 5_700_000)


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    """The office of the delivered decision."""
    engine = template.copy(tmp_path / "central.db")
    found = Office(engine, template.now, cases=1)
    with transaction(engine) as session:
        found.people = {user.username: user.id or 0 for user in session.exec(select(User))}
    yield found
    engine.dispose()


def decision_of(session: Session, template: Template) -> Decision:
    return session.get_one(Decision, template.decision_id)


def in_parts(office: Office, template: Template) -> list[date]:
    """The fine may be paid in three parts, thirty days apart; their last days."""
    days = [office.last_days(template.case_id)["payment"] + timedelta(days=30 * n) for n in range(3)]
    parts = tuple({"due": str(day), "amount": part} for day, part in zip(days, PARTS, strict=True))
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, template.case_id)
        owner, signer = office.by(session, "citizen"), office.by(session, "truong-phong")
        relief = payments.ask_relief(session, proceeding, "instalments", "khó khăn", owner, office.now)
        granted = payments.Grant(until=days[-1], parts=parts)
        payments.answer_relief(session, proceeding, relief, granted, "có xác nhận", signer, office.now)
    return days


def pay(engine: Engine, template: Template, amount: int, on: date, reference: str = "T1") -> None:
    with transaction(engine) as session:
        payments.received(session, template.decision_id, Receipt(reference, amount, on, "x"), template.now)


def order(office: Office, template: Template, on: date, share: orders.Share = "next") -> PaymentOrder:
    with transaction(office.engine) as session:
        made = orders.order_of(session, decision_of(session, template), on, office.now, share)
        session.expunge(made)
        return made


def test_a_whole_fine_is_one_share(office: Office, template: Template) -> None:
    with transaction(office.engine) as session:
        asked = orders.asked(session, decision_of(session, template), local_day(office.now))
    assert (asked.parts, asked.next, asked.late) == ((), None, False)
    assert asked.amount("next") == asked.amount("all") == template.fine


@pytest.mark.parametrize(
    ("paid", "after", "following", "late", "left"),
    [
        (0, 0, 7_600_000, False, PARTS),
        (0, 1, 7_600_000, True, PARTS),
        (600_000, 0, 7_000_000, False, (7_000_000, *PARTS[1:])),
        (0, 31, 13_300_000, True, PARTS),
        (7_600_000, 1, 5_700_000, False, (0, *PARTS[1:])),
        (13_300_000, 0, None, False, (0, 0, 5_700_000)),
    ],
    ids=["in time", "a day late", "a part of a part", "two late", "second", "the last is all"],
)
def test_the_next_part_is_asked_for(
    office: Office,
    template: Template,
    paid: int,
    after: int,
    following: int | None,
    late: bool,
    left: tuple[int, ...],
) -> None:
    days = in_parts(office, template)
    if paid:
        pay(office.engine, template, paid, local_day(office.now))
    with transaction(office.engine) as session:
        asked = orders.asked(session, decision_of(session, template), days[0] + timedelta(days=after))
    assert tuple(part.left for part in asked.parts) == left
    assert tuple(part.amount for part in asked.parts) == PARTS
    assert [part.last_day for part in asked.parts] == days
    assert (asked.next.amount if asked.next else None, asked.late) == (following, late)
    assert asked.amount("next") == (following or asked.stand.owed)
    assert asked.amount("all") == asked.stand.owed


def test_one_order_for_one_sum_until_it_is_paid(office: Office, template: Template) -> None:
    today = local_day(office.now)
    in_parts(office, template)
    first = order(office, template, today)
    assert (first.amount, first.decision_id, first.pay_url) == (PARTS[0], template.decision_id, "")
    assert len(first.reference) == 12
    assert first.reference.startswith("NT")
    assert order(office, template, today).reference == first.reference
    whole = order(office, template, today, "all")
    assert (whole.amount, whole.reference == first.reference) == (template.fine, False)
    assert order(office, template, today).reference == first.reference


def test_an_order_that_money_named_is_not_used_again(office: Office, template: Template) -> None:
    """The next part is as much as the one before; the bank writes the reference as people do."""
    today = local_day(office.now)
    in_parts(office, template)
    pay(office.engine, template, PARTS[0], today)
    second = order(office, template, today)
    tell(office, template.decision_id, f" {second.reference.lower()} ")
    pay(office.engine, template, PARTS[1], today, "T2")
    third = order(office, template, today)
    assert (third.amount, second.amount) == (PARTS[2], PARTS[1])
    assert third.reference != second.reference


def tell(office: Office, decision_id: int, names: str) -> None:
    """The bank told of money that named an order."""
    with transaction(office.engine) as session:
        session.add(
            PaymentMessage(
                transaction=f"B-{names}", kind="paid", names=names, amount=1, paid_at=office.now,
                received_at=office.now, via="call-back", state="counted", decision_id=decision_id,
            )
        )  # fmt: skip


def test_orders_of_another_decision_are_not_ours(office: Office, template: Template) -> None:
    today = local_day(office.now)
    mine = order(office, template, today)
    other = office.to_delivery(office.confirmed())
    tell(office, other.id or 0, mine.reference)  # names our order, yet is money of the other decision
    today = local_day(office.now)
    with transaction(office.engine) as session:
        again = orders.order_of(session, session.get_one(Decision, other.id), today, office.now)
        assert (again.amount, again.reference == mine.reference) == (mine.amount, False)
        present = orders.open_order(session, decision_of(session, template), mine.amount)
        assert present is not None
        assert present.reference == mine.reference


@pytest.mark.parametrize("why", ["paid", "ended", "nearly"])
def test_nothing_is_ordered_where_nothing_is_owed(office: Office, template: Template, why: str) -> None:
    today = local_day(office.now)
    if why != "ended":
        pay(office.engine, template, template.fine - (why == "nearly"), today)
    else:
        with transaction(office.engine) as session:
            decision_of(session, template).ended_on = today
    if why == "nearly":
        assert order(office, template, today).amount == 1
        return
    with pytest.raises(ConflictError, match="nothing_owed"):
        order(office, template, today)


def test_where_it_is_paid_online_is_noted(office: Office, template: Template) -> None:
    made = order(office, template, local_day(office.now))
    with transaction(office.engine) as session:
        orders.note_address(session, made.reference, "https://bank.example/1")
    again = order(office, template, local_day(office.now))
    assert (again.reference, again.pay_url) == (made.reference, "https://bank.example/1")
