"""REST: withdrawals; one withdrawal ends everything a camera recorded within a period."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.proceedings import desk, withdrawal
from central.proceedings.people import mover
from central.proceedings.withdrawal import Scope
from central.values import Moment, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter(prefix="/withdrawals", tags=["withdrawals"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_WITHDRAWALS))]
Signer = Annotated[User, Depends(require(Permission.SIGN_DECISIONS))]


class ScopeBody(BaseModel):
    """A camera and a time: from included, until excluded; one rule, or all."""

    model_config = ConfigDict(extra="forbid")

    node_id: Annotated[Text, Field(max_length=63)]
    camera_id: Annotated[Text, Field(max_length=80)]
    from_at: Moment
    until_at: Moment
    rule: Annotated[Text, Field(max_length=40)] | None = None

    def scope(self) -> Scope:
        """The body as the service takes it."""
        return Scope(self.node_id, self.camera_id, self.from_at, self.until_at, self.rule)


class WithdrawBody(ScopeBody):
    """The act: the reason stands in the papers that tell the people."""

    reason: Annotated[Text, Field(min_length=5, max_length=500)]


class WithdrawalPublic(BaseModel):
    """One withdrawal."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    node_id: str
    camera_id: str
    rule: str | None
    from_at: datetime
    until_at: datetime
    reason: str
    at: datetime


class WithdrawnPublic(BaseModel):
    """One withdrawn case: its state before, refunds, when the people concerned were informed."""

    model_config = ConfigDict(from_attributes=True)

    case_id: int
    stood_at: str
    notice_withdrawn: bool
    money_back: int
    points_back: int
    paper_id: int | None
    told_at: datetime | None


class WithdrawalDetail(WithdrawalPublic):
    """One withdrawal with its cases."""

    cases: list[WithdrawnPublic]


@router.get("")
def list_withdrawals(session: ReadSessionDep, _user: Viewer) -> list[WithdrawalPublic]:
    """All withdrawals, newest first."""
    return [WithdrawalPublic.model_validate(act) for act in withdrawal.acts(session)]


@router.post("/preview")
def preview(session: ReadSessionDep, _user: Signer, body: ScopeBody) -> dict[str, int]:
    """Cases a withdrawal would affect, by state."""
    return withdrawal.standing(session, body.scope())


@router.post("")
def withdraw(
    request: Request, session: SessionDep, user: Signer, now: Now, body: WithdrawBody
) -> WithdrawalDetail:
    """Withdraws everything in the scope and lists it."""
    by = mover(session, user, local_day(now))
    act, _ = desk.withdraw(services(request).records(session), body.scope(), body.reason, by, now)
    return _detail(session, act.id or 0)


@router.get("/{withdrawal_id}")
def get_withdrawal(session: ReadSessionDep, _user: Viewer, withdrawal_id: Id) -> WithdrawalDetail:
    """One withdrawal with all its cases."""
    return _detail(session, withdrawal_id)


def _detail(session: Session, withdrawal_id: int) -> WithdrawalDetail:
    act = WithdrawalPublic.model_validate(withdrawal.get(session, withdrawal_id))
    cases = [WithdrawnPublic.model_validate(row) for row in withdrawal.listed(session, withdrawal_id)]
    return WithdrawalDetail(**act.model_dump(), cases=cases)
