"""Portal and workers are killed amid their work on PostgreSQL while the bank's stand-in tells of money twice,
late, in another order, of wrong sums, not at all; afterwards each dong is where it belongs, once.

A short run with each test; `NGATU_MONEY_KILLS=200 pytest tests/central/payments/test_kills.py` is the long
one, with `-s` for its figures.
"""

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from central.db import make_engine, reading, transaction
from central.documents.models import Document
from central.errors import DomainError
from central.jobs.models import Job
from central.payments import days, inbox, orders, refunds
from central.payments.models import PaymentMessage, PaymentOrder, Refund
from central.payments.port import Told, write_file
from central.proceedings.models import Decision, DecisionPayment, ProceedingStep
from central.sandboxes.payment import WAYS, Bank, create_bank, teller
from contract.local_time import local_day
from tests.central import databases
from tests.central.payments.conftest import NOW
from tests.central.payments.processes import FastClock, Ground, killed, started
from tests.central.proceedings.office import Office
from tests.serving import address_of, free_port, served

KILLS = int(os.environ.get("NGATU_MONEY_KILLS", "6"))
DECISIONS = 4
PATIENCE = 240.0
SECRET, TOKEN = "one key of both sides", "a-token"

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300 + 30 * KILLS)]


@dataclass
class Market:
    """Payers, the bank, the treasury: everything that goes on while processes are killed."""

    engine: Engine
    bank: Bank
    clock: FastClock
    references: list[str]
    names: list[str]
    chance: random.Random = field(default_factory=lambda: random.Random(12))

    def once(self) -> None:
        """One thing that may happen on any day."""
        self.chance.choice(
            (self._pay, self._pay, self._pay, self._pay_by_name, self._tell_again, self._give_back)
        )()

    def for_a_while(self) -> None:
        """Some of it, one after the other."""
        for _ in range(3):
            self.once()

    def _pay(self) -> None:
        self.bank.pay(self.chance.choice(self.references), self.chance.choice(list(WAYS)))

    def _pay_by_name(self) -> None:
        """By a transfer that names a decision, or nothing anybody knows."""
        self.bank.transfer(self.chance.choice(self.names), self.chance.choice((1, 450_000, 19_000_000)))

    def _tell_again(self) -> None:
        """Some of everything once more: the same, the same two at a time, and with another sum."""
        every = [Told.model_validate(one) for one in list(self.bank.told.values())]
        again = self.chance.sample(every, min(20, len(every)))
        for one in again:
            self.bank.tell(one)
        with ThreadPoolExecutor(2) as two:
            for one in again[:4]:
                list(two.map(self.bank.tell, (one, one)))
                self.bank.tell(one.model_copy(update={"amount": one.amount + 1}))

    def _give_back(self) -> None:
        with transaction(self.engine) as session:
            owed = refunds.owed_back(session, self.clock(), limit=1)
            if owed and owed[0].transactions:
                paid = owed[0].transactions[0]
                amount = min(owed[0].open, paid.amount)
                try:
                    refunds.ask(session, paid.transaction, amount, "nộp dư", "user:kho-bac", self.clock())
                except DomainError:
                    session.rollback()


@contextmanager
def at_work(ground: Ground, listener: object) -> Iterator[dict[str, BaseProcess]]:
    """A portal and two workers; whatever they are when the block ends is killed."""
    kinds = {"portal": "portal", "one": "worker", "two": "worker"}
    found = {name: started(kind, ground, listener) for name, kind in kinds.items()}  # type: ignore[arg-type]
    try:
        yield found
    finally:
        for process in found.values():
            killed(process)


@pytest.fixture
def decisions(tmp_path: Path) -> Iterator[tuple[Engine, str, FastClock]]:
    """Some decisions that were delivered, on PostgreSQL."""
    databases.need_postgres()
    with databases.migrated_postgres() as url:
        engine = make_engine(url)
        office = Office(engine, NOW).open()
        for case_id in [office.confirmed() for _ in range(DECISIONS)]:
            office.to_delivery(case_id)
        yield engine, url, FastClock(office.now + timedelta(hours=1))
        engine.dispose()


def test_no_dong_is_doubled_or_lost_whoever_is_killed(
    decisions: tuple[Engine, str, FastClock], tmp_path: Path
) -> None:
    engine, url, clock = decisions
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "secret").write_text(SECRET)
    with ExitStack() as stack:
        listener, bank_port = free_port(), free_port()
        callback = f"{address_of(listener)}/payment/told"
        bank = Bank(tmp_path / "books.json", TOKEN, teller(callback, SECRET.encode(), clock), clock)
        stack.enter_context(served(create_bank(bank, address_of(bank_port)), bank_port))
        market = Market(engine, bank, clock, *_orders(engine, bank, clock))
        ground = Ground(tmp_path, url, address_of(bank_port), clock)
        processes = stack.enter_context(at_work(ground, listener))
        for _ in range(KILLS):
            _kill_one(market, processes, ground, listener)
        _come_to_rest(market)
    _check(engine, bank)


def _orders(engine: Engine, bank: Bank, clock: FastClock) -> tuple[list[str], list[str]]:
    """An order for each decision, at the bank too; and what a transfer may name."""
    with transaction(engine) as session:
        found = session.exec(select(Decision).order_by(col(Decision.id))).all()
        asked = [orders.order_of(session, one, local_day(clock()), clock()) for one in found]
        for order in asked:
            bank.orders[order.reference] = {
                "reference": order.reference,
                "amount": order.amount,
                "purpose": "",
            }
        return [order.reference for order in asked], [*(one.number for one in found), "NGUYEN VAN AN"]


def _kill_one(market: Market, processes: dict[str, BaseProcess], ground: Ground, listener: object) -> None:
    """Money moves, and amid it one of the processes is gone, and another comes."""
    moving = threading.Thread(target=market.for_a_while)
    moving.start()
    time.sleep(market.chance.uniform(0.02, 0.6))
    name = market.chance.choice(list(processes))
    killed(processes[name])
    kind = "portal" if name == "portal" else "worker"
    processes[name] = started(kind, ground, listener)  # type: ignore[arg-type]
    moving.join()


def _come_to_rest(market: Market) -> None:
    """The bank tells what is untold, the treasury compares the days, the workers finish."""
    until = time.monotonic() + PATIENCE
    while True:
        market.bank.tell_all()
        with transaction(market.engine) as session:
            for day in sorted(
                {local_day(Told.model_validate(one).paid_at) for one in market.bank.told.values()}
            ):
                days.compare(session, day, write_file(market.bank.of_day(day)), "file", market.clock())
        time.sleep(1)
        with reading(market.engine) as session:
            kept = session.exec(select(func.count()).where(PaymentMessage.state == "kept")).one()
            waiting = session.exec(
                select(func.count()).where(col(Job.kind).in_((inbox.SETTLE, refunds.GIVE_BACK)))
            ).one()
        if not (kept or waiting or market.bank.untold):
            return
        assert time.monotonic() < until, (kept, waiting, market.bank.untold)


def _check(engine: Engine, bank: Bank) -> None:
    """Every transaction of the bank is here once, with its sum, at its decision; a step has its receipt."""
    told = {name: Told.model_validate(one) for name, one in bank.told.items()}
    with Session(engine) as session:
        messages = session.exec(select(PaymentMessage)).all()
        money = session.exec(select(DecisionPayment)).all()
        receipts = session.exec(select(func.count()).where(Document.kind == "receipt")).one()
        steps = session.exec(
            select(func.count()).where(col(ProceedingStep.action).in_(("pay_part", "pay_in_full")))
        ).one()
        back = session.exec(select(Refund)).all()
        placed = {order.reference: order.decision_id for order in session.exec(select(PaymentOrder))}
        placed |= {one.number: one.id or 0 for one in session.exec(select(Decision))}
        placed |= {refund.key: refund.decision_id for refund in back if refund.decision_id is not None}
    assert Counter((one.transaction, one.amount, one.kind) for one in messages) == Counter(
        (name, one.amount, one.kind) for name, one in told.items()
    )
    sign = {"paid": 1, "returned": -1}
    expected = {
        f"bank:{name}": (placed[one.names], sign[one.kind] * one.amount)
        for name, one in told.items()
        if one.names in placed
    }
    assert {row.reference: (row.decision_id, row.amount) for row in money} == expected
    assert receipts == steps
    assert {one.state for one in messages if one.names not in placed} <= {"aside"}
    returned = Counter(one.names for one in told.values() if one.kind == "returned")
    assert returned == Counter(refund.key for refund in back)
    assert all(refund.done_at is not None for refund in back)
    sums = sum(amount for _, amount in expected.values())
    sys.stdout.write(f"{KILLS} kills, {len(told)} transactions, {len(back)} returns, {sums} dong\n")
