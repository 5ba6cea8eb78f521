"""Requests for refunds: how much, why, when they may be withdrawn, what is shown of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.db import transaction
from central.errors import ConflictError, InvalidError, NotFoundError
from central.jobs.models import Job
from central.payments import inbox, refunds
from central.payments.models import PaymentMessage, Refund
from central.payments.port import GatewayError, Told
from tests.central.payments.conftest import Template, records_of

TOO_MUCH = 50_000
ACTOR = "user:kho-bac"


@pytest.fixture
def engine(template: Template, tmp_path: Path) -> Iterator[Engine]:
    """A database in which the fine was paid twice over the bank, and a little more."""
    made = template.copy(tmp_path / "central.db")
    for name, amount in (("B1", template.fine), ("B2", TOO_MUCH)):
        tell(made, template, tmp_path, name, amount)
    yield made
    made.dispose()


def tell(
    engine: Engine,
    template: Template,
    folder: Path,
    name: str,
    amount: int,
    names: str = "",
    kind: Literal["paid", "returned"] = "paid",
    days: int = 0,
) -> int:
    """The bank tells of a transaction for our decision, or naming something else; the message is settled."""
    at = template.now + timedelta(days=days)
    told = Told(transaction=name, kind=kind, names=names or template.number, amount=amount, paid_at=at)
    with transaction(engine) as session:
        message_id = inbox.keep(session, told, "call-back", template.now).id or 0
    with transaction(engine) as session:
        inbox.settle(records_of(session, folder), message_id, template.now)
    return message_id


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


def test_money_that_was_set_aside_is_no_counted_money(
    engine: Engine, template: Template, tmp_path: Path
) -> None:
    """Allotted to a decision it could not be counted for, it goes back whole by its own way, and only so."""
    message_id = tell(engine, template, tmp_path, "B3", 70_000, days=-40)
    with transaction(engine) as session:
        records = records_of(session, tmp_path)
        row = inbox.allot(records, message_id, template.number, ACTOR, template.now)
        assert (row.state, row.decision_id) == ("aside", template.decision_id)
        offered = [told.transaction for told in refunds.owed_back(session, template.now)[0].transactions]
        assert offered == ["B2", "B1"]
    with pytest.raises(NotFoundError):
        ask(engine, template, TOO_MUCH, number=3)
    with transaction(engine) as session:
        assert refunds.ask_aside(session, message_id, "nhầm", ACTOR, template.now).amount == 70_000
    with pytest.raises(NotFoundError):
        ask(engine, template, TOO_MUCH, number=3)


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


def asked_by_jobs(engine: Engine) -> set[str]:
    """The refunds for which a job will ask the bank."""
    with transaction(engine) as session:
        found = session.exec(select(Job).where(Job.kind == refunds.GIVE_BACK)).all()
    assert all(job.key == job.payload["refund"] for job in found)
    return {job.key for job in found}


def test_each_refund_is_asked_of_the_bank_by_a_job_of_its_own(engine: Engine, template: Template) -> None:
    """Also two of one transaction; none for money that only a person can pay out."""
    first, second = (ask(engine, template, 10_000).key for _ in range(2))
    by_hand(engine, template, 10_000)
    assert asked_by_jobs(engine) == {first, second}
    with transaction(engine) as session:
        refunds.withdraw(session, first, "x", ACTOR, template.now)
    assert asked_by_jobs(engine) == {second}


@dataclass
class Bank:
    """Notes what it is asked; it does not answer while it is away."""

    away: bool = False
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def order(self, reference: str, amount: int, purpose: str) -> str:
        raise NotImplementedError

    def file_of(self, day: date) -> bytes:
        raise NotImplementedError

    def give_back(self, key: str, transaction: str, amount: int) -> None:
        self.asked.append((key, transaction, amount))
        if self.away:
            raise GatewayError("no answer")


def test_the_bank_is_asked_under_one_key_until_it_answers(engine: Engine, template: Template) -> None:
    """Its key is what keeps a request that is sent again from paying twice."""
    bank, key = Bank(away=True), ask(engine, template, TOO_MUCH).key
    for _ in range(2):
        with pytest.raises(GatewayError):
            refunds.give_back(engine, bank, key, template.now)
    with transaction(engine) as session:
        refund = session.get_one(Refund, key)
        assert (refund.sent_at, refund.accepted_at) == (template.now, None)
    bank.away = False
    for _ in range(2):
        refunds.give_back(engine, bank, key, template.now)
    assert bank.asked == [(key, "B2", TOO_MUCH)] * 3


@pytest.mark.parametrize("ended", ["done_at", "withdrawn_at"])
def test_the_bank_is_not_asked_for_what_has_ended(engine: Engine, template: Template, ended: str) -> None:
    bank, key = Bank(), ask(engine, template, TOO_MUCH).key
    with transaction(engine) as session:
        setattr(session.get_one(Refund, key), ended, template.now)
    refunds.give_back(engine, bank, key, template.now)
    assert bank.asked == []


def test_what_was_given_back_counts_against_its_transaction(
    engine: Engine, template: Template, tmp_path: Path
) -> None:
    """Though the decision is overpaid by more, through another transaction."""
    tell(engine, template, tmp_path, "B3", TOO_MUCH)
    done = ask(engine, template, TOO_MUCH)
    with transaction(engine) as session:
        session.get_one(Refund, done.key).done_at = template.now
    with pytest.raises(InvalidError, match="refund"):
        ask(engine, template, 1)
    assert ask(engine, template, TOO_MUCH, number=3).amount == TOO_MUCH


def test_money_of_no_decision_is_asked_back_once_and_whole(
    engine: Engine, template: Template, tmp_path: Path
) -> None:
    message_id = tell(engine, template, tmp_path, "B3", 70_000, names="ai đó")
    with transaction(engine) as session:
        with pytest.raises(NotFoundError):
            refunds.ask(session, "B3", 1, "nhầm", ACTOR, template.now)
        refund = refunds.ask_aside(session, message_id, "nhầm", ACTOR, template.now)
        assert (refund.decision_id, refund.transaction, refund.amount) == (None, "B3", 70_000)
        with pytest.raises(ConflictError, match="payment_counted"):
            refunds.ask_aside(session, message_id, "nhầm", ACTOR, template.now)
        with pytest.raises(ConflictError, match="payment_counted"):
            inbox.allot(records_of(session, tmp_path), message_id, template.number, ACTOR, template.now)
        key = refund.key
    tell(engine, template, tmp_path, "R1", 69_999, names=key, kind="returned")
    with transaction(engine) as session:
        assert session.get_one(Refund, key).open, "less came back than was to"
    tell(engine, template, tmp_path, "R2", 70_000, names=key, kind="returned")
    with transaction(engine) as session:
        assert session.get_one(Refund, key).done_at == template.now
        state = select(PaymentMessage.transaction, PaymentMessage.state, PaymentMessage.problem)
        found = {name: told for name, *told in session.exec(state)}
    assert found["R1"] == ["aside", "unknown_decision"]
    assert found["R2"] == ["counted", ""]


def test_what_went_back_already_is_not_asked_back(engine: Engine, template: Template, tmp_path: Path) -> None:
    message_id = tell(engine, template, tmp_path, "R1", 5, names="ai đó", kind="returned")
    with transaction(engine) as session, pytest.raises(ConflictError, match="payment_went_back"):
        refunds.ask_aside(session, message_id, "nhầm", ACTOR, template.now)
