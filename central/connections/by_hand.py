"""Answers by hand (nhập tay): waiting questions are exported as a file or shown on a page, answers are
entered with their source and the person who entered them.

National interfaces may be missing for years; cases must be completed without them. Each feature that asks
another authority provides a `ByHand` for its own questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, get_args, get_origin

from pydantic import BaseModel, StringConstraints, ValidationError
from sqlmodel import Session

from central.accounts.models import User
from central.connections.origin import Origin
from central.errors import DomainError, InvalidError, NotFoundError
from central.values import Text

MOST = 5000
"""Most questions in one file."""

Short = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A text value of an answer."""

Kind = Literal["text", "day", "choice"]


@dataclass(frozen=True)
class Column:
    """One value of an answer; `options` for a choice."""

    name: str
    kind: Kind
    required: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One waiting question; `key` identifies it, `values` are its content. `since`: waiting since then.
    `question`: the feature's own object, where answering needs more than the values.
    """

    key: str
    values: Mapping[str, str]
    since: datetime | None = None
    question: object = None


@dataclass(frozen=True)
class Hand:
    """The person entering an answer, from which letter or list (`note`), typed or by a file."""

    user: User
    note: str
    kind: Literal["file", "person"] = "person"

    @property
    def actor(self) -> str:
        """The actor in the audit log."""
        return self.user.actor

    @property
    def origin(self) -> Origin:
        """The origin stored with the answer."""
        return Origin(self.kind, self.note, self.actor)


class ByHand(Protocol):
    """A feature's questions that people may answer. `asks` names the values of a question, `shape` is the
    model of an answer (its first field says whether there is an answer: if it is empty in a file, there is
    none yet).
    """

    @property
    def asks(self) -> tuple[str, ...]: ...

    @property
    def shape(self) -> type[BaseModel]: ...

    def count(self, session: Session, now: datetime) -> int:
        """Number of waiting questions."""

    def waiting(self, session: Session, now: datetime, limit: int, actor: str) -> list[Asked]:
        """The waiting questions, the longest waiting first; reading their personal data is audited."""

    def find(self, session: Session, key: str, now: datetime, actor: str) -> Asked:
        """The waiting question with that key. Raises NotFoundError if it is not waiting."""

    def enter(self, session: Session, asked: Asked, answer: Any, hand: Hand, now: datetime) -> None:
        """Stores the answer, given as a model of `shape`. Raises DomainError."""


@dataclass
class Taken:
    """Result of a file: how many answers were entered; the lines that were not, each with the reason."""

    entered: int = 0
    empty: int = 0
    left: list[tuple[int, DomainError]] = field(default_factory=list)


def columns_of(shape: type[BaseModel]) -> tuple[Column, ...]:
    """The values of an answer, in their order."""
    return tuple(
        _column(name, info.annotation, info.is_required()) for name, info in shape.model_fields.items()
    )


def _column(name: str, annotation: Any, required: bool) -> Column:
    inner = [each for each in get_args(annotation) if each is not type(None)]
    plain = inner[0] if type(None) in get_args(annotation) else annotation
    if get_origin(plain) is Annotated:
        plain = get_args(plain)[0]
    if get_origin(plain) is Literal:
        return Column(name, "choice", required, get_args(plain))
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return Column(name, "choice", required, tuple(each.value for each in plain))
    if plain is date:
        return Column(name, "day", required)
    return Column(name, "text", required)


def number_of(key: str) -> int:
    """The number in a question's key. Raises NotFoundError if it is not a number."""
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise NotFoundError("question", key=key[:20])
    return int(key)


def read_answer(shape: type[BaseModel], values: Mapping[str, str]) -> Any:
    """Parses an answer as typed or as found in a file. Raises InvalidError naming the wrong column."""
    known = {name: values.get(name, "").strip() for name in shape.model_fields}
    try:
        return shape.model_validate({name: value for name, value in known.items() if value})
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        column = str(first["loc"][0]) if first["loc"] else next(iter(shape.model_fields))
        missing = first["type"] in ("missing", "value_error")
        raise InvalidError(
            "answer_missing" if missing else "answer_value", field=column, column=column
        ) from None


def take_file(
    session: Session, room: ByHand, rows: Sequence[Mapping[str, str]], hand: Hand, now: datetime
) -> Taken:
    """Enters the answers of a file's rows (values by column name, `key` with them).

    Every row is read before the first is entered: a file with a wrong value is rejected as a whole. A
    question that was answered meanwhile is skipped and reported.
    """
    taken = Taken()
    first = next(iter(room.shape.model_fields))
    read: list[tuple[int, Mapping[str, str], Any]] = []
    for line, row in enumerate(rows, 2):
        if not row.get(first, "").strip():
            taken.empty += 1
            continue
        try:
            read.append((line, row, read_answer(room.shape, row)))
        except DomainError as wrong:
            taken.left.append((line, wrong))
    if taken.left:
        return taken
    for line, row, answer in read:
        try:
            with session.begin_nested():
                asked = room.find(session, row.get("key", ""), now, hand.actor)
                _same_question(asked, row)
                room.enter(session, asked, answer, hand, now)
                taken.entered += 1
        except DomainError as refused:
            taken.left.append((line, refused))
    return taken


def _same_question(asked: Asked, row: Mapping[str, str]) -> None:
    """Whether the row still matches the question: a plate or number may have been corrected since."""
    for name, value in asked.values.items():
        if name in row and row[name].strip() != value.strip():
            raise InvalidError("answer_other", field=name, column=name)
