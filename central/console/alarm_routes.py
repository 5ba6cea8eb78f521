"""Alarms of nodes and centre, open and past; an administrator clears one with a note."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.alarms import service as alarms
from central.console.pages import render
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id

router = APIRouter(prefix="/alarms")

PAGE = 50


@router.get("")
def alarm_list(
    request: Request,
    session: ReadSessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_NODES))],
    which: Literal["open", "ended"] = "open",
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Alarms, the latest first."""
    listed = alarms.list_open if which == "open" else alarms.list_ended
    found = listed(session, PAGE + 1, skip)
    return render(
        request,
        "alarms.html",
        user,
        alarms=found[:PAGE],
        which=which,
        more=skip + PAGE if len(found) > PAGE else None,
        may_clear=user.may(Permission.MANAGE_NODES),
    )


@router.post("/{alarm_id}/clearing")
def clear_alarm(
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.MANAGE_NODES))],
    now: Now,
    alarm_id: Id,
    note: Annotated[Text, Form(min_length=3, max_length=300)],
) -> Response:
    """Somebody has dealt with it; it comes back if it happens again."""
    alarms.acknowledge(session, alarm_id, now, user.actor, note)
    return RedirectResponse("/alarms", status_code=303)
