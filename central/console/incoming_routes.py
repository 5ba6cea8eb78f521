"""The clerk's desk: submissions of citizens (văn bản đến), and papers to be posted to them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_id
from central.cases.queries import cases_by_id
from central.citizens import attachments, incoming
from central.citizens.answers import CONTEST_GROUNDS, KINDS, RELIEFS, Answer
from central.citizens.attachments import Cupboard, File
from central.citizens.files import LARGEST_FILE
from central.citizens.incoming import REFUSALS, Letter
from central.console.counter import Counter
from central.console.pages import language
from central.documents import archive as documents
from central.errors import DomainError, NotFoundError
from central.notifications import service as notifications
from central.parties.service import Role
from central.proceedings import service as proceedings
from central.proceedings import serving
from central.proceedings.service import of_case
from central.values import LARGEST_ID, Day, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id

router = APIRouter()

PAGE = 50
Skip = Annotated[int, Query(ge=0, le=100_000)]
Clerk = Annotated[User, Depends(require(Permission.SEND_PAPERS))]
Field = Annotated[Text, Form(max_length=300)]
Words = Annotated[Text, Form(max_length=1000)]

SENDERS: tuple[Role, ...] = ("owner", "driver", "buyer", "lessee")


class ClerkDesk(Counter):
    """A person at the clerk's desk."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of submissions to accept, and of papers to post."""
        return {
            "incoming": incoming.count(self.session),
            "outgoing": notifications.count_to_post(self.session),
        }


def _reading(request: Request, session: ReadSessionDep, user: Clerk, now: Now) -> ClerkDesk:
    return ClerkDesk(request, session, user, now)


def _writing(request: Request, session: SessionDep, user: Clerk, now: Now) -> ClerkDesk:
    return ClerkDesk(request, session, user, now)


Reading = Annotated[ClerkDesk, Depends(_reading)]
Writing = Annotated[ClerkDesk, Depends(_writing)]


@router.get("/incoming")
def incoming_page(at: Reading, which: Literal["waiting", "all"] = "waiting", skip: Skip = 0) -> Response:
    """What came: what waits first come first, or the whole register."""
    find = incoming.at_desk if which == "waiting" else incoming.latest
    found = find(at.session, skip, PAGE + 1)
    rows = found[:PAGE]
    case_ids = proceedings.cases_of(at.session, {row.proceeding_id for row in rows})
    return at.shown(
        "incoming.html",
        rows=rows,
        which=which,
        case_ids=case_ids,
        cases=cases_by_id(at.session, set(case_ids.values())),
        more=skip + PAGE if len(found) > PAGE else None,
    )


@router.get("/incoming/new")
def letter_form(at: Reading, about: Annotated[Text, Query(max_length=60)] = "") -> Response:
    """The form for a letter; `about` is the number of a case or of a paper that the letter names."""
    return _form(at, about)


def _form(at: ClerkDesk, about: str, typed: Letter | None = None, **told_here: Any) -> Response:
    case_id = _case_named(at.session, about.strip())
    parties = services(at.request).parties(at.session)
    senders = [role for role in SENDERS if case_id and parties.of_case(case_id, role) is not None]
    if about.strip() and not senders and not told_here:
        told_here = {"warning": at.t("incoming.not_found", about=about), "status": 404}
    return at.shown(
        "letter.html",
        about=about,
        case_id=case_id if senders else None,
        senders=senders,
        kinds=list(KINDS),
        grounds=CONTEST_GROUNDS,
        reliefs=RELIEFS,
        typed=typed,
        largest=LARGEST_FILE,
        **told_here,
    )


def _case_named(session: Session, about: str) -> int | None:
    """The case with that number, or of the paper with that number."""
    if about.isascii() and about.isdigit() and 0 < int(about) <= LARGEST_ID:
        return int(about) if of_case(session, int(about)) is not None else None
    paper = documents.of_number(session, about) if about else None
    return paper.case_id if paper is not None else None


@router.post("/incoming/new")
def enter_letter(
    at: Writing,
    about: Annotated[Text, Form(max_length=60)],
    sender: Annotated[Role, Form()],
    via: Annotated[Literal["post", "counter", "email"], Form()],
    day: Annotated[Day, Form()],
    kind: Annotated[Text, Form(max_length=24)],
    text: Annotated[Text, Form(max_length=5000)] = "",
    ground: Field = "",
    relief: Field = "",
    name: Field = "",
    identity: Field = "",
    address: Field = "",
    files: list[UploadFile] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Enters a letter in the register; it waits for being accepted."""
    typed = {"ground": ground, "relief": relief, "name": name, "identity": identity, "address": address}
    fields = {key: value.strip() for key, value in typed.items() if value.strip()}
    read = tuple(File(one.filename or "", one.file.read(LARGEST_FILE + 1)) for one in files if one.filename)
    letter = Letter(sender, via, day, Answer(kind, text.strip(), fields), read)
    found = services(at.request)
    try:
        proceeding = of_case(at.session, _case_named(at.session, about.strip()) or 0)
        if proceeding is None or proceeding.id is None:
            raise NotFoundError("proceeding", id=about)
        cupboard = Cupboard(found.media.store, found.vault)
        row = incoming.enter(found.records(at.session), cupboard, proceeding.id, letter, at.by, at.now)
    except DomainError as refused:
        return _form(at, about, letter, **at.refused(refused))
    return RedirectResponse(f"/incoming/{row.id}", status_code=303)


@router.get("/incoming/{submission_id}")
def one_page(at: Reading, submission_id: Id) -> Response:
    """One thing that came; its words open for a purpose."""
    return _one(at, submission_id)


def _one(at: ClerkDesk, submission_id: int, **told_here: Any) -> Response:
    row = incoming.get(at.session, submission_id)
    can_return = row.step_id is None or incoming.returning_step(row.kind) is not None
    return at.shown(
        "incoming_one.html",
        row=row,
        case_id=proceedings.get(at.session, row.proceeding_id).case_id,
        files=attachments.of_submission(at.session, submission_id),
        refusals=REFUSALS,
        can_return=can_return,
        names=names_by_id(at.session),
        **told_here,
    )


@router.post("/incoming/{submission_id}/accept")
def accept(at: Writing, submission_id: Id, words: Words = "") -> Response:
    """Accepts it; its sender is told."""
    try:
        row = incoming.accept(services(at.request).records(at.session), submission_id, words, at.by, at.now)
    except DomainError as refused:
        return _one(at, submission_id, **at.refused(refused))
    return _one(at, submission_id, said=at.t("incoming.accepted", number=row.number))


@router.post("/incoming/{submission_id}/return")
def give_back(
    at: Writing, submission_id: Id, reason: Annotated[Text, Form(max_length=24)], words: Words = ""
) -> Response:
    """Returns it for a reason; its sender is told and can send another."""
    records = services(at.request).records(at.session)
    try:
        row = incoming.give_back(records, submission_id, reason, words, at.by, at.now)
    except DomainError as refused:
        return _one(at, submission_id, **at.refused(refused))
    return _one(at, submission_id, said=at.t("incoming.returned", number=row.number))


@router.get("/outgoing")
def outgoing_page(at: Reading) -> Response:
    """What nobody could be told electronically and has to be posted; what was posted, with its proof."""
    return _outgoing(at)


def _outgoing(at: ClerkDesk, **told_here: Any) -> Response:
    waits, went = notifications.to_post(at.session), notifications.posted(at.session)
    lang = language(at.request)
    words = {row.id: notifications.words_of(row, lang) for row in (*waits, *went)}
    return at.shown("outgoing.html", waits=waits, went=went, words=words, **told_here)


@router.post("/outgoing/{notification_id}/posted")
def posted(
    at: Writing,
    notification_id: Id,
    reference: Annotated[Text, Form(min_length=1, max_length=60)],
    day: Annotated[Day, Form()],
) -> Response:
    """The paper went to the post under a number."""
    try:
        row = notifications.get(at.session, notification_id)
        serving.note_posted(at.session, row, reference, day, at.by.audit_name, at.now)
    except DomainError as refused:
        return _outgoing(at, **at.refused(refused))
    return _outgoing(at, said=at.t("outgoing.noted", reference=reference))


@router.post("/outgoing/{notification_id}/delivered")
def delivered(at: Writing, notification_id: Id, day: Annotated[Day, Form()]) -> Response:
    """The post's proof that it was handed over."""
    try:
        row = notifications.get(at.session, notification_id)
        notifications.note_delivered(at.session, row, day, at.by.audit_name)
    except DomainError as refused:
        return _outgoing(at, **at.refused(refused))
    return _outgoing(at, said=at.t("outgoing.proved", reference=row.post_reference))
