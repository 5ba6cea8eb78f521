"""Desks: what waits for a person, by the parts they have; the deadlines of everybody; the treasury's
counter."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.queries import cases_by_id
from central.console.pages import language, render
from central.deadlines import service as deadlines
from central.errors import DomainError, ForbiddenError
from central.proceedings import counter, waiting
from central.proceedings import desk as casework
from central.proceedings.payments import Receipt
from central.proceedings.people import desks_of, mover
from central.proceedings.tracks import Actor
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Day, Id, Text
from central.words.dictionary import translator
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter()

PAGE = 50
Skip = Annotated[int, Query(ge=0, le=100_000)]
DeskName = Literal["device_user", "case_officer", "signer", "clerk", "commune"]


@router.get("/desk")
def desk_page(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_PROCEEDINGS))],
    now: Now,
    desk: DeskName | None = None,
    action: Annotated[Text | None, Query(max_length=32)] = None,
    skip: Skip = 0,
) -> Response:
    """What waits for this person, what can still be done in time first."""
    mine = [each for each in desks_of(user) if each is not Actor.TREASURY]
    chosen = Actor(desk) if desk is not None else _usual(mine)
    if desk is not None and chosen not in mine:
        raise ForbiddenError("desk")
    today = local_day(now)
    rows = waiting.at_desk(session, chosen, now, action, skip, PAGE + 1) if chosen else []
    counts: dict[Actor, dict[str, int]] = {each: waiting.counts(session, each, today) for each in mine}
    return render(
        request,
        "desk.html",
        user,
        desks=[(each, sum(counts[each].values())) for each in mine],
        chosen=chosen,
        counts=counts[chosen] if chosen else {},
        action=action,
        rows=rows[:PAGE],
        cases=cases_by_id(session, {row.case_id for row in rows}),
        more=skip + PAGE if len(rows) > PAGE else None,
        now=now,
        today=today,
    )


def _usual(mine: Sequence[Actor]) -> Actor | None:
    """The desk somebody sits at first: a case officer's own before the parts that come with the role."""
    return Actor.CASE_OFFICER if Actor.CASE_OFFICER in mine else next(iter(mine), None)


@router.get("/deadlines")
def deadline_page(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_DEADLINES))],
    now: Now,
    code: Annotated[Text | None, Query(max_length=32)] = None,
    whose: Literal["authority", "citizen"] = "authority",
) -> Response:
    """What is near and what is late; what can still be met comes before what is late already."""
    rows = deadlines.to_do(session, now, code, whose, PAGE * 2)
    return render(
        request,
        "deadlines.html",
        user,
        counts=deadlines.counts(session, now, whose),
        code=code,
        whose=whose,
        ahead=[row for row in rows if row.due_at > now],
        late=[row for row in rows if row.due_at <= now],
        cases=cases_by_id(session, {row.case_id for row in rows}),
        now=now,
    )


Treasurer = Annotated[User, Depends(require(Permission.ENTER_PAYMENTS))]


@router.get("/treasury")
def treasury_page(
    request: Request,
    session: ReadSessionDep,
    user: Treasurer,
    now: Now,
    number: Annotated[Text, Query(max_length=60)] = "",
    skip: Skip = 0,
) -> Response:
    """Decisions that are to be paid or whose money is to go back: numbers and amounts, nobody's name."""
    return _treasury(request, session, user, now, number=number, skip=skip)


@router.post("/treasury/{decision_id}")
def enter_money(
    request: Request,
    session: SessionDep,
    user: Treasurer,
    now: Now,
    decision_id: Id,
    amount: Annotated[int, Form(gt=0, le=10**11)],
    reference: Annotated[Text, Form(min_length=1, max_length=120)],
    source: Annotated[Text, Form(min_length=1, max_length=60)],
    day: Annotated[Day, Form()],
    back: Annotated[bool, Form()] = False,
) -> Response:
    """Enters money that came in, or that went back; a reference counts once."""
    by = mover(session, user, local_day(now))
    house, receipt = services(request).house(session), Receipt(reference, amount, day, source)
    t = translator(language(request))
    try:
        enter = casework.pay_money_back if back else casework.receive_money
        counted = enter(house, decision_id, receipt, now, by)
    except DomainError as refused:
        session.rollback()
        warning = told(refused, language(request)).sentence
        return _treasury(request, session, user, now, warning=warning, status=refused.status)
    said = t(f"treasury.outcome.{counted.outcome}", owed=counted.stand.owed)
    return _treasury(request, session, user, now, said=said)


def _treasury(
    request: Request,
    session: Session,
    user: User,
    now: Now,
    *,
    number: str = "",
    skip: int = 0,
    said: str = "",
    warning: str = "",
    status: int = 200,
) -> Response:
    found = counter.open_decisions(session, now, number, skip, PAGE + 1)
    return render(
        request,
        "treasury.html",
        user,
        status,
        rows=found[:PAGE],
        number=number,
        more=skip + PAGE if len(found) > PAGE else None,
        said=said,
        warning=warning,
        today=local_day(now),
    )
