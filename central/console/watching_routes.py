"""Review quality: agreement of two reviewers, disputed cases, viewing times, sampling rules."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.audit import service as audit
from central.cases import queries
from central.cases.plates import sees_plates_of
from central.cases.visibility import visible_case
from central.console.pages import plates_for, render
from central.console.views import case_view, deadline
from central.errors import NotFoundError
from central.values import LARGEST_ID, Text
from central.watching import agreement, looks, rules, second_review, settlement
from central.watching.rules import Rules
from central.watching.settlement import Whose
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/watching")

PERIOD = timedelta(days=30)
LOOKS_PERIOD = timedelta(days=7)

Viewer = Annotated[User, Depends(require(Permission.VIEW_WATCHING))]
Lead = Annotated[User, Depends(require(Permission.LEAD_REVIEWS))]


@router.get("")
def agreement_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """What waits to be settled, and how often two agree."""
    waiting = settlement.disputed(session)
    return render(
        request,
        "watching.html",
        user,
        disputed=waiting,
        cases=queries.cases_by_id(session, [review.case_id for review in waiting]),
        due_of=lambda case: deadline(case.occurred_at, case.notice_due_at, now),
        people=agreement.by_person(session, now - PERIOD),
        rules=agreement.by_rule(session, now - PERIOD),
        days=PERIOD.days,
        names=names_by_id(session),
        present=rules.present(session),
        earlier=rules.history(session),
        may_lead=user.may(Permission.LEAD_REVIEWS),
    )


@router.post("/rules")
def set_rules(session: SessionDep, user: Lead, now: Now, wanted: Annotated[Rules, Form()]) -> Response:
    """Sets the rules of watching anew."""
    rules.set_rules(session, user, wanted, now)
    return RedirectResponse("/watching", status_code=303)


@router.get("/looks")
def looks_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """How long each reviewer looks, and what was decided faster than anybody can look."""
    return render(
        request,
        "looks.html",
        user,
        people=looks.by_person(session, now - LOOKS_PERIOD),
        short=looks.too_short(session, now - LOOKS_PERIOD),
        bound=rules.present(session).shortest_look,
        days=LOOKS_PERIOD.days,
        names=names_by_id(session),
    )


@router.get("/disputes/{case_id}")
def dispute_page(request: Request, session: SessionDep, user: Viewer, now: Now, case_id: Id) -> Response:
    """A case two decided differently, with both decisions; that it was looked at is written down."""
    return _dispute(request, session, user, now, case_id)


def _dispute(request: Request, session: SessionDep, user: User, now: datetime, case_id: int) -> Response:
    case, review = visible_case(session, user, case_id), second_review.of_case(session, case_id)
    if review is None or review.second_id is None:
        raise NotFoundError("case", id=case_id)
    audit.record(session, user.actor, "case.view", f"case:{case_id}", {"part": "dispute"})
    return render(
        request,
        "dispute.html",
        user,
        view=case_view(session, case, queries.manifest_of(session, case_id), now),
        review=review,
        names=names_by_id(session),
        may_settle=user.may(Permission.LEAD_REVIEWS) and review.state == "disputed",
        returned=None,
        comments=[],
        **plates_for(user, whole=sees_plates_of(session, user, case_id)),
    )


@router.post("/disputes/{case_id}")
def settle(
    session: SessionDep,
    user: Lead,
    now: Now,
    case_id: Id,
    version: Annotated[int, Form(ge=1, le=LARGEST_ID)],
    whose: Annotated[Whose, Form()],
    note: Annotated[Text, Form(min_length=1, max_length=500)],
) -> Response:
    """The case goes on as one of the two decided."""
    settlement.settle(session, user, case_id, version, whose, note, now)
    return RedirectResponse("/watching", status_code=303)
