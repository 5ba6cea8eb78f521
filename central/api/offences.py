"""REST: reading recorded offences."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.plates import shown_to
from central.errors import NotFoundError
from central.offences import service
from central.offences.models import Offence
from central.values import Text
from central.web.people import ReadSessionDep, require
from central.web.values import Before, Id

router = APIRouter(prefix="/offences", tags=["offences"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_OFFENCES))]


class OffencePublic(BaseModel):
    """A recorded offence; amounts in VND, the band for an individual. The fine itself is in the decision."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    case_id: Id
    number: str
    rule: str
    act: str
    law_code: str
    article: str
    legal_basis: str
    act_vi: str
    act_en: str
    vehicle_class: str
    fine_min: int
    fine_max: int
    points: int
    confidence: str
    plate: str
    plate_colour: str | None
    vehicle_kind: str
    site: str
    site_name: str
    occurred_at: datetime
    recorded_at: datetime

    @classmethod
    def shown(cls, offence: Offence, show: Callable[[str], str]) -> "OffencePublic":
        """The offence with its plate as the reader may see it."""
        made = cls.model_validate(offence)
        return made.model_copy(update={"plate": show(made.plate)})


class OffencePage(BaseModel):
    """A page of offences; `next` is the `before` of the page after, null on the last."""

    items: list[OffencePublic]
    next: int | None


@router.get("")
def list_offences(
    session: ReadSessionDep,
    user: Viewer,
    before: Before = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> OffencePage:
    """Newest first."""
    found = service.list_offences(session, before, limit + 1)
    items = [OffencePublic.shown(offence, shown_to(user)) for offence in found[:limit]]
    return OffencePage(items=items, next=items[-1].id if len(found) > limit else None)


@router.get("/{number}")
def get_offence(
    session: ReadSessionDep, user: Viewer, number: Annotated[Text, Path(max_length=60)]
) -> OffencePublic:
    """One offence by its case number."""
    offence = service.by_number(session, number)
    if offence is None:
        raise NotFoundError("offence", number=number)
    return OffencePublic.shown(offence, shown_to(user))
