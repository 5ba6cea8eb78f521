"""Who may sign, by which title or delegation, as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.law import service as law
from central.proceedings import people
from central.proceedings.signers import Power
from central.values import Day, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter(tags=["accounts"])
Manager = Annotated[User, Depends(require(Permission.MANAGE_USERS))]
UserName = Annotated[Text, Field(min_length=1, max_length=64)]


class NewPower(BaseModel):
    """A title somebody holds, or with `delegation` its number and with `delegated_by` whose power it is."""

    username: UserName
    title: Annotated[Text, Field(min_length=1, max_length=40)]
    valid_from: Day
    valid_to: Day | None = None
    delegation: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    delegated_by: UserName | None = None


class PowerPublic(BaseModel):
    """A title or delegation that is not revoked; dates inclusive. `lapsed`: its giver no longer holds the
    title, so nobody can sign by it."""

    id: int
    username: str
    title: str
    valid_from: date
    valid_to: date | None
    delegation: str | None
    delegated_by: str | None
    lapsed: bool


@router.get("/powers")
def powers(session: ReadSessionDep, _manager: Manager, now: Now) -> list[PowerPublic]:
    """All titles and delegations, by name and date, also expired and future ones."""
    return [_public(held) for held in people.held_powers(session, local_day(now))]


@router.post("/powers", status_code=201)
def grant(session: SessionDep, manager: Manager, body: NewPower) -> PowerPublic:
    """Grants a title, or a delegation with its number."""
    user = accounts.get_user(session, body.username)
    by = accounts.get_user(session, body.delegated_by) if body.delegated_by else None
    power = Power(body.title, body.delegation, body.valid_from, body.valid_to)
    by_id = by.id if by is not None else None
    row = people.grant_power(session, law.book(session), user.id or 0, power, manager.actor, by_id)
    return _public(people.Held(row, user, by))


@router.post("/powers/{power_id}/revocation", status_code=204)
def revoke(session: SessionDep, manager: Manager, now: Now, power_id: Id) -> None:
    """Revokes a title or delegation from now on; documents already signed stay valid."""
    people.revoke_power(session, power_id, manager.actor, now)


def _public(held: people.Held) -> PowerPublic:
    row = held.row
    return PowerPublic(
        id=row.id or 0,
        username=held.user.username,
        title=row.title,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        delegation=row.delegation,
        delegated_by=held.delegator.username if held.delegator else None,
        lapsed=held.lapsed,
    )
