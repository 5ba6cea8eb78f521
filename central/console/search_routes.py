"""Vehicle searches, and the monthly review of who searched for which vehicle and why."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import find_by_id, names_by_username
from central.cases.visibility import sees_police_cases
from central.console.case_list import PAGE, list_page
from central.console.pages import render
from central.searches import service as searches
from central.searches.service import Search, SearchPurpose
from central.values import LARGEST_ID, Day, Text
from central.web.people import Now, SessionDep, require
from contract.local_time import local_day

router = APIRouter()

Searcher = Annotated[User, Depends(require(Permission.SEARCH_PLATES))]
Supervisor = Annotated[User, Depends(require(Permission.REVIEW_SEARCHES))]


@router.post("/cases/search")
def search(
    request: Request,
    session: SessionDep,
    user: Searcher,
    now: Now,
    plate: Annotated[Text, Form(min_length=3, max_length=24)],
    purpose: Annotated[SearchPurpose, Form()],
    file: Annotated[Text, Form(min_length=3, max_length=60)],
    before: Annotated[int | None, Form(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """A vehicle's cases. Its history is personal data: purpose and file are asked for and kept with the
    plate."""
    wanted = Search(plate, purpose, file)
    found = searches.search(session, user, wanted, before, PAGE + 1, with_police=sees_police_cases(user))
    return list_page(request, user, now, found, searched=wanted)


@router.get("/searches")
def searches_page(
    request: Request,
    session: SessionDep,
    user: Supervisor,
    now: Now,
    month: Annotated[Day | None, Query()] = None,
) -> Response:
    """The searches of a month; without one of the last that is over. Looking at them is written down."""
    this_month = local_day(now).replace(day=1)
    found = searches.read_month(session, user, month or this_month - timedelta(days=1))
    return render(
        request,
        "searches.html",
        user,
        month=found,
        over=found.first < this_month,
        earlier=found.first - timedelta(days=1),
        later=(found.first + timedelta(days=31)).replace(day=1),
        people=names_by_username(session),
        reviewer=find_by_id(session, found.review.reviewed_by) if found.review else None,
        reviews=searches.reviews(session),
    )


@router.post("/searches")
def confirm(
    session: SessionDep,
    user: Supervisor,
    now: Now,
    month: Annotated[Day, Form()],
    doubtful: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
    note: Annotated[Text, Form(max_length=1000)] = "",
) -> Response:
    """The month was looked through."""
    searches.confirm(session, user, month, doubtful, note, now)
    return RedirectResponse(f"/searches?month={_first(month)}", status_code=303)


def _first(day: date) -> date:
    return day.replace(day=1)
