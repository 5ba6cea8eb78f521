"""REST: claiming cases and deciding them. Every decision names the version of the case it is based on."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.api.case_shapes import CasePublic
from central.cases.lifecycle import Action
from central.cases.queries import get_case
from central.offences.charging import Choice
from central.review import confirmation, decisions, queue
from central.review.decisions import Correction, Sight
from central.values import Text, Version
from central.web.people import CurrentUser, Now, SessionDep, check_permission, require
from central.web.values import Id
from contract.plates import PlateColour
from contract.vehicles import VehicleKind

router = APIRouter(tags=["decisions"])

Note = Annotated[Text, Field(max_length=500)]
RuleName = Annotated[Text, Field(max_length=40)]
ReasonCode = Annotated[Text, Field(max_length=40)]


class _Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Version


class Accept(_Decision):
    """Operator: accept the case; given values correct those of the node."""

    decision: Literal["accept"]
    plate: Annotated[Text, Field(min_length=1, max_length=24)] | None = None
    plate_colour: PlateColour | None = None
    vehicle_kind: VehicleKind | None = None
    rule: RuleName | None = None


class Reject(_Decision):
    """Operator: end the case."""

    decision: Literal["reject"]
    reason: ReasonCode
    note: Note = ""


class Skip(_Decision):
    """Operator: skip the case; another operator gets it."""

    decision: Literal["skip"]
    reason: ReasonCode


class Confirm(_Decision):
    """Officer: charge the vehicle; records the offence. `law_code` chooses the act, with a `reason` where the
    evidence alone does not prove it; `accident` when the act caused one."""

    decision: Literal["confirm"]
    law_code: Annotated[Text, Field(max_length=40)] | None = None
    reason: Note = ""
    accident: bool = False


class SendBack(_Decision):
    """Officer: send back to the operators; `rule` proposes another rule."""

    decision: Literal["return"]
    note: Note
    rule: RuleName | None = None


class Refuse(_Decision):
    """Officer: end the case."""

    decision: Literal["refuse"]
    reason: ReasonCode
    note: Note = ""


class Resolve(_Decision):
    """Officer: explain why the seen vehicle is still the registered one."""

    decision: Literal["resolve_mismatch"]
    note: Note


class NotSpecial(_Decision):
    """Officer: the case was set aside as a military vehicle's, or one immune by treaty, by mistake."""

    decision: Literal["not_military", "not_diplomatic"]
    note: Note


OperatorDecision = Accept | Reject | Skip
OfficerDecision = Confirm | SendBack | Refuse | Resolve | NotSpecial
Body = Annotated[OperatorDecision | OfficerDecision, Field(discriminator="decision")]


@router.post("/review/claims", response_model=CasePublic, responses={204: {"description": "nothing waits"}})
def claim(
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.REVIEW_CASES))],
    now: Now,
    queue_name: Literal["main", "attention"] = "main",
) -> object:
    """The operator's next case, or the one they already hold; 204 when nothing waits."""
    case = queue.claim_next(session, user, queue_name, now)
    return Response(status_code=204) if case is None else case


@router.post("/cases/{case_id}/decisions")
def decide(session: SessionDep, user: CurrentUser, now: Now, case_id: Id, body: Body) -> CasePublic:
    """Takes a decision. 409 when the case has changed or is another's, 403 for the wrong role."""
    sight = Sight(case_id, body.version)
    if isinstance(body, OperatorDecision):
        check_permission(user, Permission.REVIEW_CASES)
        _decide_as_operator(session, user, sight, now, body)
    else:
        check_permission(user, Permission.CONFIRM_CASES)
        _decide_as_officer(session, user, sight, now, body)
    session.flush()
    return CasePublic.model_validate(get_case(session, case_id))


@router.delete("/cases/{case_id}/decisions/last")
def undo(session: SessionDep, user: CurrentUser, now: Now, case_id: Id) -> CasePublic:
    """Undoes one's own last decision on the case, within 30 s."""
    if user.may(Permission.CONFIRM_CASES):
        return CasePublic.model_validate(confirmation.take_back(session, user, case_id, now))
    check_permission(user, Permission.REVIEW_CASES)
    return CasePublic.model_validate(decisions.undo(session, user, case_id, now))


def _decide_as_operator(
    session: Session, user: User, sight: Sight, now: datetime, body: OperatorDecision
) -> None:
    match body:
        case Accept():
            correction = Correction(body.plate, body.plate_colour, body.vehicle_kind, body.rule)
            decisions.accept(session, user, sight, now, correction)
        case Reject():
            decisions.reject(session, user, sight, now, body.reason, body.note)
        case Skip():
            decisions.skip(session, user, sight, now, body.reason)


def _decide_as_officer(
    session: Session, user: User, sight: Sight, now: datetime, body: OfficerDecision
) -> None:
    match body:
        case Confirm():
            choice = Choice(body.law_code, body.reason, body.accident)
            confirmation.confirm(session, user, sight, now, choice)
        case SendBack():
            confirmation.send_back(session, user, sight, now, body.note, body.rule)
        case Refuse():
            confirmation.refuse(session, user, sight, now, body.reason, body.note)
        case Resolve():
            confirmation.resolve_mismatch(session, user, sight, now, body.note)
        case NotSpecial():
            confirmation.not_special(session, user, sight, now, body.note, Action(body.decision))
