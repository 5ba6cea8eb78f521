"""Loads a dossier from the database: all the facts of one case that the step tables use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from central.cases.queries import get_case
from central.deadlines.rules import Running, running
from central.devices import service as devices
from central.law import service as law
from central.offences import service as offences
from central.parties import service as parties
from central.proceedings import money
from central.proceedings.dossier import Dossier, Residence
from central.proceedings.limits import limits_of
from central.proceedings.models import (
    Decision,
    DecisionAct,
    Proceeding,
    ProceedingEvent,
    ProceedingStep,
    TrackState,
    WatchedPlate,
)
from central.proceedings.signers import Act
from central.proceedings.tracks import START, CaseKind, Track
from configs.law_amounts import Person, may_explain, points_of
from configs.law_tables import LawBook


@dataclass(frozen=True)
class Loaded:
    """A proceeding with its dossier, the decision whose tracks it shows, and its running deadlines."""

    proceeding: Proceeding
    dossier: Dossier
    decision: Decision | None
    running: Mapping[tuple[str, int | None], Running]


def load(session: Session, proceeding: Proceeding, today: date, decision_id: int | None = None) -> Loaded:
    """The dossier of a proceeding with its decision in force (or an ended one being settled), or with the
    given decision.
    """
    book = law.book(session)
    decision = _decision(session, proceeding, decision_id)
    states = states_of(session, proceeding, decision)
    days = days_of(session, proceeding, decision)
    moments = moments_of(session, proceeding, decision)
    found = running(book, {**days, **moments}, _last_days(session, book, proceeding, decision, days))
    acts = _acts(session, proceeding)
    party = parties.party_of(session, proceeding.violator_id) if proceeding.violator_id else None
    person = Person(organisation=party is not None and party.kind == "organisation")
    case = get_case(session, proceeding.case_id)
    dossier = Dossier(
        kind=CaseKind(proceeding.kind),
        captured_on=proceeding.captured_on,
        limits=limits_of(found, proceeding.limitation_on),
        book=book,
        states=states,
        days=days,
        operator_id=proceeding.operator_id,
        officer_id=proceeding.officer_id,
        device_valid=devices.validity(session, case.node, case.camera, case.occurred_at).valid,
        device_users=devices.users_on(session, case.node, case.camera, case.occurred_at),
        acts=acts,
        owner_known=parties.has_role(session, proceeding.case_id, "owner"),
        violator_known=party is not None,
        organisation=person.organisation,
        explanation_opens=_explains(book, acts, person, today),
        points=points_of((act.points for act in acts), person),
        confiscates=_confiscates(session, proceeding),
        requalified_by=_requalified_by(session, proceeding, states),
        residence=Residence(proceeding.residence),
        plate_watched=is_watched(session, case.plate),
        money=money.stand(session, book, decision, today) if decision is not None else money.NOTHING,
        relief_open=money.relief_open(book, decision) if decision is not None else frozenset(),
        decided_by=decision.signer_id if decision is not None else None,
    )
    return Loaded(proceeding, dossier, decision, _by_owner(session, found, decision))


def states_of(session: Session, proceeding: Proceeding, decision: Decision | None) -> dict[Track, str]:
    """The state of every track; the decision's tracks are at their start if there is none."""
    owners = col(TrackState.proceeding_id) == proceeding.id
    if decision is not None:
        owners |= col(TrackState.decision_id) == decision.id
    rows = session.exec(select(TrackState).where(owners))
    return START | {Track(row.track): row.state for row in rows}


def days_of(session: Session, proceeding: Proceeding, decision: Decision | None) -> dict[str, date]:
    """The day, or the moment where it was recorded, of every valid event."""
    found: dict[str, date] = {"capture": proceeding.captured_on}
    for row in _events(session, proceeding, decision):
        found[row.event] = row.day
    return found


def moments_of(session: Session, proceeding: Proceeding, decision: Decision | None) -> dict[str, datetime]:
    """The moments of events whose moment is known: deadlines in hours count from them."""
    events = _events(session, proceeding, decision)
    return {row.event: row.moment for row in events if row.moment is not None}


def _events(session: Session, proceeding: Proceeding, decision: Decision | None) -> Iterable[ProceedingEvent]:
    """Valid events of the proceeding, and of its decision while that is in force, oldest first."""
    owners = col(ProceedingEvent.proceeding_id) == proceeding.id
    if decision is not None and decision.ended_on is None:
        owners |= col(ProceedingEvent.decision_id) == decision.id
    query = select(ProceedingEvent).where(owners, col(ProceedingEvent.ended_at).is_(None))
    return session.exec(query.order_by(col(ProceedingEvent.id)))


def is_watched(session: Session, plate: str | None) -> bool:
    """Whether the plate is on the list of cloned and suspected plates."""
    query = select(WatchedPlate.id).where(WatchedPlate.plate == plate, col(WatchedPlate.ended_at).is_(None))
    return plate is not None and session.exec(query).first() is not None


def living_decision(session: Session, proceeding_id: int) -> Decision | None:
    """The decision in force on a case's act."""
    return session.exec(
        select(Decision)
        .join(DecisionAct, col(DecisionAct.decision_id) == col(Decision.id))
        .where(DecisionAct.proceeding_id == proceeding_id, col(DecisionAct.living).is_(True))
    ).one_or_none()


def settling_decision(session: Session, proceeding_id: int) -> Decision | None:
    """The last decision that ended and whose money or points are still to be returned."""
    query = (
        select(Decision)
        .join(DecisionAct, col(DecisionAct.decision_id) == col(Decision.id))
        .join(TrackState, col(TrackState.decision_id) == col(Decision.id))
        .where(DecisionAct.proceeding_id == proceeding_id, col(Decision.ended_on).is_not(None))
        .where(col(TrackState.state).in_(("refund_due", "to_give_back")))
    )
    return session.exec(query.order_by(col(Decision.id).desc())).first()


def _decision(session: Session, proceeding: Proceeding, decision_id: int | None) -> Decision | None:
    assert proceeding.id is not None
    if decision_id is None:
        return living_decision(session, proceeding.id) or settling_decision(session, proceeding.id)
    return session.get(Decision, decision_id)


def _acts(session: Session, proceeding: Proceeding) -> tuple[Act, ...]:
    if proceeding.offence_id is None:
        return ()
    offence = offences.get(session, proceeding.offence_id)
    return (Act(offence.article, offence.fine_max, offence.points),)


def _confiscates(session: Session, proceeding: Proceeding) -> bool:
    number = proceeding.offence_id
    return number is not None and offences.get(session, number).confiscation is not None


def requalification(session: Session, proceeding: Proceeding) -> ProceedingStep | None:
    """The last proposal to charge another act."""
    query = select(ProceedingStep).where(
        ProceedingStep.proceeding_id == proceeding.id, ProceedingStep.action == "propose_requalification"
    )
    return session.exec(query.order_by(col(ProceedingStep.id).desc()).limit(1)).first()


def _requalified_by(session: Session, proceeding: Proceeding, states: Mapping[Track, str]) -> int | None:
    if states[Track.QUALIFICATION] != "proposed":
        return None
    step = requalification(session, proceeding)
    return step.actor_id if step is not None else None


def _last_days(
    session: Session, book: LawBook, proceeding: Proceeding, decision: Decision | None, days: dict[str, date]
) -> dict[str, date]:
    found = {"limitation": proceeding.limitation_on}
    return found if decision is None else found | money.last_days(session, book, decision, days)


def _explains(book: LawBook, acts: tuple[Act, ...], person: Person, today: date) -> bool:
    rules = book.sanctions(today)
    return any(may_explain(act.fine_max, person, rules) for act in acts)


def _by_owner(
    session: Session, found: Mapping[str, Running], decision: Decision | None
) -> dict[tuple[str, int | None], Running]:
    """Deadlines counted from a decision's events belong to the decision."""
    of_decision: set[str] = set()
    if decision is not None:
        query = select(ProceedingEvent.event).where(ProceedingEvent.decision_id == decision.id)
        of_decision = set(session.exec(query))
    return {
        (code, decision.id if decision is not None and row.row.counted_from in of_decision else None): row
        for code, row in found.items()
    }
