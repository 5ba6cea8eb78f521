"""Desks: the waiting work of a person by their roles; the page of all deadlines."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases.queries import cases_by_id
from central.citizens import incoming
from central.console.pages import render
from central.deadlines import service as deadlines
from central.errors import ForbiddenError
from central.law import service as law
from central.notifications import service as notifications
from central.proceedings import waiting
from central.proceedings.people import desks_of
from central.proceedings.tracks import Actor
from central.values import Text
from central.web.people import Now, ReadSessionDep, require
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
    whose: Literal["all", "mine", "nobodys"] = "all",
    skip: Skip = 0,
) -> Response:
    """What waits for this person, what can still be done in time first; of a case officer everything, what
    was handed to them, or what was handed to nobody."""
    mine = [each for each in desks_of(user) if each is not Actor.TREASURY]
    if desk is not None and Actor(desk) not in mine:
        raise ForbiddenError("desk")
    today = local_day(now)
    counts: dict[Actor | None, dict[str, int]] = {each: waiting.counts(session, each, today) for each in mine}
    chosen = Actor(desk) if desk is not None else _usual([each for each in mine if counts[each]] or mine)
    handed = None
    if chosen is Actor.CASE_OFFICER and whose != "all":
        handed = waiting.Whose(user.id if whose == "mine" else None)
    rows = waiting.at_desk(session, chosen, now, action, skip, PAGE + 1, handed) if chosen else []
    shown = waiting.counts(session, chosen, today, handed) if chosen and handed else counts.get(chosen, {})
    return render(
        request,
        "desk.html",
        user,
        desks=[(each, sum(counts[each].values())) for each in mine],
        chosen=chosen,
        counts=shown,
        action=action,
        whose=whose,
        rows=rows[:PAGE],
        cases=cases_by_id(session, {row.case_id for row in rows}),
        more=skip + PAGE if len(rows) > PAGE else None,
        beside=_beside(session, user),
        now=now,
        today=today,
    )


def _beside(session: Session, user: User) -> list[tuple[str, int]]:
    """Pages with waiting work other than a step of a case for this person, with its amount."""
    if not user.may(Permission.SEND_PAPERS):
        return []
    return [("/incoming", incoming.count(session)), ("/outgoing", notifications.count_to_post(session))]


def _usual(mine: Sequence[Actor]) -> Actor | None:
    """The desk a person opens first, of those with waiting work: a case officer's own before the roles that
    come with it.
    """
    return Actor.CASE_OFFICER if Actor.CASE_OFFICER in mine else next(iter(mine), None)


@router.get("/deadlines")
def deadline_page(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_DEADLINES))],
    now: Now,
    code: Annotated[Text | None, Query(max_length=32)] = None,
    whose: Literal["authority", "citizen"] = "authority",
    skip: Skip = 0,
) -> Response:
    """What is near and what is late; what can still be met comes before what is late already."""
    calendar = law.book(session).calendar
    found = deadlines.to_do(session, calendar, now, code, whose, skip, PAGE + 1)
    rows = found[:PAGE]
    return render(
        request,
        "deadlines.html",
        user,
        counts=deadlines.counts(session, calendar, now, whose),
        code=code,
        whose=whose,
        ahead=[row for row in rows if row.due_at > now],
        late=[row for row in rows if row.due_at <= now],
        cases=cases_by_id(session, {row.case_id for row in rows}),
        more=skip + PAGE if len(found) > PAGE else None,
        now=now,
    )
