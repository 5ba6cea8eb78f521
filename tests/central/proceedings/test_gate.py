"""The gate before a decision, over the services and the database as they are: whatever is wrong with a case
that has come as far as a proposal, alone or together, nobody's signature makes it a decision."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from central.db import make_engine, transaction
from central.devices.models import DevicePaper
from central.law import service as law
from central.proceedings.models import (
    Decision,
    DecisionAct,
    ProceedingEvent,
    Proposal,
    SignerPower,
    TrackState,
    WatchedPlate,
)
from central.proceedings.people import grant_power
from central.proceedings.service import StepRefusedError
from central.proceedings.signers import Power
from contract.local_time import local_day
from tests.central import databases
from tests.central.proceedings.office import Office, case_row

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
_numbers = count()


@dataclass(frozen=True)
class Proposed:
    """A database with a car's red light, proposed to the signer; who is who in it."""

    file: Path
    case_id: int
    people: dict[str, int]
    now: datetime

    def copy(self, target: Path) -> Office:
        """An office of one's own."""
        shutil.copyfile(self.file, target)
        return Office(make_engine(f"sqlite:///{target}"), self.now, dict(self.people))


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Proposed:
    folder = tmp_path_factory.mktemp("proposed")
    databases.migrated_sqlite(folder / "central.db")
    office = Office(make_engine(f"sqlite:///{folder / 'central.db'}"), NOW).open()
    case_id = office.confirmed()
    office.to_record(case_id)
    office.do(case_id, "explain", "citizen", 1)
    office.propose(case_id)
    office.engine.dispose()
    return Proposed(folder / "central.db", case_id, office.people, office.now)


Wrong = Callable[[Session, Office, int], None]


def paper_over(kind: str) -> Wrong:
    """The device's paper held until the day before the act."""

    def wrong(session: Session, office: Office, case_id: int) -> None:
        captured = office.proceeding(session, case_id).captured_on
        for paper in session.exec(select(DevicePaper).where(DevicePaper.kind == kind)):
            paper.valid_to = captured - timedelta(days=1)

    return wrong


def people(operator: str | None, officer: str) -> Wrong:
    """Who accepted the case, and who confirmed it."""

    def wrong(session: Session, office: Office, case_id: int) -> None:
        proceeding = office.proceeding(session, case_id)
        proceeding.operator_id = office.people[operator] if operator is not None else None
        proceeding.officer_id = office.people[officer]

    return wrong


def power(title: str | None, **interval: int) -> Wrong:
    """The signer's own power is revoked; another in its place, from and to so many days from today."""

    def wrong(session: Session, office: Office, _case_id: int) -> None:
        for row in session.exec(select(SignerPower)):
            row.revoked_at = office.now
        if title is not None:
            today = local_day(office.now)
            last = today + timedelta(days=interval["last"]) if "last" in interval else None
            first = today + timedelta(days=interval.get("first", -90))
            signer = office.people["truong-phong"]
            grant_power(
                session, law.book(session), signer, Power(title, valid_from=first, valid_to=last), "test"
            )

    return wrong


def limitation_was(days: int) -> Wrong:
    """The last day for a decision, so many days from today."""

    def wrong(session: Session, office: Office, case_id: int) -> None:
        office.proceeding(session, case_id).limitation_on = local_day(office.now) + timedelta(days=days)

    return wrong


def record_made_before(days: int) -> Wrong:
    """The record was made so many days earlier."""

    def wrong(session: Session, _office: Office, _case_id: int) -> None:
        for row in session.exec(select(ProceedingEvent).where(ProceedingEvent.event == "record_made")):
            row.day, row.moment = row.day - timedelta(days=days), None

    return wrong


def at(track: str, state: str) -> Wrong:
    """A track stands elsewhere."""

    def wrong(session: Session, office: Office, case_id: int) -> None:
        here = (TrackState.proceeding_id == office.proceeding(session, case_id).id, TrackState.track == track)
        session.exec(select(TrackState).where(*here)).one().state = state

    return wrong


def plate_watched(session: Session, office: Office, case_id: int) -> None:
    """The plate is found to be a copy."""
    plate = case_row(session, case_id).plate
    session.add(WatchedPlate(plate=plate, case_id=case_id, reason="xe ở xưởng", since=office.now))


WRONG: dict[str, Wrong] = {
    "no approval": paper_over("approval"),
    "no certificate": paper_over("certificate"),
    "no site decision": paper_over("site_decision"),
    "one person": people("lan", "lan"),
    "no operator": people(None, "hung"),
    "the signer was the operator": people("truong-phong", "hung"),
    "no power": power(None),
    "power over": power("division_head", last=-1),
    "power to come": power("division_head", first=1),
    "band above the power": power("officer"),
    "act not on the commune's list": power("commune_police_head"),
    "limitation over": limitation_was(-1),
    "time for the decision over": record_made_before(60),
    "record not signed": at("record", "made"),
    "explanation open": at("explanation", "open"),
    "watched plate": plate_watched,
    "nobody identified": at("person", "owner_known"),
}
FINE: dict[str, Wrong] = {
    "other two people": people("lan", "thu-ly"),
    "last day of the power": power("division_head", last=0),
    "first day of the power": power("provincial_police_head", first=0),
    "last day of the limitation": limitation_was(0),
    "team head": power("team_head"),
}


OF_POWER = {name for name in (WRONG | FINE) if "power" in name} | {
    "team head",
    "act not on the commune's list",
}
OF_PEOPLE = {
    name for name in (WRONG | FINE) if any(word in name for word in ("people", "person", "operator"))
}


REASONS = {
    "no approval": "device_not_valid",
    "no certificate": "device_not_valid",
    "no site decision": "device_not_valid",
    "one person": "two_people",
    "no operator": "two_people",
    "the signer was the operator": "same_person",
    "no power": "no_power",
    "power over": "no_power",
    "power to come": "no_power",
    "band above the power": "above_limit",
    "act not on the commune's list": "act_not_listed",
    "limitation over": "limitation_over",
    "time for the decision over": "decision_time_over",
    "record not signed": "record_not_signed",
    "explanation open": "explanation_open",
    "watched plate": "plate_suspected",
    "nobody identified": "violator_unknown",
}


def why_not(office: Office, case_id: int) -> str | None:
    """Why the signer's signature makes no decision, of which nothing is left then; None where it does."""
    try:
        office.sign(case_id)
    except StepRefusedError as refused:
        with transaction(office.engine) as session:
            events = session.exec(select(ProceedingEvent.event)).all()
            assert "decision_signed" not in events
            assert session.exec(select(Decision)).all() == []
            assert session.exec(select(DecisionAct)).all() == []
            assert len(session.exec(select(Proposal)).all()) == 1
        return refused.reason
    with transaction(office.engine) as session:
        assert len(session.exec(select(Decision)).all()) == 1
    return None


def tried(proposed: Proposed, folder: Path, names: set[str]) -> str | None:
    """Why a case that differs in these ways from a good one becomes no decision."""
    office = proposed.copy(folder / f"{next(_numbers)}.db")
    try:
        for name in sorted(names):
            with transaction(office.engine) as session:
                (WRONG | FINE)[name](session, office, proposed.case_id)
        return why_not(office, proposed.case_id)
    finally:
        office.engine.dispose()


@pytest.mark.parametrize("name", WRONG)
def test_each_of_them_alone_is_in_the_way(proposed: Proposed, tmp_path: Path, name: str) -> None:
    assert tried(proposed, tmp_path, {name}) == REASONS[name]


@pytest.mark.parametrize("name", ["", *FINE])
def test_a_good_case_becomes_a_decision(proposed: Proposed, tmp_path: Path, name: str) -> None:
    assert tried(proposed, tmp_path, {name} - {""}) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.sampled_from([*WRONG, *FINE]), min_size=1, max_size=4))
@example(names={"no certificate", "last day of the limitation"})
def test_whatever_else_is_right_or_wrong(proposed: Proposed, tmp_path: Path, names: set[str]) -> None:
    for kind in (OF_POWER, OF_PEOPLE):
        names = names - set(sorted(names & kind)[1:])  # one of a kind: the last would undo the others
    assert (tried(proposed, tmp_path, names) is None) == (not names & set(WRONG))
