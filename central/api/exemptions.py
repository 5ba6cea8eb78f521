"""REST: times in which police directed the traffic of a site by hand."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.exemptions import service as exemptions
from central.fleet import service as fleet
from central.values import Moment, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/exemptions", tags=["cases"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]
Officer = Annotated[User, Depends(require(Permission.CONFIRM_CASES))]
PAGE = 50


class ExemptionBody(BaseModel):
    """Where, from when (included) until when (excluded), at most 24 hours, and why."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[Text, Field(max_length=80)]
    starts_at: Moment
    ends_at: Moment
    why: Annotated[Text, Field(max_length=300)]


class LiftBody(BaseModel):
    """Why it was a mistake."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[Text, Field(max_length=300)]


class ExemptionPublic(BaseModel):
    """One of them; cases of that site and time carry the fact until it is lifted."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    site: str
    starts_at: datetime
    ends_at: datetime
    why: str
    entered_by: str
    entered_at: datetime
    lifted_at: datetime | None
    lifted_by: str
    lifted_why: str


class ExemptionPage(BaseModel):
    """A page; `next` is the `skip` of the page after, null on the last."""

    items: list[ExemptionPublic]
    next: int | None


@router.get("")
def list_exemptions(
    session: ReadSessionDep, _viewer: Viewer, skip: Annotated[int, Query(ge=0, le=100_000)] = 0
) -> ExemptionPage:
    """All of them, the latest time first."""
    found = exemptions.list_latest(session, PAGE + 1, skip)
    items = [ExemptionPublic.model_validate(row) for row in found[:PAGE]]
    return ExemptionPage(items=items, next=skip + PAGE if len(found) > PAGE else None)


@router.post("", status_code=201)
def enter_exemption(session: SessionDep, officer: Officer, now: Now, body: ExemptionBody) -> ExemptionPublic:
    """Enters one for a site of which there is a camera."""
    fleet.check_site(session, body.site)
    entry = exemptions.Entry(body.site, body.starts_at, body.ends_at, body.why)
    return ExemptionPublic.model_validate(exemptions.enter(session, entry, officer, now))


@router.post("/{exemption_id}/lifting")
def lift_exemption(
    session: SessionDep, officer: Officer, now: Now, exemption_id: Id, body: LiftBody
) -> ExemptionPublic:
    """Takes one back that was entered by mistake; what was decided on it stays decided."""
    return ExemptionPublic.model_validate(exemptions.lift(session, exemption_id, body.why, officer, now))
