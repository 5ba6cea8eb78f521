"""Decisions to sanction (quyết định xử phạt): the amount for this person, the proposal, the signature.

A decision is a separate record, with number, signer, band and amounts frozen. Its content is restricted: the
fine is within this person's band as the circumstances determine, the points are the highest of its acts and
none for an organisation, nobody signs above their power, after the limitation or after the time for the
decision.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from sqlmodel import Session, col, select

from central.audit import purposes
from central.cases.service import lock_case
from central.cases.service import sign_decision as sign_case
from central.documents.numbers import next_number
from central.errors import ConflictError, InvalidError
from central.law import service as law
from central.offences import service as offences
from central.offences.models import Offence
from central.parties.service import Parties, Reader
from central.proceedings.loading import Loaded, load
from central.proceedings.models import Decision, DecisionAct, Proceeding, Proposal
from central.proceedings.people import Mover
from central.proceedings.service import Doing, after_step, ask, lock, of_case, take, write
from central.proceedings.signers import Act, Power, power_used, reaching
from configs.law_amounts import Band, Person, allowed_fines, band_for, points_of, usual_fine
from configs.law_rows import Effect
from configs.law_tables import LawBook
from contract.local_time import local_day

SERIES = "decision"


class AmountError(InvalidError):
    """The fine is not the one that the band and the circumstances allow."""

    code: ClassVar[str] = "fine_outside"


class NotOneDecisionError(ConflictError):
    """These cases can't be decided together: another person, another licence, or another stage."""

    code: ClassVar[str] = "not_one_decision"


@dataclass(frozen=True)
class ActAmount:
    """The fine of one act for this person: the band, the range that the circumstances allow, the usual fine,
    the points.
    """

    proceeding: Proceeding
    offence: Offence
    band: Band
    allowed: Band
    usual: int
    points: int


@dataclass(frozen=True)
class Terms:
    """A case officer's proposal: circumstances (articles), a fine for each act (None: the usual one), cases
    decided together with this one.
    """

    circumstances: tuple[str, ...] = ()
    fines: tuple[int, ...] | None = None
    with_cases: tuple[int, ...] = ()
    note: str = ""


def amounts(
    session: Session,
    book: LawBook,
    parties: Parties,
    covered: Sequence[Proceeding],
    terms: Terms,
    reader: Reader,
) -> list[ActAmount]:
    """The fine of each act for the person to be fined, under these circumstances; reads their birth date for
    it.

    Raises:
        InvalidError: an unknown circumstance, or nobody to be fined.
        ConflictError: the person was under 14: no decision against them is allowed (Law Art 5.1.a).
    """
    person = _person(parties, covered[0], reader)
    for proceeding in covered:
        _check_age(book, person, proceeding)
    effects = _effects(book, terms.circumstances)
    return [_amount(session, book, proceeding, person, effects) for proceeding in covered]


def _person(parties: Parties, proceeding: Proceeding, reader: Reader) -> Person:
    if proceeding.violator_id is None:
        raise InvalidError("violator", field="violator")
    details = parties.read(proceeding.violator_id, reader, ["birth"])
    return Person(details.organisation, details.birth)


def _check_age(book: LawBook, person: Person, proceeding: Proceeding) -> None:
    age, rules = person.age_on(proceeding.captured_on), book.sanctions(proceeding.captured_on)
    if age is not None and age < rules.sanctioned_from_age:
        raise ConflictError("too_young", n=rules.sanctioned_from_age)


def _effects(book: LawBook, codes: Sequence[str]) -> list[Effect]:
    unknown = [code for code in codes if code not in book.circumstances]
    if unknown:
        raise InvalidError("circumstance", field="circumstances", circumstance=unknown[0])
    return [book.circumstances[code].effect for code in codes]


def _amount(
    session: Session, book: LawBook, proceeding: Proceeding, person: Person, effects: list[Effect]
) -> ActAmount:
    assert proceeding.offence_id is not None
    offence = offences.get(session, proceeding.offence_id)
    rules = book.sanctions(proceeding.captured_on)
    band = band_for(offence.fine_min, offence.fine_max, person, proceeding.captured_on, rules)
    points = 0 if person.organisation else offence.points
    return ActAmount(
        proceeding, offence, band, allowed_fines(band, effects), usual_fine(band, effects), points
    )


def propose(
    session: Session, parties: Parties, proceeding: Proceeding, terms: Terms, by: Mover, now: datetime
) -> Proposal:
    """Proposes a decision to the signer, for this locked case and those decided with it.

    Raises:
        AmountError: a fine outside of what the circumstances allow.
        NotOneDecisionError: cases that can't be decided together.
        StepRefusedError: the tables refuse.
    """
    covered = [proceeding, *_others(session, proceeding, terms.with_cases)]
    found = amounts(session, law.book(session), parties, covered, terms, _reader(by, proceeding))
    fines = terms.fines if terms.fines is not None else tuple(amount.usual for amount in found)
    _check_fines(found, fines)
    for case in covered:
        take(session, case, Doing("propose_decision", note=terms.note), by, now)
    assert by.person is not None
    assert proceeding.id is not None
    proposal = session.get(Proposal, proceeding.id) or Proposal(
        proceeding_id=proceeding.id, by_id=by.person, at=now
    )
    proposal.by_id, proposal.at, proposal.note = by.person, now, terms.note
    proposal.circumstances, proposal.with_cases = list(terms.circumstances), list(terms.with_cases)
    proposal.fines = list(fines)
    session.add(proposal)
    session.flush()
    return proposal


def _check_fines(found: list[ActAmount], fines: Sequence[int]) -> None:
    if len(fines) != len(found):
        raise AmountError("count", field="fines")
    for amount, fine in zip(found, fines, strict=True):
        if not amount.allowed.holds(fine):
            raise AmountError(
                "allowed", field="fines", fine=fine, low=amount.allowed.low, high=amount.allowed.high
            )


def _others(session: Session, proceeding: Proceeding, cases: Sequence[int]) -> list[Proceeding]:
    """The other cases, locked in order of their ids; all must have the same person and licence."""
    found = []
    for case_id in sorted(set(cases)):
        other = of_case(session, case_id)
        if other is None or other.id == proceeding.id:
            raise NotOneDecisionError("case", case=case_id)
        assert other.id is not None
        found.append(lock(session, other.id))
    for other in found:
        if other.violator_id is None or other.violator_id != proceeding.violator_id:
            raise NotOneDecisionError("person", case=other.case_id)
        if _class(session, other) != _class(session, proceeding):
            raise NotOneDecisionError("licence", case=other.case_id)
    return found


def _class(session: Session, proceeding: Proceeding) -> str:
    assert proceeding.offence_id is not None
    return offences.get(session, proceeding.offence_id).vehicle_class


def proposal_of(session: Session, proceeding_id: int) -> Proposal | None:
    """The proposal for a case."""
    return session.get(Proposal, proceeding_id)


def sign(
    session: Session,
    parties: Parties,
    proceeding: Proceeding,
    by: Mover,
    now: datetime,
    power_id: int | None = None,
) -> Decision:
    """Signs the proposed decision of a locked case: number, amounts and its whole content are frozen.
    `power_id`: by which of their powers; otherwise by the first that covers all of its acts.

    Raises:
        StepRefusedError: the tables refuse for one of its cases, with every problem.
        AmountError: the fine is no longer within the allowed range.
        ConflictError: nothing was proposed.
    """
    assert proceeding.id is not None
    proposal = session.get(Proposal, proceeding.id)
    if proposal is None:
        raise ConflictError("no_proposal")
    covered = [proceeding, *_others(session, proceeding, proposal.with_cases)]
    doing = Doing("sign_decision")
    loaded = [load(session, case, local_day(now)) for case in covered]
    by = by.signing_by(_power(loaded, by, local_day(now), power_id))
    moved = [ask(each.dossier, doing, by, now) for each in loaded]
    terms = Terms(tuple(proposal.circumstances), tuple(proposal.fines))
    book = loaded[0].dossier.book
    found = amounts(session, book, parties, covered, terms, _reader(by, proceeding))
    _check_fines(found, proposal.fines)
    decision = _store(session, loaded, found, proposal, by, now)
    for each, what in zip(loaded, moved, strict=True):
        write(session, replace(each, decision=decision), what, doing, by, now)
        sign_case(session, lock_case(session, each.proceeding.case_id), now, by.name, decision.number)
        after_step(session, each.proceeding, doing, now)
    session.delete(proposal)
    session.flush()
    return decision


def powers_that_reach(session: Session, proceeding: Proceeding, by: Mover, day: date) -> tuple[Power, ...]:
    """The powers by which somebody may sign the proposed decision; several if they have to choose."""
    proposal = proposal_of(session, proceeding.id or 0)
    cases = [of_case(session, case_id) for case_id in proposal.with_cases] if proposal is not None else []
    loaded = [load(session, case, day) for case in (proceeding, *cases) if case is not None]
    return reaching(
        loaded[0].dossier.book, by.powers, _acts(loaded), day, organisation=loaded[0].dossier.organisation
    )


def _acts(loaded: list[Loaded]) -> list[Act]:
    return [act for each in loaded for act in each.dossier.acts]


def _power(loaded: list[Loaded], by: Mover, day: date, power_id: int | None) -> Power | None:
    """One power for the whole decision: one act above it requires a higher signer for the whole file (Law Art
    52.4.b).
    """
    if power_id is not None:
        return next((power for power in by.powers if power.id == power_id), None)
    dossier = loaded[0].dossier
    return power_used(dossier.book, by.powers, _acts(loaded), day, organisation=dossier.organisation)


def _store(
    session: Session,
    loaded: list[Loaded],
    found: list[ActAmount],
    proposal: Proposal,
    by: Mover,
    now: datetime,
) -> Decision:
    lead, dossier = loaded[0].proceeding, loaded[0].dossier
    assert by.person is not None
    assert by.power is not None
    assert lead.violator_id is not None
    assert lead.operator_id is not None
    assert lead.officer_id is not None
    year = local_day(now).year
    sequence = next_number(session, lead.unit, SERIES, year)
    limits = [each.dossier.limits for each in loaded]
    decision = Decision(
        number=number_of(sequence, year, lead.unit),
        unit=lead.unit,
        year=year,
        sequence=sequence,
        party_id=lead.violator_id,
        organisation=dossier.organisation,
        signer_id=by.person,
        signer_title=by.power.title,
        delegation=by.power.delegation,
        operator_id=lead.operator_id,
        officer_id=lead.officer_id,
        signed_on=local_day(now),
        signed_at=now,
        limitation_on=min(limit.limitation for limit in limits),
        decide_by=min(limit.decision or date.max for limit in limits),
        fine=sum(proposal.fines),
        points=points_of((amount.points for amount in found), Person(dossier.organisation)),
        licence_class=found[0].offence.vehicle_class,
        confiscation=next((a.offence.confiscation for a in found if a.offence.confiscation), None),
        circumstances=list(proposal.circumstances),
    )
    session.add(decision)
    session.flush()
    _store_acts(session, decision, found, proposal.fines)
    return decision


def _store_acts(session: Session, decision: Decision, found: list[ActAmount], fines: list[int]) -> None:
    assert decision.id is not None
    for amount, fine in zip(found, fines, strict=True):
        assert amount.proceeding.id is not None
        assert amount.offence.id is not None
        session.add(
            DecisionAct(
                decision_id=decision.id,
                proceeding_id=amount.proceeding.id,
                offence_id=amount.offence.id,
                low=amount.band.low,
                high=amount.band.high,
                fine=fine,
                points=amount.points,
            )
        )
    session.flush()


def number_of(sequence: int, year: int, unit: str) -> str:
    """A decision's number and symbol (số, ký hiệu)."""
    return f"{sequence:04d}/{year}/QĐ-XPHC-{unit}"


def find(session: Session, decision_id: int, *, locked: bool = False) -> Decision | None:
    """The signed decision with that id; `locked` until the transaction ends."""
    return session.get(Decision, decision_id, with_for_update=locked, populate_existing=locked)


def numbers_of(session: Session, decision_ids: Collection[int]) -> dict[int, str]:
    """The number of each of these decisions."""
    query = select(Decision.id, Decision.number).where(col(Decision.id).in_(decision_ids))
    return {decision_id: number for decision_id, number in session.exec(query) if decision_id is not None}


def of_party(session: Session, party_id: int) -> list[Decision]:
    """The decisions about a party, the oldest first."""
    query = select(Decision).where(Decision.party_id == party_id)
    return list(session.exec(query.order_by(col(Decision.id))))


def by_number(session: Session, number: str) -> Decision | None:
    """The decision with that printed number."""
    return session.exec(select(Decision).where(Decision.number == number)).one_or_none()


def acts_of(session: Session, decision: Decision) -> list[DecisionAct]:
    """The acts a decision punishes, in the order its paper names them."""
    query = select(DecisionAct).where(DecisionAct.decision_id == decision.id)
    return list(session.exec(query.order_by(col(DecisionAct.id))))


def first_case_of(session: Session, decision: Decision) -> int | None:
    """The case of the first act the decision covers."""
    query = (
        select(Proceeding.case_id)
        .join(DecisionAct, col(DecisionAct.proceeding_id) == col(Proceeding.id))
        .where(DecisionAct.decision_id == decision.id)
    )
    return session.exec(query.order_by(col(Proceeding.id))).first()


def _reader(by: Mover, proceeding: Proceeding) -> Reader:
    return Reader(by.audit_name, purposes.DECISION, proceeding.case_id)
