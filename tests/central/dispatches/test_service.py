"""Alerts and points reach the authorities once and in order, over real HTTP, through outages, or by hand."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from central.accounts.models import User
from central.audit.models import AuditEntry
from central.connections.by_hand import Hand
from central.db import transaction
from central.dispatches import service as dispatches
from central.dispatches.by_hand import DispatchesByHand, Told
from central.dispatches.models import Dispatch
from central.dispatches.port import INSPECTION, LICENCES, REGISTRATION
from central.dispatches.service import Message
from central.errors import ConflictError, InvalidError, NotFoundError
from central.jobs.runner import Handler
from central.proceedings import sweeps
from central.settings import CentralSettings, PeerSettings
from central.worker import step_handler
from central.worker_connections import dispatch_handlers
from tests.central.proceedings.office import INDEX, VAULT, Office
from tests.central.sandboxes.national import National
from tests.central.work import run_due

Handlers = Callable[[], list[Handler]]


@pytest.fixture
def office(engine: Engine, now: datetime) -> Office:
    return Office(engine, now).open()


@pytest.fixture
def handlers(office: Office, national: National, token_file: Path) -> Handlers:
    """The worker's part, with all three authorities connected."""

    def made() -> list[Handler]:
        def at(name: str) -> PeerSettings:
            return PeerSettings(url=f"{national.url}/{name}", token_file=token_file)

        settings = CentralSettings(
            inspection=at("inspection"), vehicle_alerts=at("vehicle-alerts"), licences=at("licences")
        )
        return dispatch_handlers(office.engine, settings, (VAULT, INDEX), lambda: office.now)

    return made


def alerted(office: Office) -> int:
    """A case whose owner did not come."""
    case_id = office.confirmed()
    office.to_notice(case_id)
    office.do(case_id, "raise_alert", "thu-ly", 22)
    return case_id


def solve(office: Office, case_id: int) -> None:
    """The case ends; the programme lifts the alert by itself."""
    office.do(case_id, "admit", "citizen", 1)
    office.identify(case_id)
    office.do(case_id, "start_verification", "thu-ly")
    office.do(case_id, "finish_verification", "thu-ly")
    office.do(case_id, "decide_no_sanction", "truong-phong", 1, reason="sudden_event")
    with transaction(office.engine) as session:
        sweeps.find(session, office.now)
    run_due(office.engine, [step_handler(office.engine, lambda: office.now)], lambda: office.now)


def told(office: Office, system: str) -> list[tuple[str, int | None, bool]]:
    """Kind, sequence and whether it was taken over, of what an authority is told."""
    with transaction(office.engine) as session:
        rows = session.exec(select(Dispatch).where(Dispatch.system == system).order_by(Dispatch.id))  # type: ignore[arg-type]
        return [(row.kind, row.sequence, row.sent_at is not None) for row in rows]


def pages(national: National, name: str, words: str) -> int:
    """How often words stand in what an authority has taken over."""
    return (
        httpx.get(f"{national.url}/{name}/").text.partition("taken over")[2].partition("<h2>")[0].count(words)
    )


def test_an_alert_is_raised_and_lifted_at_both_authorities(
    office: Office, national: National, handlers: Handlers
) -> None:
    case_id = alerted(office)
    run_due(office.engine, handlers(), lambda: office.now)
    assert office.state(case_id, "alert") == "raised"
    solve(office, case_id)
    assert office.state(case_id, "alert") == "lifted"
    run_due(office.engine, handlers(), lambda: office.now)
    for system, name in ((INSPECTION, "inspection"), (REGISTRATION, "vehicle-alerts")):
        assert told(office, system) == [("alert_raised", 1, True), ("alert_lifted", 2, True)]
        assert pages(national, name, "29A00001") == 2
    assert told(office, LICENCES) == []


def test_an_outage_delays_and_keeps_the_order(office: Office, national: National, handlers: Handlers) -> None:
    case_id = alerted(office)
    national.behave("inspection", "maintenance")
    run_due(office.engine, handlers(), lambda: office.now)
    solve(office, case_id)
    run_due(office.engine, handlers(), lambda: office.now)
    assert [sent for _, _, sent in told(office, INSPECTION)] == [False, False]
    assert [sent for _, _, sent in told(office, REGISTRATION)] == [True, True]
    national.behave("inspection", "right")
    office.wait(1)
    run_due(office.engine, handlers(), lambda: office.now)
    assert told(office, INSPECTION) == [("alert_raised", 1, True), ("alert_lifted", 2, True)]
    page = httpx.get(f"{national.url}/inspection/").text
    assert page.index("lifted</td>") < page.index("raised</td>")  # the newest first


def test_a_worker_that_dies_after_sending_sends_the_same_again(
    office: Office, national: National, handlers: Handlers
) -> None:
    alerted(office)
    run_due(office.engine, handlers(), lambda: office.now)
    with transaction(office.engine) as session:
        (row,) = session.exec(select(Dispatch).where(Dispatch.system == INSPECTION)).all()
        receipt, row.sent_at, row.receipt = row.receipt, None, ""  # the answer was lost with the worker
        dispatches.post(session, Message(INSPECTION, row.subject, row.kind, row.key), office.now)
    run_due(office.engine, handlers(), lambda: office.now)
    assert pages(national, "inspection", "29A00001") == 1
    with transaction(office.engine) as session:
        (again,) = session.exec(select(Dispatch).where(Dispatch.system == INSPECTION)).all()
        assert (again.receipt, again.sequence) == (receipt, 1)


def test_points_are_told_once_with_whose_they_are(
    office: Office, national: National, handlers: Handlers
) -> None:
    case_id = office.confirmed()
    office.to_delivery(case_id)
    office.do(case_id, "deduct_points", "thu-ly")
    for _ in range(2):
        run_due(office.engine, handlers(), lambda: office.now)
    assert told(office, LICENCES) == [("points_deducted", 1, True)]
    assert pages(national, "licences", "024000000001") == 1
    with transaction(office.engine) as session:
        rows = session.exec(select(Dispatch)).all()
        assert "024000000001" not in str([row.content for row in rows])  # never kept twice
        readings = session.exec(select(AuditEntry).where(AuditEntry.action == "party.read")).all()
        assert any("Đ.50" in str(reading.detail) for reading in readings)


def by_hand(office: Office, system: str, key: str, on: date | None = None) -> None:
    """An officer says that an authority was told by letter."""
    room = DispatchesByHand(system, VAULT, INDEX)
    with transaction(office.engine) as session:
        hand = Hand(session.get_one(User, office.people["thu-ly"]), "Công văn 7/CV-PC08")
        asked = room.find(session, key, office.now, hand.actor)
        room.enter(session, asked, Told(told_there="yes", on=on, receipt="VR-77"), hand, office.now)


def test_without_a_connection_a_case_goes_on_by_hand(office: Office) -> None:
    case_id = alerted(office)
    solve(office, case_id)
    room = DispatchesByHand(INSPECTION, VAULT, INDEX)
    with transaction(office.engine) as session:
        waiting = room.waiting(session, office.now, 10, "user:thu-ly")
    assert [asked.values["plate"] for asked in waiting] == ["29A00001", "29A00001"]
    first, second = (asked.key for asked in waiting)
    with pytest.raises(ConflictError):
        by_hand(office, INSPECTION, second)
    with pytest.raises(InvalidError):
        by_hand(office, INSPECTION, first, date(2026, 1, 1))
    by_hand(office, INSPECTION, first)
    by_hand(office, INSPECTION, second)
    with pytest.raises(NotFoundError):
        by_hand(office, INSPECTION, second)
    with transaction(office.engine) as session:
        rows = [row for row in dispatches.of_case(session, case_id) if row.system == INSPECTION]
        assert {(row.origin, row.origin_note, row.receipt) for row in rows} == {
            ("person", "Công văn 7/CV-PC08", "VR-77")
        }


def test_nothing_is_told_twice_however_often_it_is_asked_for(office: Office, now: datetime) -> None:
    case_id = office.confirmed()
    with transaction(office.engine) as session:
        for minute in range(3):
            at = now + timedelta(minutes=minute)
            message = Message(INSPECTION, "case:1", "alert_raised", "inspection:1:x", case_id)
            dispatches.post(session, message, at)
    assert len(told(office, INSPECTION)) == 1
