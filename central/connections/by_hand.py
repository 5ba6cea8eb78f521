"""Answers by hand (nhập tay): questions that wait go out as a file or onto a page, answers come back with
their source and who entered them.

National interfaces may be missing for years; a case must reach its end without them. Each feature that asks
another authority gives a `ByHand` over its own questions.
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
"""Questions in one file."""

Short = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A text of an answer."""

Kind = Literal["text", "day", "choice"]


@dataclass(frozen=True)
class Column:
    """One value of an answer; `options` of a choice."""

    name: str
    kind: Kind
    required: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One question that waits; `key` names it, `values` say it. `since`: when it began to wait. `question`:
    as the feature itself knows it, where answering needs more than the values."""

    key: str
    values: Mapping[str, str]
    since: datetime | None = None
    question: object = None


@dataclass(frozen=True)
class Hand:
    """Who enters an answer, from which letter or list (`note`), typed or by a file."""

    user: User
    note: str
    kind: Literal["file", "person"] = "person"

    @property
    def actor(self) -> str:
        """As the audit log names them."""
        return self.user.actor

    @property
    def origin(self) -> Origin:
        """As it is kept with the answer."""
        return Origin(self.kind, self.note, self.actor)


class ByHand(Protocol):
    """A feature's questions that people may answer. `asks` names the values of a question, `shape` those of
    an answer (its first field says whether there is one: an empty one in a file is no answer yet)."""

    @property
    def asks(self) -> tuple[str, ...]: ...

    @property
    def shape(self) -> type[BaseModel]: ...

    def count(self, session: Session, now: datetime) -> int:
        """How many questions wait."""

    def waiting(self, session: Session, now: datetime, limit: int, actor: str) -> list[Asked]:
        """The questions that wait, the longest first; what is personal in them is written down."""

    def find(self, session: Session, key: str, now: datetime, actor: str) -> Asked:
        """One question. Raises NotFoundError when it does not wait."""

    def enter(self, session: Session, asked: Asked, answer: Any, hand: Hand, now: datetime) -> None:
        """Stores the answer, in the shape. Raises DomainError."""


@dataclass
class Taken:
    """What came of a file: how many answers went in; lines that did not, each with why."""

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
    """The number that a question's key is. Raises NotFoundError where it is none."""
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise NotFoundError("question", key=key[:20])
    return int(key)


def read_answer(shape: type[BaseModel], values: Mapping[str, str]) -> Any:
    """An answer as it was typed or stood in a file. Raises InvalidError with the column that is wrong."""
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

    Every row is read before the first is entered: a file with a wrong value is entered not at all. A question
    that was answered meanwhile is left and told.
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
    """The row still says what is asked now: a plate or number may have been corrected since."""
    for name, value in asked.values.items():
        if name in row and row[name].strip() != value.strip():
            raise InvalidError("answer_other", field=name, column=name)
