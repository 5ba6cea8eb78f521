"""REST: the proceedings of a case (tracks, steps, papers, parties), desks, deadlines."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.requests import Request

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.deadlines import service as deadlines
from central.documents import archive as documents
from central.errors import ForbiddenError, NotFoundError
from central.law import service as law
from central.parties.service import Reader
from central.proceedings import desk as casework
from central.proceedings import requalifying, sight, waiting
from central.proceedings.acting import Wanted, perform
from central.proceedings.models import Proceeding
from central.proceedings.overview import Overview, overview
from central.proceedings.people import desks_of, mover
from central.proceedings.tracks import Actor
from central.values import Day, Text, Version
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter(tags=["proceedings"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_PROCEEDINGS))]


class StepPublic(BaseModel):
    """A step that leads on from where a track is: by whom, what stands against it for this person."""

    action: str
    actors: list[str]
    basis: str
    open: bool
    problems: list[str]


class TrackPublic(BaseModel):
    """One track and its state."""

    track: str
    state: str
    steps: list[StepPublic]


class DeadlinePublic(BaseModel):
    """A deadline (thời hạn) of a case."""

    model_config = ConfigDict(from_attributes=True)

    case_id: int
    code: str
    whose: str
    start: date
    last_day: date
    due_at: datetime
    met_on: date | None
    legal_basis: str


class PaperPublic(BaseModel):
    """A paper of a case; `sha256` of its file, null while that is being made."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    number: str
    dated: date
    state: str
    sha256: str | None
    pages: int | None
    signed_as: str
    sent_at: datetime | None


class HistoryPublic(BaseModel):
    """A step that was taken."""

    model_config = ConfigDict(from_attributes=True)

    action: str
    day: date
    at: datetime
    actor: str
    reason: str
    note: str
    moved: dict[str, list[str]]


class MoneyPublic(BaseModel):
    """Amounts of a decision as of today, in dong."""

    number: str
    fine: int
    late_fee: int
    paid: int
    owed: int


class ProceedingPublic(BaseModel):
    """The proceedings of a case as this person sees them. Nobody's name: parties are read for a purpose."""

    case_id: int
    kind: str
    version: int
    unit: str
    handled_by: str
    limitation_on: date
    tracks: list[TrackPublic]
    deadlines: list[DeadlinePublic]
    papers: list[PaperPublic]
    history: list[HistoryPublic]
    money: MoneyPublic | None


class StepBody(BaseModel):
    """A step to take: on which version, on which day it happened (today unless told), why, and what belongs
    to it (see docs/proceedings.md)."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[Text, Field(max_length=32)]
    version: Version
    day: Day | None = None
    reason: Annotated[Text, Field(max_length=40)] = ""
    note: Annotated[Text, Field(max_length=1000)] = ""
    particulars: dict[str, Any] = {}


class ActPublic(BaseModel):
    """Another act that fits a recorded offence; band in dong, for an individual."""

    law_code: str
    article: str
    act_vi: str
    act_en: str
    vehicle: str
    party: str
    fine_min: int
    fine_max: int
    points: int


class PurposeBody(BaseModel):
    """The purpose of reading personal data."""

    model_config = ConfigDict(extra="forbid")

    purpose: Annotated[Text, Field(min_length=5, max_length=200)]


class PartyPublic(BaseModel):
    """A person or organisation of a case."""

    role: str
    source: str
    details: dict[str, Any]


class WaitingPublic(BaseModel):
    """A step waiting at a desk."""

    model_config = ConfigDict(from_attributes=True)

    case_id: int
    action: str
    since: datetime
    due_at: datetime | None


class DeskPublic(BaseModel):
    """A desk: how many cases wait, by step, and a page of them."""

    desk: str
    counts: dict[str, int]
    items: list[WaitingPublic]


class DeadlineCount(BaseModel):
    """How many deadlines of a kind are near, how many late."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    near: int
    late: int


class DeadlinePage(BaseModel):
    """Near and late deadlines; those that can still be met come first."""

    counts: list[DeadlineCount]
    items: list[DeadlinePublic]


@router.get("/proceedings/{case_id}")
def get_proceeding(session: SessionDep, user: Viewer, now: Now, case_id: Id) -> ProceedingPublic:
    """Tracks, steps, deadlines, papers and history of a case; that it was read goes into the audit log."""
    proceeding = sight.proceeding_for(session, user, case_id)
    audit.record(session, user.actor, "proceeding.view", f"case:{case_id}", {})
    return _public(session, user, proceeding, now)


@router.post("/proceedings/{case_id}/steps")
def take_step(
    request: Request, session: SessionDep, user: Viewer, now: Now, case_id: Id, body: StepBody
) -> ProceedingPublic:
    """Takes a step. 409 when the tables refuse (with every reason in `values.problems`) or the case has
    changed."""
    sight.proceeding_for(session, user, case_id)
    wanted = Wanted(body.action, body.version, body.day, body.reason, body.note, body.particulars)
    found = services(request)
    by = mover(session, user, local_day(now))
    perform(found.records(session), case_id, wanted, by, now, found.places)
    return _public(session, user, sight.proceeding_for(session, user, case_id), now)


@router.get("/proceedings/{case_id}/acts")
def list_acts(session: ReadSessionDep, user: Viewer, case_id: Id) -> list[ActPublic]:
    """Other acts that fit the case (`law_code` of the step `propose_requalification`)."""
    proceeding = sight.proceeding_for(session, user, case_id)
    return [
        ActPublic(
            law_code=option.offence.code,
            act_vi=option.act.name_vi,
            act_en=option.act.name_en,
            **option.offence.model_dump(
                include={"article", "vehicle", "party", "fine_min", "fine_max", "points"}
            ),
        )
        for option in requalifying.options(session, proceeding)
    ]


@router.post("/proceedings/{case_id}/parties/{role}")
def read_party(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    case_id: Id,
    role: Literal["owner", "driver", "buyer", "lessee"],
    body: PurposeBody,
) -> PartyPublic:
    """A person's data, read for a purpose; both are logged."""
    sight.proceeding_for(session, user, case_id)
    store = services(request).parties(session)
    link = store.of_case(case_id, role)
    if link is None:
        raise NotFoundError("party", id=role)
    details = store.read(link.party_id, Reader(user.actor, body.purpose, case_id))
    return PartyPublic(
        role=role, source=link.source, details=details.model_dump(mode="json", exclude_none=True)
    )


@router.post("/proceedings/{case_id}/file")
def bind_file(
    request: Request,
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.VIEW_OWNER))],
    now: Now,
    case_id: Id,
) -> PaperPublic:
    """Makes the case file: one PDF with the evidence and all documents."""
    proceeding = sight.proceeding_for(session, user, case_id)
    by = mover(session, user, local_day(now))
    records = services(request).records(session)
    return PaperPublic.model_validate(casework.bind_file(records, proceeding, by, now))


@router.get(
    "/proceedings/{case_id}/papers/{document_id}",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def get_paper(request: Request, session: SessionDep, user: Viewer, case_id: Id, document_id: Id) -> Response:
    """A document, byte for byte as signed; the access is logged."""
    sight.proceeding_for(session, user, case_id)
    if documents.get(session, document_id).case_id != case_id:
        raise NotFoundError("document", id=document_id)
    archive = services(request).archive
    _, pdf = archive.show(session, document_id, user.actor, f"case:{case_id}")
    return Response(pdf, media_type="application/pdf")


@router.get("/desks/{desk}")
def get_desk(
    session: ReadSessionDep,
    user: Viewer,
    now: Now,
    desk: Annotated[Actor, Path()],
    action: Annotated[Text | None, Query(max_length=32)] = None,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> DeskPublic:
    """Waiting work of a desk; what can still be done in time comes first."""
    if desk not in desks_of(user):
        raise ForbiddenError("desk")
    rows = waiting.at_desk(session, desk, now, action, skip)
    counts = waiting.counts(session, desk, local_day(now))
    items = [WaitingPublic.model_validate(row) for row in rows]
    return DeskPublic(desk=desk.value, counts=counts, items=items)


@router.get("/deadlines")
def list_deadlines(
    session: ReadSessionDep,
    _user: Annotated[User, Depends(require(Permission.VIEW_DEADLINES))],
    now: Now,
    code: Annotated[Text | None, Query(max_length=32)] = None,
    whose: Literal["authority", "citizen"] = "authority",
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> DeadlinePage:
    """Near and late deadlines, 100 per page."""
    calendar = law.book(session).calendar
    rows = deadlines.to_do(session, calendar, now, code, whose, skip)
    counts = deadlines.counts(session, calendar, now, whose)
    return DeadlinePage(
        counts=[DeadlineCount.model_validate(count) for count in counts],
        items=[DeadlinePublic.model_validate(row) for row in rows],
    )


def _public(session: Session, user: User, proceeding: Proceeding, now: datetime) -> ProceedingPublic:
    seen = overview(session, proceeding, mover(session, user, local_day(now)), now)
    papers = documents.of_case(session, proceeding.case_id)
    return ProceedingPublic(
        case_id=proceeding.case_id,
        kind=proceeding.kind,
        version=proceeding.version,
        unit=proceeding.unit,
        handled_by=proceeding.handled_by,
        limitation_on=proceeding.limitation_on,
        tracks=_tracks(seen),
        deadlines=[DeadlinePublic.model_validate(row) for row in seen.deadlines],
        papers=[PaperPublic.model_validate(paper) for paper in papers],
        history=[HistoryPublic.model_validate(step) for step in seen.history],
        money=_money(seen),
    )


def _tracks(seen: Overview) -> list[TrackPublic]:
    return [
        TrackPublic(
            track=view.track.value,
            state=view.state,
            steps=[
                StepPublic(
                    action=offer.step.action,
                    actors=[actor.value for actor in offer.people],
                    basis=offer.step.basis,
                    open=offer.open,
                    problems=list(offer.problems),
                )
                for offer in view.offers
            ],
        )
        for view in seen.tracks
    ]


def _money(seen: Overview) -> MoneyPublic | None:
    if seen.decision is None:
        return None
    stand = seen.loaded.dossier.money
    return MoneyPublic(
        number=seen.decision.number,
        fine=stand.fine,
        late_fee=stand.late_fee,
        paid=stand.paid,
        owed=stand.owed,
    )
