"""Who a case is about: its owner from the register, a buyer or driver who was named, the violator who is
to be fined."""

from datetime import datetime
from typing import Literal

from sqlmodel import Session

from central.errors import InvalidError
from central.parties.service import Details, Parties, Role
from central.proceedings.dossier import Residence
from central.proceedings.models import Proceeding, ProceedingStep
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, problems_of, take

ViolatorAs = Literal["owner", "driver"]


def owner_found(
    session: Session, parties: Parties, proceeding: Proceeding, owner: Details, source: str, now: datetime
) -> ProceedingStep | None:
    """The owner as the register names them for the day of the act; None if the case has an owner already."""
    party = parties.enter(owner, source, now)
    assert party.id is not None
    parties.link(proceeding.case_id, party.id, "owner", source, now)
    session.flush()
    if problems_of(session, proceeding, Doing("find_owner"), PROGRAMME, now):
        return None
    return take(session, proceeding, Doing("find_owner", note=source), PROGRAMME, now)


def replace_owner(
    session: Session,
    parties: Parties,
    proceeding: Proceeding,
    owner: Details,
    source: str,
    by: Mover,
    now: datetime,
) -> ProceedingStep:
    """Somebody else counts as owner (buyer, heir, lessee, spouse: NĐ 168 Art 47.6): a new notice, a new
    answer."""
    party = parties.enter(owner, source, now)
    assert party.id is not None
    parties.link(proceeding.case_id, party.id, "owner", source, now)
    proceeding.violator_id = proceeding.violator_as = None
    session.flush()
    return take(session, proceeding, Doing("replace_owner", note=source), by, now)


def name_driver(
    session: Session,
    parties: Parties,
    proceeding: Proceeding,
    driver: Details,
    source: str,
    by: Mover,
    now: datetime,
) -> ProceedingStep:
    """The driver whom the owner named, with what shows it; the case officer invites them by a step of its
    own."""
    if driver.kind != "person":
        raise InvalidError("driver", field="kind")
    party = parties.enter(driver, source, now)
    assert party.id is not None
    parties.link(proceeding.case_id, party.id, "driver", source, now)
    session.flush()
    return take(session, proceeding, Doing("name_driver", note=source), by, now)


def invite_driver(
    session: Session, parties: Parties, proceeding: Proceeding, by: Mover, now: datetime
) -> ProceedingStep:
    """The named driver gets a notice of their own; what the owner's notice started no longer counts."""
    _point_at(parties, proceeding, "driver")
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
    """Says who is to be fined: the driver, or the owner who drove, doesn't show otherwise, or is an
    organisation that names nobody. The record is due from this day on."""
    _point_at(parties, proceeding, violator_as)
    session.flush()
    return take(session, proceeding, Doing("identify_violator", note=note), by, now)


def set_residence(proceeding: Proceeding, residence: Residence, handled_by: str | None = None) -> None:
    """Where the person lives, which decides who may handle the case."""
    proceeding.residence = residence.value
    proceeding.version += 1
    if handled_by is not None:
        proceeding.handled_by = handled_by


def _point_at(parties: Parties, proceeding: Proceeding, role: Role) -> None:
    holder = parties.of_case(proceeding.case_id, role)
    if holder is None:
        raise InvalidError("violator", field="violator")
    proceeding.violator_id, proceeding.violator_as = holder.party_id, role
