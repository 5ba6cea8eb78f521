"""Watched plates as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.proceedings import clones
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/watched-plates", tags=["proceedings"])

Officer = Annotated[User, Depends(require(Permission.HANDLE_PROCEEDINGS))]


class WatchedPublic(BaseModel):
    """A plate that was found to be cloned, on what ground, in which case; `ended_at`: no longer watched."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    plate: str
    reason: str
    case_id: int | None
    since: datetime
    ended_at: datetime | None


class EndBody(BaseModel):
    """Why a watch ends."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


@router.get("")
def list_watched(session: ReadSessionDep, _officer: Officer) -> list[WatchedPublic]:
    """Every plate that is watched now, the newest first."""
    return [WatchedPublic.model_validate(row) for row in clones.watched(session)]


@router.post("/{watch_id}/end")
def end_watch(session: SessionDep, officer: Officer, now: Now, watch_id: Id, body: EndBody) -> WatchedPublic:
    """Ends a watch: the plate is treated like any other again."""
    return WatchedPublic.model_validate(clones.end_watch(session, watch_id, body.reason, officer, now))
