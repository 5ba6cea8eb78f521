"""Corrections on the page of a case: the day of an event by the case officer, the last day for a decision by
a signer.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language
from central.console.proceeding_routes import AtPage, Page
from central.errors import DomainError
from central.proceedings import correcting, service
from central.proceedings.models import Proceeding
from central.proceedings.people import mover
from central.values import LARGEST_ID, Day, Text
from central.web.people import require
from central.words.dictionary import translator
from contract.local_time import local_day

router = APIRouter(prefix="/proceedings/{case_id}")

Officer = Annotated[User, Depends(require(Permission.HANDLE_PROCEEDINGS))]
Signer = Annotated[User, Depends(require(Permission.SIGN_DECISIONS))]
Version = Annotated[int, Form(ge=1, le=LARGEST_ID)]
Why = Annotated[Text, Form(max_length=300)]


@router.post("/days")
def correct_day(
    user: Officer,
    page: AtPage,
    version: Version,
    event: Annotated[Text, Form(max_length=32)],
    day: Annotated[Day, Form()],
    reason: Why = "",
) -> Response:
    """An event happened on another day than was entered."""
    by = mover(page.session, user, local_day(page.now))

    def act(proceeding: Proceeding) -> None:
        correcting.correct_day(page.session, proceeding, event, day, reason.strip(), by, page.now)

    return _does(page, version, act, "correcting.day_done")


@router.post("/limitation")
def restart_limitation(
    user: Signer, page: AtPage, version: Version, last_day: Annotated[Day, Form()], reason: Why = ""
) -> Response:
    """The last day for a decision is another, for a written reason."""
    by = mover(page.session, user, local_day(page.now))

    def act(proceeding: Proceeding) -> None:
        correcting.restart_limitation(page.session, proceeding, last_day, reason.strip(), by, page.now)

    return _does(page, version, act, "correcting.limitation_done")


def _does(page: Page, version: int, act: Callable[[Proceeding], None], said: str) -> Response:
    """Applies a correction to the locked case at the version seen; a whole page for a browser without
    scripts.
    """
    fragment = page.request.headers.get("HX-Request") == "true"
    try:
        act(service.lock(page.session, page.proceeding.id or 0, version))
    except DomainError as refused:
        return page.refused(refused, fragment=fragment)
    return page.anew.shown(fragment=fragment, said=translator(language(page.request))(said))
