"""Answering a notice: one form for each kind, for one notice or for several at once."""

from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Le
from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.citizens import answers, attachments, drafts
from central.citizens.answers import CONTEST_GROUNDS, KINDS, SHARED, Answer, Kind
from central.citizens.attachments import Cupboard
from central.citizens.entry import Guest
from central.citizens.files import LARGEST_FILE
from central.citizens.models import Attachment
from central.db import reading, transaction
from central.errors import DomainError, InvalidError, NotFoundError
from central.portal.pages import render
from central.portal.people import CurrentGuest, desk_of
from central.portal.views import CaseView, case_view
from central.values import LARGEST_ID, Text
from central.web.language import language
from central.web.people import Now, ReadSessionDep, SessionDep
from central.web.values import Id
from central.words.errors import told

router = APIRouter()

Field = Annotated[Text, Form(max_length=300)]
Words = Annotated[Text, Form(max_length=5000)]
Also = Annotated[list[Annotated[int, Ge(1), Le(LARGEST_ID)]], Form(max_length=50)]


def _typed(
    kind: Text,
    text: Words = "",
    ground: Field = "",
    relief: Field = "",
    name: Field = "",
    identity: Field = "",
    address: Field = "",
    phone: Field = "",
    licence_number: Field = "",
    sold_on: Field = "",
) -> Answer:
    fields = {
        "ground": ground,
        "relief": relief,
        "name": name,
        "identity": identity,
        "address": address,
        "phone": phone,
        "licence_number": licence_number,
        "sold_on": sold_on,
    }
    return Answer(kind, text.strip(), {key: value.strip() for key, value in fields.items() if value.strip()})


Typed = Annotated[Answer, Depends(_typed)]
"""The values of the form, of the kind named in the address."""


@router.get("/cases/{proceeding_id}/answer/{kind}")
def form(
    request: Request, session: ReadSessionDep, guest: CurrentGuest, now: Now, proceeding_id: Id, kind: Text
) -> Response:
    """The form of one kind; other notices to which the same answer may go can be ticked."""
    found = _kind(kind)
    view = case_view(session, guest, proceeding_id, now)
    if found not in view.offers:
        raise NotFoundError("proceeding", id=proceeding_id)
    kept = drafts.find(session, desk_of(request).vault, view.opened, found.name)
    files = attachments.waiting(session, view.opened)
    others = _others(session, guest, view, found, now)
    return _page(
        request,
        guest,
        found,
        view,
        others,
        files,
        kept[0] if kept else None,
        kept_at=kept[1] if kept else None,
    )


@router.post("/cases/{proceeding_id}/answer/{kind}")
def send(
    request: Request,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    kind: Text,
    answer: Typed,
    also: Also = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Takes the answer in, for each ticked notice by itself: one that refuses stops none of the others."""
    found = _kind(kind)
    wanted = [proceeding_id, *(number for number in also if found.name in SHARED)]
    engine, refused = request.app.state.engine, None
    for number in dict.fromkeys(wanted):
        try:
            with transaction(engine) as session:
                answers.give(desk_of(request).records(session), guest, number, answer, now)
                drafts.drop(session, guest.case(number), found.name)
        except DomainError as problem:
            refused = refused or problem
            if number == proceeding_id:
                break
    if refused is None:
        return RedirectResponse(f"/cases/{proceeding_id}?sent={found.name}", status_code=303)
    return _again(request, guest, found, proceeding_id, answer, refused, now)


@router.post("/cases/{proceeding_id}/answer/{kind}/draft")
def keep(
    request: Request,
    session: SessionDep,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    kind: Text,
    answer: Typed,
) -> Response:
    """Keeps what has been typed so far; asked by the page itself, or by the button below the form."""
    opened = guest.case(proceeding_id)
    _kind(kind)
    drafts.save(session, desk_of(request).vault, opened, answer, now)
    if request.headers.get("X-Draft"):
        return Response(status_code=204)
    return RedirectResponse(f"/cases/{proceeding_id}/answer/{kind}", status_code=303)


@router.post("/cases/{proceeding_id}/answer/{kind}/files")
def add_file(
    request: Request,
    session: SessionDep,
    guest: CurrentGuest,
    now: Now,
    proceeding_id: Id,
    kind: Text,
    file: UploadFile,
) -> Response:
    """Puts a file beside the answer; one that is refused leaves the form as it was, with the reason."""
    opened, found = guest.case(proceeding_id), _kind(kind)
    content = file.file.read(LARGEST_FILE + 1)
    desk = desk_of(request)
    try:
        Cupboard(desk.media.store, desk.vault).add(session, opened, file.filename or "", content, now)
    except DomainError as refused:
        kept = drafts.find(session, desk.vault, opened, found.name)
        answer = kept[0] if kept else Answer(found.name)
        return _again(request, guest, found, proceeding_id, answer, refused, now)
    return RedirectResponse(f"/cases/{proceeding_id}/answer/{found.name}#files", status_code=303)


@router.post("/cases/{proceeding_id}/answer/{kind}/files/{file_id}/remove")
def remove_file(
    session: SessionDep, guest: CurrentGuest, proceeding_id: Id, kind: Text, file_id: Id
) -> Response:
    """Takes a file away that has not been sent."""
    attachments.take_away(session, guest.case(proceeding_id), file_id)
    return RedirectResponse(f"/cases/{proceeding_id}/answer/{_kind(kind).name}#files", status_code=303)


def _again(
    request: Request,
    guest: Guest,
    kind: Kind,
    proceeding_id: int,
    answer: Answer,
    refused: DomainError,
    now: datetime,
) -> Response:
    """The form with everything that was typed, and the error."""
    with reading(request.app.state.engine) as session:
        view = case_view(session, guest, proceeding_id, now)
        others = _others(session, guest, view, kind, now)
        files = attachments.waiting(session, view.opened)
    words = told(refused, language(request)).sentence
    wrong = str(refused.values.get("field", "")) if isinstance(refused, InvalidError) else ""
    return _page(request, guest, kind, view, others, files, answer, words, wrong, refused.status)


def _page(
    request: Request,
    guest: Guest,
    kind: Kind,
    view: CaseView,
    others: list[CaseView],
    files: list[Attachment],
    answer: Answer | None = None,
    problem: str = "",
    wrong: str = "",
    status: int = 200,
    kept_at: datetime | None = None,
) -> Response:
    typed = answer or Answer(kind.name)
    values = {
        "kind": kind,
        "view": view,
        "others": others,
        "files": files,
        "typed": typed,
        "problem": problem,
        "wrong": wrong,
        "kept_at": kept_at,
        "largest_file": LARGEST_FILE,
    }
    return render(request, "answer.html", guest, status, grounds=CONTEST_GROUNDS, **values)


def _others(session: Session, guest: Guest, view: CaseView, kind: Kind, now: datetime) -> list[CaseView]:
    """Other notices of the same party that this answer may also be given to."""
    if kind.name not in SHARED:
        return []
    same = [
        opened.proceeding_id
        for opened in guest.opened
        if opened.party_id == view.opened.party_id and opened.proceeding_id != view.id
    ]
    views = [case_view(session, guest, number, now) for number in same]
    return [other for other in views if kind in other.offers]


def _kind(name: str) -> Kind:
    found = KINDS.get(name)
    if found is None:
        raise NotFoundError("answer_kind")
    return found
