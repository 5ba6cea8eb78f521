"""Connections to other authorities: their state, retries, and answers by hand where there is no interface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Path, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.connections import sheets
from central.connections.by_hand import MOST, Asked, ByHand, Hand, columns_of, read_answer, take_file
from central.connections.wording import column_named, column_word, option_word, rows_of, value_word, values_of
from central.console.connections import SYSTEMS, lines, rooms, try_again
from central.console.pages import language, render
from central.errors import DomainError, NotFoundError
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.services import services
from central.words.errors import told

router = APIRouter(prefix="/connections")

SHOWN = 50
FAULTS_SHOWN = 20

Viewer = Annotated[User, Depends(require(Permission.VIEW_CONNECTIONS))]
Answerer = Annotated[User, Depends(require(Permission.ANSWER_BY_HAND))]
Source = Annotated[Text, Form(min_length=5, max_length=200)]
Key = Annotated[Text, Path(max_length=40)]
SystemName = Annotated[Text, Path(max_length=24)]


@router.get("")
def connection_list(request: Request, session: ReadSessionDep, user: Viewer, now: Now) -> Response:
    """How each connection stands."""
    found = lines(session, request.app.state.settings, services(request), now)
    return render(
        request,
        "connections.html",
        user,
        lines=found,
        may_mend=user.may(Permission.MEND_CONNECTIONS),
        may_answer=user.may(Permission.ANSWER_BY_HAND),
    )


@router.post("/{system}/retry")
def retry(
    session: SessionDep,
    user: Annotated[User, Depends(require(Permission.MEND_CONNECTIONS))],
    now: Now,
    system: SystemName,
) -> Response:
    """The circuit is closed and everything that waits is tried now."""
    if system not in {each.name for each in SYSTEMS}:
        raise NotFoundError("connection", name=system)
    try_again(session, system, now, user.actor)
    return RedirectResponse("/connections", status_code=303)


@dataclass(frozen=True)
class Page:
    """A person at the questions of one connection."""

    request: Request
    session: Session
    user: User
    now: Now
    system: str
    room: ByHand

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"/connections/{self.system}"

    @property
    def actor(self) -> str:
        """The actor in the audit log."""
        return self.user.actor

    def hand(self, note: str, kind: Literal["file", "person"]) -> Hand:
        """This person, entering an answer from a letter or list."""
        return Hand(self.user, note, kind)

    def shown(self, status: int = 200, **values: Any) -> Response:
        """The list of waiting questions, with the result of a file."""
        return self.rendered(
            "by_hand.html",
            status,
            waiting=self.room.waiting(self.session, self.now, SHOWN, self.actor),
            count=self.room.count(self.session, self.now),
            **{"taken": None, "faults": [], "warning": "", "source": "", **values},
        )

    def question(
        self, asked: Asked, status: int = 200, warning: str = "", entered: Mapping[str, str] | None = None
    ) -> Response:
        """The form for one question; after a refusal it keeps what was typed."""
        return self.rendered("question.html", status, asked=asked, warning=warning, entered=entered or {})

    def rendered(self, template: str, status: int, **values: Any) -> Response:
        """A page with the texts of its columns."""
        lang = language(self.request)
        return render(
            self.request,
            template,
            self.user,
            status,
            system=self.system,
            address=self.address,
            asks=self.room.asks,
            columns=columns_of(self.room.shape),
            column_word=lambda name: column_word(name, lang),
            value_word=lambda name, value: value_word(name, value, lang),
            option_word=lambda column, option: option_word(column, option, lang),
            **values,
        )


def _page(request: Request, session: SessionDep, user: Answerer, now: Now, system: SystemName) -> Page:
    found = rooms(services(request)).get(system)
    if found is None:
        raise NotFoundError("connection", name=system)
    return Page(request, session, user, now, system, found)


AtQuestions = Annotated[Page, Depends(_page)]


@router.get("/{system}")
def question_list(page: AtQuestions) -> Response:
    """What waits for an answer, the longest first."""
    return page.shown()


@router.get("/{system}/waiting.{kind}")
def take_out(page: AtQuestions, kind: sheets.Kind) -> Response:
    """Everything that waits, as a file to fill in; that it was taken out is written down."""
    waiting = page.room.waiting(page.session, page.now, MOST, page.actor)
    heads, rows = rows_of(waiting, page.room.asks, columns_of(page.room.shape), language(page.request))
    write, media = sheets.WRITERS[kind]
    detail = {"as": kind, "questions": len(rows)}
    audit.record(page.session, page.actor, "connection.take_out", f"connection:{page.system}", detail)
    name = f"{page.system}-{page.now:%Y%m%d-%H%M}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(heads, rows), media_type=media, headers=headers)


@router.post("/{system}/answers")
def take_in(page: AtQuestions, file: Annotated[UploadFile, File()], source: Source) -> Response:
    """Answers from a file: entered with its source, or told line by line why not."""
    lang = language(page.request)
    columns = columns_of(page.room.shape)
    try:
        content = file.file.read(sheets.LARGEST + 1)
        rows = [values_of(row, columns) for row in sheets.read(content, column_named)]
        hand = page.hand(source, "file")
        taken = take_file(page.session, page.room, rows, hand, page.now)
    except DomainError as refused:
        page.session.rollback()
        return page.shown(refused.status, warning=told(refused, lang).sentence, source=source)
    detail = {"source": source, "entered": taken.entered, "left": len(taken.left)}
    audit.record(page.session, hand.actor, "connection.take_in", f"connection:{page.system}", detail)
    faults = [(line, told(why, lang).sentence) for line, why in taken.left[:FAULTS_SHOWN]]
    return page.shown(taken=taken, faults=faults, source=source)


@router.get("/{system}/questions/{key}")
def question_page(page: AtQuestions, key: Key) -> Response:
    """One question, to be answered from a letter."""
    asked = page.room.find(page.session, key, page.now, page.actor)
    return page.question(asked)


async def _entered(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str) and len(value) <= 300}


@router.post("/{system}/questions/{key}")
def answer_question(
    page: AtQuestions,
    key: Key,
    source: Source,
    entered: Annotated[dict[str, str], Depends(_entered)],
) -> Response:
    """One answer, typed from a letter."""
    hand = page.hand(source, "person")
    asked = page.room.find(page.session, key, page.now, hand.actor)
    try:
        answer = read_answer(page.room.shape, entered)
        with page.session.begin_nested():  # a refusal rolls back the answer, not the audit entry of reading
            page.room.enter(page.session, asked, answer, hand, page.now)
    except DomainError as refused:
        warning = told(refused, language(page.request)).sentence
        return page.question(asked, refused.status, warning, entered)
    return RedirectResponse(page.address, status_code=303)
