"""Requests of persons for the data held about them: entered, answered, collected, given or refused."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.data_subjects import service as requests
from central.data_subjects.service import Asked, Collector, Letter, Outcome
from central.db import transaction
from central.errors import DomainError
from central.retention.service import approved_rules
from central.values import Day, Text
from central.web.people import Now, SessionDep, require
from central.web.services import services
from central.web.values import Id
from central.words.errors import told
from contract.local_time import local_day

router = APIRouter(prefix="/data-requests")

PAGE = 50
NEAR = timedelta(days=2)
"""A request due by then is marked."""

Answerer = Annotated[User, Depends(require(Permission.ANSWER_DATA_REQUESTS))]
Skip = Annotated[int, Query(ge=0, le=100_000)]
OnDay = Annotated[Day, Form()]


@router.get("")
def requests_page(
    request: Request, session: SessionDep, user: Answerer, now: Now, skip: Skip = 0
) -> Response:
    """Open requests by their deadline, then those that ended; without names."""
    return _page(request, session, user, now, skip=skip)


def _page(
    request: Request, session: Session, user: User, now: Now, *, skip: int = 0, **shown: Any
) -> Response:
    found = requests.listed(session, skip, PAGE + 1)
    values: dict[str, Any] = {
        "rows": found[:PAGE],
        "more": skip + PAGE if len(found) > PAGE else None,
        "today": local_day(now),
        "tone": lambda due: _tone(due, local_day(now)),
        "typed": {"asker": "", "identity": "", "plate": "", "reference": "", "received_on": None},
        "warning": "",
    }
    return render(request, "data_requests.html", user, shown.pop("status", 200), **(values | shown))


def _tone(due: date, today: date) -> str:
    return "bad" if due < today else "warn" if due <= today + NEAR else ""


@router.post("")
def enter(
    request: Request,
    session: SessionDep,
    user: Answerer,
    now: Now,
    asker: Annotated[Text, Form(min_length=2, max_length=200)],
    reference: Annotated[Text, Form(min_length=2, max_length=120)],
    received_on: OnDay,
    identity: Annotated[Text, Form(max_length=60)] = "",
    plate: Annotated[Text, Form(max_length=24)] = "",
) -> Response:
    """A request came in."""
    asked = Asked(asker=asker, identity=identity, plate=plate)
    try:
        row = requests.enter(
            session, services(request).vault, user, Letter(reference, received_on), asked, now
        )
    except DomainError as refused:
        session.rollback()
        typed = asked.model_dump() | {"reference": reference, "received_on": received_on}
        warning = told(refused, language(request)).sentence
        return _page(request, session, user, now, typed=typed, warning=warning, status=refused.status)
    return _to(row.id or 0)


@router.get("/{request_id}")
def request_page(request: Request, session: SessionDep, user: Answerer, now: Now, request_id: Id) -> Response:
    """One request, with whoever asks: reading that is written down."""
    return _one(request, session, user, now, request_id)


def _one(request: Request, session: Session, user: User, now: Now, request_id: int, **shown: Any) -> Response:
    row = requests.get(session, request_id)
    asked = requests.read_asked(session, services(request).vault, user, request_id)
    today = local_day(now)
    values: dict[str, Any] = {
        "row": row,
        "asked": asked,
        "today": today,
        "tone": lambda due: _tone(due, today),
        "warning": "",
        "kept_days": requests.KEPT_AFTER_END.days,
    }
    return render(request, "data_request.html", user, shown.pop("status", 200), **(values | shown))


@router.post("/{request_id}/answer")
def answer(
    request: Request, session: SessionDep, user: Answerer, now: Now, request_id: Id, on: OnDay
) -> Response:
    """The first answer was sent: the request was received, and how it goes on."""
    try:
        requests.note_answer(session, user, request_id, on, now)
    except DomainError as refused:
        return _refused(request, session, user, now, request_id, refused)
    return _to(request_id)


@router.post("/{request_id}/collect")
def collect(request: Request, user: Answerer, now: Now, request_id: Id) -> Response:
    """Collects everything held into one file. That takes seconds: nothing is held meanwhile that others wait
    for.
    """
    found, engine = services(request), request.app.state.engine
    rules = approved_rules(request.app.state.settings.retention_file)
    by = Collector(found.vault, found.index, found.archive, rules)
    try:
        requests.collect(engine, by, user, request_id, language(request), now)
    except DomainError as refused:
        with transaction(engine) as session:
            return _refused(request, session, user, now, request_id, refused)
    return _to(request_id)


@router.get("/{request_id}/file")
def collected_file(request: Request, session: SessionDep, user: Answerer, request_id: Id) -> Response:
    """The file for the person; each download is written down."""
    content = requests.read_file(session, services(request).vault, user, request_id)
    headers = {"Content-Disposition": f'attachment; filename="data-request-{request_id}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/{request_id}/end")
def end(
    request: Request,
    session: SessionDep,
    user: Answerer,
    now: Now,
    request_id: Id,
    outcome: Annotated[Outcome, Form()],
    on: OnDay,
    note: Annotated[Text, Form(max_length=500)] = "",
) -> Response:
    """The file was given, or the request refused."""
    try:
        requests.end(session, user, request_id, outcome, on, note, now)
    except DomainError as refused:
        return _refused(request, session, user, now, request_id, refused)
    return _to(request_id)


def _refused(
    request: Request, session: Session, user: User, now: Now, request_id: int, refused: DomainError
) -> Response:
    session.rollback()
    warning = told(refused, language(request)).sentence
    return _one(request, session, user, now, request_id, warning=warning, status=refused.status)


def _to(request_id: int) -> Response:
    return RedirectResponse(f"/data-requests/{request_id}", status_code=303)
