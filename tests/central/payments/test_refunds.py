"""Requests for refunds: how much, why, when they may be withdrawn, what is shown of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.db import transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.payments import inbox, refunds
from central.payments.models import Refund
from central.payments.port import Told
from tests.central.payments.conftest import Template, records_of

TOO_MUCH = 50_000
ACTOR = "user:kho-bac"


@pytest.fixture
def engine(template: Template, tmp_path: Path) -> Iterator[Engine]:
    """A database in which the fine was paid twice over the bank, and a little more."""
    made = template.copy(tmp_path / "central.db")
    for number, amount in enumerate((template.fine, TOO_MUCH), start=1):
        told = Told(
            transaction=f"B{number}", kind="paid", names=template.number, amount=amount, paid_at=template.now
        )
        with transaction(made) as session:
            inbox.keep(session, told, "call-back", template.now)
        with transaction(made) as session:
            inbox.settle(records_of(session, tmp_path), number, template.now)
    yield made
    made.dispose()


def ask(engine: Engine, template: Template, amount: int, reason: str = "nộp dư", number: int = 2) -> Refund:
    with transaction(engine) as session:
        made = refunds.ask(session, f"B{number}", amount, reason, ACTOR, template.now)
        session.expunge(made)
        return made


def by_hand(engine: Engine, template: Template, amount: int, minutes: int = 0) -> Refund:
    with transaction(engine) as session:
        now = template.now + timedelta(minutes=minutes)
        made = refunds.ask_by_hand(session, template.decision_id, amount, "x", ACTOR, now)
        session.expunge(made)
        return made


def test_just_what_is_too_much_can_be_asked_for_and_no_more(engine: Engine, template: Template) -> None:
    for too_much in (TOO_MUCH + 1, 0, -1):
        with pytest.raises(InvalidError, match="refund"):
            ask(engine, template, too_much, number=1)
    assert ask(engine, template, TOO_MUCH, number=1).amount == TOO_MUCH
    with pytest.raises(InvalidError, match="refund"):
        ask(engine, template, 1, number=1)


def test_several_refunds_take_no_more_than_their_transaction_brought(
    engine: Engine, template: Template
) -> None:
    ask(engine, template, TOO_MUCH - 10_000)
    with pytest.raises(InvalidError, match="refund"):
        ask(engine, template, 10_001)
    assert ask(engine, template, 10_000).amount == 10_000


def test_only_a_counted_transaction_is_refunded(engine: Engine, template: Template) -> None:
    with pytest.raises(NotFoundError):
        ask(engine, template, 1, number=9)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_refund_has_a_reason(engine: Engine, template: Template, reason: str) -> None:
    with pytest.raises(InvalidError, match="refund_reason"):
        ask(engine, template, 1, reason)
    made = ask(engine, template, 1, f"  {'ă' * 400} ")
    assert made.reason == "ă" * 300
    assert (made.transaction, made.asked_by, made.asked_at) == ("B2", ACTOR, template.now)
    with transaction(engine) as session, pytest.raises(InvalidError, match="refund_reason"):
        refunds.withdraw(session, made.key, reason, ACTOR, template.now)
    with transaction(engine) as session:
        note = refunds.withdraw(session, made.key, f" {'b' * 400} ", ACTOR, template.now).withdrawn_note
    assert note == "b" * 300


def test_while_the_bank_may_still_answer_nothing_is_withdrawn(engine: Engine, template: Template) -> None:
    made = ask(engine, template, TOO_MUCH)
    with transaction(engine) as session:
        session.get_one(Refund, made.key).sent_at = template.now
    over = template.now + timedelta(minutes=5)
    with transaction(engine) as session, pytest.raises(ConflictError, match="refund_being_asked") as refused:
        refunds.withdraw(session, made.key, "x", ACTOR, over - timedelta(microseconds=1))
    assert refused.value.values["minutes"] == 5
    with transaction(engine) as session:
        refunds.withdraw(session, made.key, "x", ACTOR, over)
    with transaction(engine) as session, pytest.raises(ConflictError, match="refund_withdrawn"):
        refunds.withdraw(session, made.key, "x", ACTOR, over)
    assert ask(engine, template, TOO_MUCH).open, "the money can be refunded another way"


def test_what_is_owed_back_is_shown_with_its_transactions(engine: Engine, template: Template) -> None:
    def owed() -> list[tuple[int, list[str]]]:
        with transaction(engine) as session:
            found = refunds.owed_back(session, template.now)
            return [(row.open, [told.transaction for told in row.transactions]) for row in found]

    assert owed() == [(TOO_MUCH, ["B2", "B1"])]
    back = Told(transaction="R1", kind="returned", names="B2", amount=1, paid_at=template.now)
    with transaction(engine) as session:
        inbox.keep(session, back, "call-back", template.now)
    strange = Told(transaction="B3", kind="paid", names="ai đó", amount=9, paid_at=template.now)
    with transaction(engine) as session:
        inbox.keep(session, strange, "call-back", template.now)
    assert owed() == [(TOO_MUCH, ["B2", "B1"])]
    by_hand(engine, template, TOO_MUCH - 1)
    assert owed() == [(1, ["B2", "B1"])]
    by_hand(engine, template, 1)
    assert owed() == []


def test_open_refunds_come_first_and_the_latest_before_them(engine: Engine, template: Template) -> None:
    keys = [by_hand(engine, template, 10, minutes).key for minutes in range(4)]
    with transaction(engine) as session:
        refunds.withdraw(session, keys[3], "x", ACTOR, template.now)
        session.get_one(Refund, keys[1]).done_at = template.now
    with transaction(engine) as session:
        assert [row.key for row in refunds.latest(session)] == [keys[2], keys[0], keys[3], keys[1]]
        assert [row.key for row in refunds.latest(session, 1)] == [keys[2]]
        assert refunds.count_open(session) == 2
        rows = refunds.latest(session)
        assert refunds.numbers(session, rows) == {template.decision_id: template.number}
