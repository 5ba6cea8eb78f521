"""REST: forms of papers: those in use; new editions uploaded as drafts, approved by another person."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.documents import editions, forms, trial
from central.documents.models import FormEdition
from central.documents.values import Edition
from central.proceedings import form_impact
from central.values import Day, Text, Verbatim
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.values import Id
from configs.law_rows import Confidence
from contract.local_time import local_day

router = APIRouter(tags=["forms"])

Viewer = Annotated[User, Depends(require(Permission.VIEW_LAW))]
Uploader = Annotated[User, Depends(require(Permission.UPLOAD_LAW))]
Lawyer = Annotated[User, Depends(require(Permission.APPROVE_LAW))]


class FormInUse(BaseModel):
    """The form papers of a kind are made on today; `form` is the uploaded edition, null for the shipped
    one, whose row is as sure as `confidence` says.
    """

    kind: str
    form: int | None
    confidence: Confidence | None
    code: str
    title: str
    basis: str
    sha256: str


class FormDetail(FormInUse):
    """The same with its template."""

    template: str


class EditionBody(BaseModel):
    """A new edition of a paper's form."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[Text, Field(max_length=24)]
    code: Annotated[Text, Field(max_length=120)] = ""
    title: Annotated[Text, Field(min_length=1, max_length=200)]
    basis: Annotated[Text, Field(min_length=1, max_length=300)]
    valid_from: Day
    note: Annotated[Text, Field(min_length=5, max_length=500)]
    template: Annotated[Verbatim, Field(min_length=1, max_length=editions.LARGEST)]


class WhyBody(BaseModel):
    """Why an edition is given up."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=5, max_length=500)]


class EditionPublic(BaseModel):
    """One uploaded edition."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    code: str
    title: str
    basis: str
    valid_from: date
    state: str
    sha256: str
    note: str
    uploaded_at: datetime
    activated_at: datetime | None
    ended_at: datetime | None
    ended_why: str


class EditionDetail(EditionPublic):
    """An edition with its template; `touched`: open cases that can still get this paper and have none, the
    first in `touched_cases`; `made`: papers of the kind that were made and stay, `used`: those made on this
    edition; `changed_parts`: shared parts that an update changed since a lawyer saw the edition.
    """

    template: str
    touched: int
    touched_cases: list[int]
    made: int
    used: int
    changed_parts: list[str]


@router.get("/forms")
def list_forms(session: ReadSessionDep, _user: Viewer, now: Now) -> list[FormInUse]:
    """Every paper with the form in use."""
    today = local_day(now)
    return [_in_use(kind, editions.for_paper(session, kind, today), today) for kind in forms.KINDS]


@router.get("/forms/{kind}")
def get_form(
    session: ReadSessionDep, _user: Viewer, now: Now, kind: Annotated[Text, Path(max_length=24)]
) -> FormDetail:
    """The form in use with its template."""
    today = local_day(now)
    edition, source = editions.with_source(session, forms.known(kind), today)
    return FormDetail(**_in_use(kind, edition, today).model_dump(), template=source)


def _in_use(kind: str, edition: Edition, today: date) -> FormInUse:
    confidence = forms.confidence(kind, today) if edition.form is None else None
    return FormInUse(kind=kind, confidence=confidence, **edition.model_dump(exclude={"template"}))


@router.get("/form-editions")
def list_editions(session: ReadSessionDep, _user: Viewer) -> list[EditionPublic]:
    """Every uploaded edition, newest first."""
    return [EditionPublic.model_validate(edition) for edition in editions.editions(session)]


@router.post("/form-editions")
def upload(request: Request, user: Uploader, now: Now, body: EditionBody) -> EditionPublic:
    """Checks a template and stores it as a draft; takes some seconds."""
    row = editions.Row(body.kind, body.code, body.title, body.basis, body.valid_from, body.note)
    edition = editions.add(request.app.state.engine, row, body.template, user, now)
    return EditionPublic.model_validate(edition)


@router.get("/form-editions/{form_id}")
def get_edition(session: ReadSessionDep, _user: Viewer, form_id: Id) -> EditionDetail:
    """One edition and what it touches."""
    return _detail(session, editions.edition_of(session, form_id))


@router.get("/form-editions/{form_id}/preview", response_class=Response)
def preview(session: ReadSessionDep, _user: Viewer, form_id: Id) -> Response:
    """A paper of invented values on this edition (PDF)."""
    edition = editions.edition_of(session, form_id)
    job = trial.of_sample(edition.kind, editions.as_value(edition), edition.template)
    return Response(trial.as_file(job), media_type="application/pdf")


@router.post("/form-editions/{form_id}/activation")
def activate(request: Request, user: Lawyer, now: Now, form_id: Id) -> EditionPublic:
    """Approves a draft: papers that bear its first day or a later one are made on it."""
    return EditionPublic.model_validate(editions.approve(request.app.state.engine, form_id, user, now))


@router.post("/form-editions/{form_id}/confirmation")
def confirm(request: Request, user: Lawyer, form_id: Id) -> EditionPublic:
    """An approved edition was looked at again after its shared parts changed."""
    return EditionPublic.model_validate(editions.confirm(request.app.state.engine, form_id, user))


@router.post("/form-editions/{form_id}/drop")
def drop(session: SessionDep, user: Uploader, now: Now, form_id: Id, body: WhyBody) -> EditionPublic:
    """Discards a draft."""
    return EditionPublic.model_validate(editions.drop(session, form_id, user, body.reason, now))


@router.post("/form-editions/{form_id}/withdrawal")
def withdraw(session: SessionDep, user: Lawyer, now: Now, form_id: Id, body: WhyBody) -> EditionPublic:
    """Takes an approved edition back on which no paper was made yet."""
    return EditionPublic.model_validate(editions.withdraw(session, form_id, user, body.reason, now))


def _detail(session: Session, edition: FormEdition) -> EditionDetail:
    assert edition.id is not None
    found = form_impact.touched(session, edition.kind)
    return EditionDetail(
        **EditionPublic.model_validate(edition).model_dump(),
        template=edition.template,
        touched=found.waiting,
        touched_cases=list(found.cases),
        made=found.made,
        used=editions.papers_made(session, edition.id),
        changed_parts=list(editions.changed_parts(edition)),
    )
