"""Plates watched because they were cloned: which, on which grounds, and ending a watch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.cases.queries import cases_by_id, get_case
from central.console.pages import language, printed_plate, render
from central.errors import DomainError
from central.proceedings import clones
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from central.words.dictionary import translator
from central.words.errors import told

router = APIRouter(prefix="/watched")

Officer = Annotated[User, Depends(require(Permission.HANDLE_PROCEEDINGS))]


@router.get("")
def watched_page(request: Request, session: ReadSessionDep, user: Officer) -> Response:
    """Every plate that is watched now, the newest first."""
    return _page(request, session, user)


@router.post("/{watch_id}/end")
def end(
    request: Request,
    session: SessionDep,
    user: Officer,
    now: Now,
    watch_id: Id,
    reason: Annotated[Text, Form(max_length=500)] = "",
) -> Response:
    """The plate is handled like any other again."""
    try:
        row = clones.end_watch(session, watch_id, reason, user, now)
    except DomainError as refused:
        session.rollback()
        warning = told(refused, language(request)).sentence
        return _page(request, session, user, refused.status, warning=warning)
    session.flush()
    case = get_case(session, row.case_id or 0)
    plate = printed_plate(row.plate, case.plate_colour, case.vehicle_kind)
    return _page(request, session, user, said=translator(language(request))("watch.ended", plate=plate))


def _page(request: Request, session: Session, user: User, status: int = 200, **told_here: str) -> Response:
    rows = clones.watched(session)
    return render(
        request,
        "watched.html",
        user,
        status,
        rows=rows,
        cases=cases_by_id(session, {row.case_id for row in rows if row.case_id is not None}),
        held=clones.held_back(session),
        people=names_by_id(session),
        **({"said": "", "warning": ""} | told_here),
    )
