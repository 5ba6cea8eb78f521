"""REST: the clerk's desk: letters and answers of citizens (văn bản đến), and papers that go out by post."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.citizens import answers, attachments, incoming
from central.citizens.answers import Answer
from central.citizens.attachments import Cupboard
from central.citizens.incoming import Letter
from central.citizens.models import Submission
from central.errors import NotFoundError
from central.notifications import service as notifications
from central.notifications.models import Notification
from central.parties.service import Role
from central.proceedings import service as proceedings
from central.proceedings import serving
from central.proceedings.people import mover
from central.values import Day, Reference, Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Id
from contract.local_time import local_day

router = APIRouter(tags=["letters"])

Clerk = Annotated[User, Depends(require(Permission.SEND_PAPERS))]
Reader = Annotated[User, Depends(require(Permission.VIEW_OWNER))]
Skip = Annotated[int, Query(ge=0, le=100_000)]
PAGE = 50

_Short = Annotated[Text, Field(max_length=300)]
_Words = Annotated[Text, Field(max_length=1000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LetterFields(_Body):
    """What the kind of letter needs beside its text."""

    ground: _Short = ""
    relief: _Short = ""
    name: _Short = ""
    identity: _Short = ""
    address: _Short = ""


class LetterBody(_Body):
    """A letter as a clerk enters it: of which case, from whom, how and on which day it came, what it says.
    Scans are added on the page of the console."""

    case_id: Reference
    sender: Role
    via: Literal["post", "counter", "email"]
    day: Day
    kind: Annotated[Text, Field(max_length=24)]
    text: Annotated[Text, Field(max_length=5000)] = ""
    fields: LetterFields = LetterFields()

    def letter(self) -> Letter:
        """The body as the service takes it."""
        fields = {name: value.strip() for name, value in self.fields.model_dump().items() if value.strip()}
        return Letter(self.sender, self.via, self.day, Answer(self.kind, self.text.strip(), fields))


class AcceptBody(_Body):
    """A message to the sender."""

    words: _Words = ""


class ReturnBody(AcceptBody):
    """Why it is returned; `other` needs a text."""

    reason: Annotated[Text, Field(max_length=24)]


class PurposeBody(_Body):
    """The purpose of reading the text; it is logged."""

    purpose: Annotated[Text, Field(min_length=5, max_length=200)]


class PostedBody(_Body):
    """The postal item number and the posting date."""

    reference: Annotated[Text, Field(min_length=1, max_length=60)]
    day: Day


class DeliveredBody(_Body):
    """The date of delivery."""

    day: Day


class LetterPublic(BaseModel):
    """A letter or an answer, without its text, which is read for a purpose."""

    id: int
    number: str
    case_id: int
    kind: str
    via: str
    signed_by: str
    came_on: date
    at: datetime
    state: str
    refusal: str
    replied_at: datetime | None
    files: int


class LetterPage(BaseModel):
    """A page of the register; `next` is the `skip` of the page after, null on the last."""

    items: list[LetterPublic]
    next: int | None


class LetterWords(LetterPublic):
    """A letter with its text as it was sent."""

    content: dict[str, Any]


class OutgoingPublic(BaseModel):
    """What was told to a party and waits for the post, or went by it. `problem`: why no mail; empty for
    papers that a mail alone does not deliver."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    case_id: int
    kind: str
    values: dict[str, Any]
    document_id: int | None
    at: datetime
    problem: str
    posted_on: date | None
    post_reference: str
    delivered_on: date | None


@router.get("/letters")
def list_letters(
    session: ReadSessionDep, _clerk: Clerk, which: Literal["waiting", "all"] = "waiting", skip: Skip = 0
) -> LetterPage:
    """Letters to accept, oldest first; or the whole register, latest first."""
    find = incoming.at_desk if which == "waiting" else incoming.latest
    found = find(session, skip, PAGE + 1)
    items = [_public(session, row) for row in found[:PAGE]]
    return LetterPage(items=items, next=skip + PAGE if len(found) > PAGE else None)


@router.post("/letters", status_code=201)
def enter_letter(
    request: Request, session: SessionDep, clerk: Clerk, now: Now, body: LetterBody
) -> LetterPublic:
    """Enters a letter in the register; it still has to be accepted."""
    found = services(request)
    proceeding = proceedings.of_case(session, body.case_id)
    if proceeding is None or proceeding.id is None:
        raise NotFoundError("proceeding", id=body.case_id)
    by = mover(session, clerk, local_day(now))
    cupboard = Cupboard(found.media.store, found.vault)
    row = incoming.enter(found.records(session), cupboard, proceeding.id, body.letter(), by, now)
    return _public(session, row)


@router.get("/letters/{letter_id}")
def get_letter(session: ReadSessionDep, _clerk: Clerk, letter_id: Id) -> LetterPublic:
    """One letter."""
    return _public(session, incoming.get(session, letter_id))


@router.post("/letters/{letter_id}/reading")
def read_letter(
    request: Request, session: SessionDep, reader: Reader, letter_id: Id, body: PurposeBody
) -> LetterWords:
    """The text of a letter; the access and its purpose are logged."""
    row = incoming.get(session, letter_id)
    content = answers.read(services(request).records(session), letter_id, reader.actor, body.purpose)
    return LetterWords(**_public(session, row).model_dump(), content=content)


@router.post("/letters/{letter_id}/acceptance")
def accept_letter(
    request: Request, session: SessionDep, clerk: Clerk, now: Now, letter_id: Id, body: AcceptBody
) -> LetterPublic:
    """Accepts a letter: it is entered as a step, dated when it was sent; the sender is informed."""
    by = mover(session, clerk, local_day(now))
    row = incoming.accept(services(request).records(session), letter_id, body.words, by, now)
    return _public(session, row)


@router.post("/letters/{letter_id}/return")
def return_letter(
    request: Request, session: SessionDep, clerk: Clerk, now: Now, letter_id: Id, body: ReturnBody
) -> LetterPublic:
    """Returns a letter with a reason; the sender is informed and can send another."""
    by = mover(session, clerk, local_day(now))
    records = services(request).records(session)
    return _public(session, incoming.give_back(records, letter_id, body.reason, body.words, by, now))


@router.get("/outgoing")
def list_outgoing(
    session: ReadSessionDep, _clerk: Clerk, which: Literal["waiting", "posted"] = "waiting"
) -> list[OutgoingPublic]:
    """Messages to post, oldest first; or posted ones, those without proof first. At most 100."""
    find = notifications.to_post if which == "waiting" else notifications.posted
    return [_outgoing(row) for row in find(session)]


@router.post("/outgoing/{notification_id}/posting")
def note_posted(
    session: SessionDep, clerk: Clerk, now: Now, notification_id: Id, body: PostedBody
) -> OutgoingPublic:
    """Marks a message as posted."""
    row = notifications.get(session, notification_id)
    serving.note_posted(session, row, body.reference, body.day, clerk.actor, now)
    return _outgoing(row)


@router.post("/outgoing/{notification_id}/delivery")
def note_delivered(
    session: SessionDep, clerk: Clerk, notification_id: Id, body: DeliveredBody
) -> OutgoingPublic:
    """Enters the date of delivery."""
    row = notifications.get(session, notification_id)
    notifications.note_delivered(session, row, body.day, clerk.actor)
    return _outgoing(row)


def _public(session: Session, row: Submission) -> LetterPublic:
    case_id = proceedings.get(session, row.proceeding_id).case_id
    assert row.id is not None
    files = len(attachments.of_submission(session, row.id))
    told = {name: getattr(row, name) for name in LetterPublic.model_fields if hasattr(row, name)}
    return LetterPublic(**told, case_id=case_id, files=files)


def _outgoing(row: Notification) -> OutgoingPublic:
    return OutgoingPublic.model_validate(row)
