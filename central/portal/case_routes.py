"""The page of one case."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from central.portal.pages import render
from central.portal.people import CurrentGuest
from central.portal.views import case_view
from central.web.people import Now, ReadSessionDep
from central.web.values import Id, Text

router = APIRouter()


@router.get("/cases/{proceeding_id}")
def case(
    request: Request,
    session: ReadSessionDep,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    sent: Annotated[Text, Query(max_length=24)] = "",
) -> Response:
    """The act, the evidence, where it stands, what can be done now. `sent`: an answer was just taken in."""
    view = case_view(session, guest, proceeding_id, now)
    return render(request, "case.html", guest, view=view, sent=bool(sent and view.sent))
