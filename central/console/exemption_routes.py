"""Times in which police directed traffic by hand: entered by officers, visible to everybody who sees
cases.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.errors import DomainError, InvalidError
from central.exemptions import service as exemptions
from central.fleet import service as fleet
from central.values import Text, moment_of_form
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/exemptions")

PAGE = 50
_NOTHING_TYPED = dict.fromkeys(("site", "since", "until", "why"), "")

Viewer = Annotated[User, Depends(require(Permission.VIEW_CASES))]
Officer = Annotated[User, Depends(require(Permission.CONFIRM_CASES))]
Minute = Annotated[Text, Form(max_length=16)]
Why = Annotated[Text, Form(max_length=300)]


@router.get("")
def exemption_list(
    request: Request,
    session: ReadSessionDep,
    user: Viewer,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """All of them, the latest first; officers enter another."""
    return _page(request, session, user, skip)


def _page(
    request: Request,
    session: Session,
    user: User,
    skip: int = 0,
    refused: DomainError | None = None,
    entered: Mapping[str, str] = _NOTHING_TYPED,
) -> Response:
    """`entered` is the refused input, which stays in the form."""
    found = exemptions.list_latest(session, PAGE + 1, skip)
    return render(
        request,
        "exemptions.html",
        user,
        refused.status if refused else 200,
        exemptions=found[:PAGE],
        days={row.id: (local_day(row.starts_at), local_day(row.ends_at)) for row in found},
        sites=fleet.sites(session),
        more=skip + PAGE if len(found) > PAGE else None,
        warning=told(refused, language(request)).detail if refused else "",
        may_enter=user.may(Permission.CONFIRM_CASES),
        entered=entered,
    )


@router.post("")
def enter(
    request: Request,
    session: SessionDep,
    user: Officer,
    now: Now,
    site: Annotated[Text, Form(max_length=80)],
    since: Minute,
    until: Minute,
    why: Why = "",
) -> Response:
    """Enters one; what is wrong is told above the form."""
    try:
        fleet.check_site(session, site)
        entry = exemptions.Entry(site, _moment(since, "since"), _moment(until, "until"), why)
        exemptions.enter(session, entry, user, now)
    except DomainError as refused:
        session.rollback()
        entered = {"site": site, "since": since, "until": until, "why": why}
        return _page(request, session, user, refused=refused, entered=entered)
    return RedirectResponse("/exemptions", status_code=303)


@router.post("/{exemption_id}/lifting")
def lift(session: SessionDep, user: Officer, now: Now, exemption_id: Id, why: Why = "") -> Response:
    """Takes one back."""
    exemptions.lift(session, exemption_id, why, user, now)
    return RedirectResponse("/exemptions", status_code=303)


def _moment(text: str, field: str) -> datetime:
    """A moment in Vietnamese time. Raises InvalidError."""
    try:
        return moment_of_form(text)
    except ValueError:
        raise InvalidError("exemption_time", field=field) from None
