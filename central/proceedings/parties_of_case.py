"""The people of a case: its owner from the register, a buyer or driver who was named, the violator to be
fined.
"""

from datetime import date, datetime
from typing import Literal

from sqlmodel import Session

from central.errors import InvalidError
from central.parties.service import Details, Parties, Role
from central.population import service as population
from central.proceedings.dossier import Residence
from central.proceedings.models import Proceeding, ProceedingStep
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, problems_of, take

ViolatorAs = Literal["owner", "driver"]


def owner_found(
    session: Session, parties: Parties, proceeding: Proceeding, owner: Details, source: str, now: datetime
) -> ProceedingStep | None:
    """Enters the owner registered on the day of the act; None if the case already has an owner."""
    bring_in(parties, proceeding.case_id, owner, "owner", source, now)
    if problems_of(session, proceeding, Doing("find_owner"), PROGRAMME, now):
        return None
    return take(session, proceeding, Doing("find_owner", note=source), PROGRAMME, now)


def name_driver(
    session: Session,
    parties: Parties,
    proceeding: Proceeding,
    driver: Details,
    source: str,
    by: Mover,
    now: datetime,
    day: date | None = None,
) -> ProceedingStep:
    """Enters the driver whom the owner named, with the evidence for it; the case officer invites them in a
    separate step.

    `day`: when the owner did so, today unless given.
    """
    if driver.kind != "person":
        raise InvalidError("driver", field="kind")
    bring_in(parties, proceeding.case_id, driver, "driver", source, now)
    return take(session, proceeding, Doing("name_driver", day, note=source), by, now)


def invite_driver(
    session: Session, parties: Parties, proceeding: Proceeding, by: Mover, now: datetime
) -> ProceedingStep:
    """Sends the named driver their own notice; deadlines started by the owner's notice no longer apply."""
    _point_at(parties, proceeding, "driver")
    proceeding.appointment_at = None
    session.flush()
    return take(session, proceeding, Doing("invite_driver"), by, now)


def identify_violator(
    session: Session,
    parties: Parties,
    proceeding: Proceeding,
    violator_as: ViolatorAs,
    by: Mover,
    now: datetime,
    note: str = "",
) -> ProceedingStep:
    """Determines who is to be fined: the driver, or the owner who drove, doesn't show otherwise, or is an
    organisation that names nobody. The record is due from this day on.
    """
    _point_at(parties, proceeding, violator_as)
    session.flush()
    return take(session, proceeding, Doing("identify_violator", note=note), by, now)


def set_residence(proceeding: Proceeding, residence: Residence, handled_by: str | None = None) -> None:
    """Sets where the person lives, which determines who may handle the case."""
    proceeding.residence = residence.value
    proceeding.version += 1
    if handled_by is not None:
        proceeding.handled_by = handled_by


def bring_in(
    parties: Parties, case_id: int, details: Details, role: Role, source: str, now: datetime
) -> None:
    """Makes somebody owner or driver of a case; a person is also looked up in the population database."""
    party = parties.enter(details, source, now)
    assert party.id is not None
    parties.link(case_id, party.id, role, source, now)
    if party.kind == "person":
        population.plan(parties.session, case_id, party.id, now)
    parties.session.flush()


def _point_at(parties: Parties, proceeding: Proceeding, role: Role) -> None:
    holder = parties.of_case(proceeding.case_id, role)
    if holder is None:
        raise InvalidError("violator", field="violator")
    proceeding.violator_id, proceeding.violator_as = holder.party_id, role
