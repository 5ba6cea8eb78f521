"""Money that is too much leaves by one way: through the bank, by hand, by a step of the case, or because the
bank returned it of its own. Whichever begins keeps the others out, also when two begin at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.db import transaction
from central.errors import ConflictError, DomainError, InvalidError, NotFoundError
from central.payments import inbox, refunds
from central.payments.models import PaymentMessage, Refund
from central.payments.port import GatewayError, Told
from central.proceedings import counter, desk
from central.proceedings.models import Decision, DecisionPayment
from central.proceedings.payments import Receipt
from central.sandboxes.payment import Bank, Return
from contract.local_time import local_day
from tests.central.payments.conftest import records_of
from tests.central.proceedings.office import Office


@dataclass
class Gate:
    """The bank's stand-in as our gateway; while it is `silent` it works, but its answers are lost."""

    bank: Bank
    silent: bool = False

    def order(self, reference: str, amount: int, purpose: str) -> str:
        raise NotImplementedError

    def file_of(self, day: date) -> bytes:
        raise NotImplementedError

    def give_back(self, key: str, transaction: str, amount: int) -> None:
        self.bank.give_back(Return(key=key, transaction=transaction, amount=amount))
        if self.silent:
            raise GatewayError("no answer")


@dataclass
class Desk:
    """A decision for which `too_much` came in, the bank, and everybody who can bring it out again."""

    office: Office
    folder: Path
    decision: Decision
    gate: Gate
    too_much: int
    by_hand: list[int] = field(default_factory=list)
    vouchers: int = 0

    @property
    def now(self) -> datetime:
        return self.office.now

    @property
    def decision_id(self) -> int:
        assert self.decision.id is not None
        return self.decision.id

    def book(self, kind: Literal["paid", "returned"], names: str, amount: int) -> Told:
        """A transaction at the bank, not told yet."""
        return self.gate.bank._book(kind, names, amount)

    def voucher(self) -> str:
        """The next number of a payment order (ủy nhiệm chi)."""
        self.vouchers += 1
        return f"UNC-{self.vouchers}"

    def gone(self) -> int:
        """What has really left: through the bank, and over the counter."""
        told = [Told.model_validate(one) for one in self.gate.bank.told.values()]
        return sum(one.amount for one in told if one.kind == "returned") + sum(self.by_hand)

    def settle(self) -> None:
        """The worker counts what the bank has told."""
        with transaction(self.office.engine) as session:
            for one in self.gate.bank.told.values():
                inbox.keep(session, Told.model_validate(one), "call-back", self.now)
            ids = session.exec(select(PaymentMessage.id).order_by(col(PaymentMessage.id))).all()
        for message_id in ids:
            with transaction(self.office.engine) as session:
                inbox.settle(records_of(session, self.folder), message_id or 0, self.now)

    def ask_bank(self) -> str:
        with transaction(self.office.engine) as session:
            paid = session.exec(
                select(PaymentMessage)
                .where(PaymentMessage.kind == "paid", PaymentMessage.state == "counted")
                .order_by(col(PaymentMessage.id).desc())
            ).first()
            assert paid is not None
            amount = min(self.too_much, paid.amount)
            return refunds.ask(session, paid.transaction, amount, "nộp dư", "user:kho-bac", self.now).key

    def send(self, key: str) -> None:
        """The worker asks the bank."""
        with suppress(GatewayError):
            refunds.give_back(self.office.engine, self.gate, key, self.now)

    def through_bank(self) -> None:
        self.send(self.ask_bank())

    def done_by_hand(self, key: str) -> None:
        with transaction(self.office.engine) as session:
            how = refunds.ByHand(self.voucher(), "quầy", local_day(self.now))
            by = self.office.by(session, "kho-bac")
            refund = refunds.done_by_hand(records_of(session, self.folder), key, how, by, self.now)
            amount = refund.amount
        self.by_hand.append(amount)

    def ask_by_hand(self) -> str:
        with transaction(self.office.engine) as session:
            return refunds.ask_by_hand(
                session, self.decision_id, self.too_much, "nộp dư", "user:kho-bac", self.now
            ).key

    def at_the_counter(self) -> None:
        self.done_by_hand(self.ask_by_hand())

    def by_a_step(self) -> None:
        """The treasury enters the step of the case, at a page or over the API."""
        with transaction(self.office.engine) as session:
            receipt = Receipt(self.voucher(), self.too_much, local_day(self.now), "quầy")
            desk.pay_money_back(
                records_of(session, self.folder), self.decision_id, receipt, self.now,
                self.office.by(session, "kho-bac"),
            )  # fmt: skip
        self.by_hand.append(self.too_much)

    def bank_of_its_own(self) -> None:
        """The bank returns the money itself and names the decision: nobody here can keep it from that."""
        self.book("returned", self.decision.number, self.too_much)

    def stands(self) -> tuple[int, int, int]:
        """What is still beyond, what is promised, what treasury sees as owed back."""
        with transaction(self.office.engine) as session:
            decision = session.get_one(Decision, self.decision_id)
            owed = sum(row.open for row in refunds.owed_back(session, self.now))
            return counter.beyond_of(session, decision, self.now), decision.promised_back, owed


def _gate(office: Office, folder: Path) -> Gate:
    return Gate(Bank(folder / f"books-{office.cases}.json", "t", lambda _told: 0, lambda: office.now))


KINDS = ("twice", "annulled")


def _desk(office: Office, folder: Path, kind: str) -> Desk:
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    found = Desk(office, folder, decision, _gate(office, folder), decision.fine)
    for _ in range(2 if kind == "twice" else 1):
        found.book("paid", decision.number, decision.fine)
    found.settle()
    if kind == "annulled":
        office.do(case_id, "annul_decision", "truong-phong")
    office.now += timedelta(hours=1)
    assert found.stands() == (decision.fine, 0, decision.fine)
    return found


@pytest.fixture
def at_desk(engine: Engine, now: datetime, tmp_path: Path) -> Callable[[str], Desk]:
    """A desk with money that has to go back, of one of the kinds."""
    office = Office(engine, now).open()
    return lambda kind: _desk(office, tmp_path, kind)


WAYS: dict[str, Callable[[Desk], None]] = {
    "bank": Desk.through_bank,
    "counter": Desk.at_the_counter,
    "step": Desk.by_a_step,
}


@pytest.mark.parametrize(
    ("first", "kind"), [("bank", "twice"), ("counter", "annulled"), ("step", "twice"), ("own", "annulled")]
)
def test_after_one_way_no_other_is_open(at_desk: Callable[[str], Desk], first: str, kind: str) -> None:
    found = at_desk(kind)
    if first == "own":
        found.bank_of_its_own()
        found.settle()
    else:
        WAYS[first](found)
    for way in WAYS.values():
        with pytest.raises(DomainError):
            way(found)
        found.settle()
    assert (found.gone(), found.stands()) == (found.too_much, (0, 0, 0))


@pytest.mark.parametrize(
    ("stage", "kind"), [("asked", "annulled"), ("sent", "twice"), ("accepted", "annulled")]
)
def test_a_refund_the_bank_may_have_done_is_done_by_nobody_else(
    at_desk: Callable[[str], Desk], stage: str, kind: str
) -> None:
    """Asked for only; asked of the bank, whose answer was lost; taken over by the bank."""
    found = at_desk(kind)
    key = found.ask_bank()
    found.gate.silent = stage == "sent"
    if stage != "asked":
        found.send(key)
    for way in (found.at_the_counter, found.by_a_step, found.ask_bank):
        with pytest.raises(InvalidError):
            way()
    if stage == "asked":
        found.done_by_hand(key)
        found.send(key)
    else:
        with pytest.raises(ConflictError):
            found.done_by_hand(key)
    found.gate.silent = False
    found.send(key)
    found.settle()
    assert (found.gone(), found.stands()) == (found.too_much, (0, 0, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_bank_returned_of_its_own_waits_while_a_refund_is_on_its_way(
    at_desk: Callable[[str], Desk], kind: str
) -> None:
    """A person has to say that the refund is not to be done any more; only then the other money counts."""
    found = at_desk(kind)
    key = found.ask_by_hand()
    found.bank_of_its_own()
    found.settle()
    with transaction(found.office.engine) as session:
        (row,) = inbox.aside(session)
        assert row.problem == "refund"
        message_id = row.id or 0
        refunds.withdraw(session, key, "ngân hàng đã tự trả", "user:kho-bac", found.now)
    with pytest.raises(ConflictError):
        found.done_by_hand(key)
    with transaction(found.office.engine) as session:
        records = records_of(session, found.folder)
        row = inbox.allot(records, message_id, found.decision.number, "user:kho-bac", found.now)
        assert row.state == "counted"
    assert (found.gone(), found.stands()) == (found.too_much, (0, 0, 0))


def test_money_that_went_twice_all_the_same_is_shown_to_a_person(at_desk: Callable[[str], Desk]) -> None:
    """The bank does what was taken back or done by hand: told, it is set aside and nothing of it counted."""
    found = at_desk("twice")
    done, taken_back = found.ask_by_hand(), ""
    found.done_by_hand(done)
    found.book("paid", found.decision.number, found.too_much)
    found.settle()
    taken_back = found.ask_by_hand()
    with transaction(found.office.engine) as session:
        refunds.withdraw(session, taken_back, "nhầm", "user:kho-bac", found.now)
    for key in (done, taken_back):
        found.book("returned", key, found.too_much)
    found.settle()
    with transaction(found.office.engine) as session:
        assert [row.problem for row in inbox.aside(session)] == ["refund_done", "refund_withdrawn"]
        rows = session.exec(select(DecisionPayment.amount)).all()
    assert sum(rows) == 2 * found.too_much


def test_a_refund_the_bank_was_asked_for_is_taken_back_only_when_no_question_is_open(
    at_desk: Callable[[str], Desk],
) -> None:
    found = at_desk("twice")
    key = found.ask_bank()
    found.gate.silent = True
    found.send(key)
    with transaction(found.office.engine) as session, pytest.raises(ConflictError):
        refunds.withdraw(session, key, "ngân hàng xác nhận chưa trả", "user:kho-bac", found.now)
    found.office.now += timedelta(minutes=6)
    with transaction(found.office.engine) as session:
        with pytest.raises(InvalidError):
            refunds.withdraw(session, key, "  ", "user:kho-bac", found.now)
        refunds.withdraw(session, key, "ngân hàng xác nhận chưa trả", "user:kho-bac", found.now)
    assert found.stands() == (found.too_much, 0, found.too_much)
    found.send(key)
    with transaction(found.office.engine) as session:
        assert session.get_one(Refund, key).accepted_at is None


def test_a_transaction_gives_back_no_more_than_it_brought(at_desk: Callable[[str], Desk]) -> None:
    """Though more is overpaid than this one transaction; what was taken back may be asked for again."""
    found = at_desk("annulled")
    found.book("paid", found.decision.number, 90_000)
    found.settle()

    def ask(session: Session, amount: int) -> str:
        query = select(PaymentMessage.transaction).where(PaymentMessage.amount == 90_000)
        return refunds.ask(session, session.exec(query).one(), amount, "hủy", "user:kho-bac", found.now).key

    with transaction(found.office.engine) as session:
        with pytest.raises(InvalidError):
            ask(session, 90_001)
        key = ask(session, 60_000)
        with pytest.raises(InvalidError):
            ask(session, 30_001)
        refunds.withdraw(session, key, "nhầm số tiền", "user:kho-bac", found.now)
        ask(session, 90_000)
        with pytest.raises(InvalidError):
            ask(session, 1)


def test_what_went_back_is_no_payment_to_give_back(at_desk: Callable[[str], Desk]) -> None:
    found = at_desk("annulled")
    returned = found.book("returned", found.decision.number, 70_000)
    found.settle()
    with transaction(found.office.engine) as session:
        assert refunds.owed_back(session, found.now)[0].open == found.too_much - 70_000
        with pytest.raises(NotFoundError):
            refunds.ask(session, returned.transaction, 70_000, "hủy", "user:kho-bac", found.now)
        offered = [told.kind for told in refunds.owed_back(session, found.now)[0].transactions]
        assert offered == ["paid"]


def test_what_is_all_on_its_way_back_waits_for_nobody(at_desk: Callable[[str], Desk]) -> None:
    found = at_desk("twice")
    found.ask_by_hand()
    with transaction(found.office.engine) as session:
        assert refunds.owed_back(session, found.now) == []
        assert refunds.count_open(session) == 1


def test_money_of_no_decision_goes_back_by_one_way(at_desk: Callable[[str], Desk]) -> None:
    """Done by hand it is asked of no bank, and a return that is told all the same is for a person; taken
    back, the money is set aside again."""
    found = at_desk("twice")
    found.book("paid", "nhầm tài khoản", 70_000)
    found.settle()
    with transaction(found.office.engine) as session:
        (row,) = inbox.aside(session)
        message_id = row.id or 0
        key = refunds.ask_aside(session, message_id, "nhầm", "user:kho-bac", found.now).key
        refunds.withdraw(session, key, "chưa rõ người nộp", "user:kho-bac", found.now)
        assert [row.id for row in inbox.aside(session)] == [message_id]
        key = refunds.ask_aside(session, message_id, "nhầm", "user:kho-bac", found.now).key
    found.done_by_hand(key)
    found.send(key)
    assert found.gone() == 70_000
    found.book("returned", key, 70_000)
    found.settle()
    with transaction(found.office.engine) as session:
        assert [row.problem for row in inbox.aside(session)] == ["refund_done"]


@pytest.mark.parametrize("hand_first", [True, False])
def test_a_transfer_that_was_entered_by_hand_too_came_once(
    engine: Engine, now: datetime, tmp_path: Path, hand_first: bool
) -> None:
    """The counter types the bank's own number; else it would look paid twice, and one would be paid out."""
    office = Office(engine, now).open()
    decision = office.to_delivery(office.confirmed())
    found = Desk(office, tmp_path, decision, _gate(office, tmp_path), decision.fine)
    told = found.book("paid", decision.number, decision.fine)

    def by_hand() -> None:
        with transaction(engine) as session:
            receipt = Receipt(told.transaction, decision.fine, local_day(office.now), "quầy")
            by = office.by(session, "kho-bac")
            desk.receive_money(records_of(session, tmp_path), decision.id or 0, receipt, office.now, by)

    for act in (by_hand, found.settle) if hand_first else (found.settle, by_hand):
        act()
    with transaction(engine) as session:
        assert [row.amount for row in session.exec(select(DecisionPayment))] == [decision.fine]
        assert [row.state for row in session.exec(select(PaymentMessage))] == ["counted"]
    assert found.stands() == (0, 0, 0)


def test_one_voucher_pays_one_refund(at_desk: Callable[[str], Desk]) -> None:
    found = at_desk("annulled")
    half = found.too_much // 2
    with transaction(found.office.engine) as session:
        keys = [
            refunds.ask_by_hand(session, found.decision_id, half, "hủy", "user:kho-bac", found.now).key
            for _ in range(2)
        ]
    found.done_by_hand(keys[0])
    found.vouchers -= 1
    with pytest.raises(ConflictError):
        found.done_by_hand(keys[1])
    assert found.gone() == half


@pytest.mark.parametrize("days", [-40, 1])
def test_money_goes_back_on_a_day_that_can_be(at_desk: Callable[[str], Desk], days: int) -> None:
    found = at_desk("twice")
    key = found.ask_by_hand()
    how = refunds.ByHand("UNC-1", "quầy", local_day(found.now) + timedelta(days=days))
    with transaction(found.office.engine) as session:
        records, by = records_of(session, found.folder), found.office.by(session, "kho-bac")
        with pytest.raises(InvalidError):
            refunds.done_by_hand(records, key, how, by, found.now)


@pytest.fixture
def on_postgres(empty_postgres_engine: Engine, now: datetime, tmp_path: Path) -> Callable[[str], Desk]:
    """The same on PostgreSQL alone, where two may really act at once."""
    office = Office(empty_postgres_engine, now).open()
    return lambda kind: _desk(office, tmp_path, kind)


@pytest.mark.postgres
@pytest.mark.parametrize("pair", list(combinations_with_replacement(WAYS, 2)))
def test_of_two_ways_at_once_one_is_taken(on_postgres: Callable[[str], Desk], pair: tuple[str, str]) -> None:
    found = on_postgres("annulled" if "bank" in pair else "twice")
    start = threading.Barrier(2)

    def go(way: str) -> None:
        start.wait()
        with suppress(DomainError):
            WAYS[way](found)

    with ThreadPoolExecutor(2) as two:
        list(two.map(go, pair))
    found.settle()
    assert (found.gone(), found.stands()) == (found.too_much, (0, 0, 0))


@pytest.mark.postgres
@pytest.mark.parametrize("turn", range(2))
def test_the_worker_and_the_counter_at_once(on_postgres: Callable[[str], Desk], turn: int) -> None:
    """The same refund is asked of the bank and entered as done by hand in one moment."""
    found = on_postgres(KINDS[turn % 2])
    key, start = found.ask_bank(), threading.Barrier(2)

    def send() -> None:
        start.wait()
        found.send(key)

    def enter() -> None:
        start.wait()
        with suppress(DomainError):
            found.done_by_hand(key)

    with ThreadPoolExecutor(2) as two:
        for done in [two.submit(send), two.submit(enter)]:
            done.result()
    found.settle()
    assert (found.gone(), found.stands()) == (found.too_much, (0, 0, 0))
