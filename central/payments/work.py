"""The worker's jobs: counting messages, asking the bank for refunds, fetching and comparing days' files."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from central.clock import Clock
from central.connections import circuit
from central.db import reading, transaction
from central.jobs.queue import Claimed
from central.jobs.runner import Handler, TryAgainError
from central.payments import days, differences, inbox, refunds
from central.payments.port import CONNECTION, Gateway, GatewayError
from central.proceedings.papers.sheet import Records
from contract.local_time import local_day

COMPARE_EVERY = timedelta(minutes=30)
LOOK_BACK = timedelta(days=62)
"""How many days back files are requested after the worker was down."""

OpenRecords = Callable[[Session], Records]


def handlers(engine: Engine, records: OpenRecords, gateway: Gateway | None, clock: Clock) -> list[Handler]:
    """The worker's jobs for payments; without a gateway only manual entries are counted."""

    def settle(unit: Claimed) -> None:
        with transaction(engine) as session:
            inbox.settle(records(session), int(unit.payload["message"]), clock())

    found = [Handler(inbox.SETTLE, settle, at_once=2, attempts=20)]
    if gateway is None:
        return found

    def give_back(unit: Claimed) -> None:
        try:
            refunds.give_back(engine, gateway, str(unit.payload["refund"]), clock())
        except GatewayError as problem:
            raise TryAgainError(str(problem)) from problem

    def compare(_unit: Claimed) -> None:
        compare_due(engine, gateway, clock())

    return [
        *found,
        Handler(refunds.GIVE_BACK, give_back, attempts=20, endless=True),
        Handler("payments.compare", compare, every=COMPARE_EVERY),
    ]


def compare_due(engine: Engine, gateway: Gateway, now: datetime) -> int:
    """Compares the days up to yesterday with their files: those not compared yet, including days on which the
    worker was down, and again those whose file had unreadable lines. Returns how many.
    """
    yesterday = local_day(now) - timedelta(days=1)
    with reading(engine) as session:
        last = days.last_compared(session)
        again = differences.days_to_ask_again(session, yesterday - LOOK_BACK)
    due = min((yesterday - last).days, LOOK_BACK.days) if last is not None else 1
    new = [yesterday - timedelta(days=back) for back in reversed(range(due))]
    for day in (*again, *new):
        try:
            with circuit.watched(engine, CONNECTION, now, GatewayError):
                content = gateway.file_of(day)
        except GatewayError as problem:
            raise TryAgainError(str(problem)) from problem
        with transaction(engine) as session:
            days.compare(session, day, content, "file", now)
    return len(again) + len(new)
