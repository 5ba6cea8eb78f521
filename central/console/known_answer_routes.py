"""Cases with a known answer: who answered how, which are in use, and which could be used."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.console.pages import render
from central.values import LARGEST_ID
from central.watching import known_answers, rules
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/watching/known")

PERIOD = timedelta(days=90)

Viewer = Annotated[User, Depends(require(Permission.VIEW_WATCHING))]
Lead = Annotated[User, Depends(require(Permission.LEAD_REVIEWS))]


@router.get("")
def known_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """Results by reviewer, and the cases."""
    may_lead = user.may(Permission.LEAD_REVIEWS)
    return render(
        request,
        "known_answers.html",
        user,
        scores=known_answers.scores(session, now - PERIOD),
        days=PERIOD.days,
        present=known_answers.present(session),
        candidates=known_answers.candidates(session, now) if may_lead else [],
        percent=rules.present(session).known_answers,
        names=names_by_id(session),
        may_lead=may_lead,
    )


@router.post("")
def mark(
    session: SessionDep, user: Lead, now: Now, case_id: Annotated[int, Form(ge=1, le=LARGEST_ID)]
) -> Response:
    """A case is chosen."""
    known_answers.mark(session, user, case_id, now)
    return RedirectResponse("/watching/known", status_code=303)


@router.post("/{known_id}/end")
def end(session: SessionDep, user: Lead, now: Now, known_id: Id) -> Response:
    """A case is given out no more."""
    known_answers.end(session, user, known_id, now)
    return RedirectResponse("/watching/known", status_code=303)
