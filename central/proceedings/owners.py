"""Enters the owner named by the register as a party of the case, automatically, right after the offence is
recorded.
"""

from datetime import datetime

from sqlmodel import Session

from central.audit import purposes
from central.cases.queries import get_case
from central.parties.service import Details, Parties
from central.proceedings.clones import Places, suspect
from central.proceedings.parties_of_case import owner_found
from central.proceedings.service import lock, of_case
from central.registry.port import Owner
from central.registry.service import owner_for_programme

ENTER = "proceedings.enter_owner"
"""Kind of job; its key is the case's id."""


def enter_owner(
    session: Session, parties: Parties, case_id: int, now: datetime, places: Places | None = None
) -> bool:
    """Enters the owner of a case and checks for a cloned plate; False if the register named nobody or the
    case has no proceedings.
    """
    proceeding = of_case(session, case_id)
    if proceeding is None or proceeding.id is None:
        return False
    proceeding = lock(session, proceeding.id)
    found = owner_for_programme(session, get_case(session, case_id), parties.vault, purposes.CASE_FILE)
    if found is None:
        return False
    owner, reference = found
    owner_found(session, parties, proceeding, details_of(owner), reference[:120], now)
    suspect(session, proceeding, places or {}, now)
    return True


def details_of(owner: Owner) -> Details:
    """A register's owner as a party's details."""
    return Details(
        kind="organisation" if owner.organisation else "person",
        name=owner.name,
        identity=owner.identity,
        address=owner.address,
        phone=owner.phone,
    )
