"""Security incidents: entered when found, their deadlines counted down, their papers printed, each sending
recorded.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import breach
from central.audit import service as audit
from central.audit.breach import BreachReport
from central.console.pages import language, render
from central.db import transaction
from central.documents.render import RenderError, rendered
from central.errors import DomainError
from central.incidents import paper
from central.incidents import service as incidents
from central.incidents.models import Incident
from central.incidents.service import FACTS, LETTERS, Found, Letter
from central.reports.breach import Told
from central.values import LocalMoment, Text, in_vietnam
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from central.words.errors import told
from contract.local_time import VIETNAM

router = APIRouter(prefix="/incidents")

SHOWN = 200

Officer = Annotated[User, Depends(require(Permission.HANDLE_INCIDENTS))]
At = Annotated[LocalMoment, Form()]
Why = Annotated[Text, Form(min_length=5, max_length=500)]
Fact = Annotated[Text, Form(max_length=2000)]


@router.get("")
def incidents_page(request: Request, session: ReadSessionDep, user: Officer, now: Now) -> Response:
    """Open incidents, then those that were reported or dropped."""
    return _list(request, session, user, now)


def _list(request: Request, session: Session, user: User, now: datetime, **shown: Any) -> Response:
    values: dict[str, Any] = {
        "rows": incidents.listed(session, SHOWN),
        "clock": _clock(now),
        "typed": None,
        "zone": VIETNAM,
        "now": now,
        "told_at": incidents.told_at,
        "warning": "",
    }
    return render(request, "incidents.html", user, shown.pop("status", 200), **(values | shown))


@router.post("")
def enter(
    request: Request,
    session: SessionDep,
    user: Officer,
    now: Now,
    title: Annotated[Text, Form(min_length=5, max_length=200)],
    found_at: At,
    from_at: At,
    until_at: At,
) -> Response:
    """An incident was found."""
    found = Found(title, *(in_vietnam(each) for each in (found_at, from_at, until_at)))
    try:
        row = incidents.enter(session, user, found, now)
    except DomainError as refused:
        session.rollback()
        warning = told(refused, language(request)).sentence
        return _list(request, session, user, now, typed=found, warning=warning, status=refused.status)
    return _to(row.id)


@router.get("/{incident_id}")
def incident_page(
    request: Request, session: SessionDep, user: Officer, now: Now, incident_id: Id
) -> Response:
    """One incident: the countdown of both letters, what is known, who read whose data in its period."""
    return _one(request, session, user, now, incident_id)


def _one(
    request: Request, session: Session, user: User, now: datetime, incident_id: int, **shown: Any
) -> Response:
    row = incidents.get(session, incident_id)
    values: dict[str, Any] = {
        "row": row,
        "letters": LETTERS,
        "facts": FACTS,
        "entered": row.facts,
        "due_at": incidents.due_at,
        "sent_at": incidents.sent_at,
        "told_at": incidents.told_at,
        "people": accounts.names_by_id(session),
        "clock": _clock(now),
        "readings": _readings(session, user, row),
        "zone": VIETNAM,
        "now": now,
        "warning": "",
    }
    return render(request, "incident.html", user, shown.pop("status", 200), **(values | shown))


@router.post("/{incident_id}/facts")
def write(
    request: Request,
    session: SessionDep,
    user: Officer,
    now: Now,
    incident_id: Id,
    kind: Fact = "",
    systems: Fact = "",
    cause: Fact = "",
    effects: Fact = "",
    measures: Fact = "",
    help: Fact = "",
    persons_told: Fact = "",
    contact: Fact = "",
) -> Response:
    """What only the unit knows."""
    values = (kind, systems, cause, effects, measures, help, persons_told, contact)
    entered = dict(zip(FACTS, values, strict=True))
    try:
        incidents.write(session, user, incident_id, entered)
    except DomainError as refused:
        return _refused(request, session, user, now, incident_id, refused, entered=entered)
    return _to(incident_id)


@router.post("/{incident_id}/sent")
def sent(
    request: Request,
    session: SessionDep,
    user: Officer,
    now: Now,
    incident_id: Id,
    letter: Annotated[Letter, Form()],
    at: At,
    reference: Annotated[Text, Form(max_length=120)] = "",
) -> Response:
    """A letter was sent to the authority."""
    try:
        incidents.note_sent(session, user, incident_id, letter, in_vietnam(at), reference, now)
    except DomainError as refused:
        return _refused(request, session, user, now, incident_id, refused)
    return _to(incident_id)


@router.post("/{incident_id}/drop")
def drop(
    request: Request, session: SessionDep, user: Officer, now: Now, incident_id: Id, reason: Why
) -> Response:
    """It was entered by mistake: it stays listed, without deadlines."""
    try:
        incidents.drop(session, user, incident_id, reason, now)
    except DomainError as refused:
        return _refused(request, session, user, now, incident_id, refused)
    return _to(incident_id)


@router.get("/{incident_id}/{letter}.pdf")
def paper_file(request: Request, user: Officer, now: Now, incident_id: Id, letter: Letter) -> Response:
    """The notice or the report as a paper. Setting it takes seconds: nothing is held meanwhile that others
    wait for.
    """
    engine, office = request.app.state.engine, services(request).archive.office
    with transaction(engine) as session:
        row = incidents.get(session, incident_id)
        wording = Told.of(session, _readings(session, user, row), language(request))
        job = paper.job_of(row, letter, wording, office, now)
    try:
        content = rendered(job)
    except RenderError as refused:
        with transaction(engine) as session:  # the page shows the readings again
            return _refused(request, session, user, now, incident_id, refused)
    name = f'attachment; filename="incident-{incident_id}-{letter}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get("/{incident_id}/data.json")
def data_file(session: SessionDep, user: Officer, incident_id: Id) -> Response:
    """The same for software: facts, deadlines, letters, and what was read in the period."""
    row = incidents.get(session, incident_id)
    readings = _readings(session, user, row)
    content = row.model_dump(mode="json", exclude={"entered_by", "dropped_by"}) | {
        "readers": readings.readers,
        "cases_read": readings.subjects("case"),
        "persons_read": readings.subjects("party"),
        "acts_of_reading": sum(reading.count for reading in readings.readings),
    }
    name = f'attachment; filename="incident-{incident_id}.json"'
    return JSONResponse(content, headers={"Content-Disposition": name})


def _readings(session: Session, user: User, row: Incident) -> BreachReport:
    detail = {"first": row.first_at.isoformat(), "last": row.until_at.isoformat(), "person": ""}
    audit.record(session, user.actor, "audit.readings", f"incident:{row.id}", detail)
    return breach.report(session, row.first_at, row.until_at)


def _refused(
    request: Request,
    session: Session,
    user: User,
    now: datetime,
    incident_id: int,
    refused: DomainError,
    **shown: Any,
) -> Response:
    session.rollback()
    warning = told(refused, language(request)).sentence
    return _one(request, session, user, now, incident_id, warning=warning, status=refused.status, **shown)


def _clock(now: datetime) -> Any:
    """Whole hours until a moment; negative ones once it is over."""
    return lambda due: int((due - now).total_seconds() // 3600)


def _to(incident_id: int | None) -> Response:
    return RedirectResponse(f"/incidents/{incident_id}", status_code=303)
