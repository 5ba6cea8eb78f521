"""Common parts of the endpoints for decisions on a queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from fastapi import Depends, Form, Request
from sqlmodel import Session

from central.accounts.models import User
from central.cases import queries
from central.console.pages import language
from central.errors import ConflictError, DomainError
from central.review.decisions import Sight
from central.values import LARGEST_ID, Text
from central.web.values import Id
from central.words.dictionary import Translate, translator
from central.words.errors import told
from central.words.languages import Language
from contract.local_time import bounds_of_days, local_day

SHORTEST_LOOK_MS = 500
"""A decision after a shorter viewing time is refused: it was probably meant for the previous case."""

Note = Annotated[Text, Form(max_length=500)]
Reason = Annotated[Text, Form(max_length=40)]


class TooFastError(ConflictError):
    """The decision came when the case had only just appeared."""

    code: ClassVar[str] = "too_fast"


@dataclass(frozen=True)
class Desk:
    """The person working on a queue, with request and transaction."""

    request: Request
    session: Session
    user: User
    now: datetime
    queue: str

    @property
    def language(self) -> Language:
        """The language of this browser."""
        return language(self.request)

    @property
    def t(self) -> Translate:
        """A text in that language."""
        return translator(self.language)

    def decided_today(self, stage: Literal["operator", "officer"]) -> int:
        """How many cases this person decided today, as an operator or as an officer."""
        today = local_day(self.now)
        midnight, _ = bounds_of_days(today, today)
        assert self.user.id is not None
        return queries.decided_since(self.session, stage, self.user.id, midnight)

    def seconds_to(self, end: datetime) -> float:
        """Seconds until then, for the browser to count down: the clock of its machine may be wrong."""
        return round((end - self.now).total_seconds(), 1)

    def words_for(self, refused: DomainError) -> str:
        """The text of a refusal in the person's language."""
        return told(refused, self.language).sentence


def _sight(
    case_id: Id,
    version: Annotated[int, Form(ge=1, le=LARGEST_ID)],
    brightness: Annotated[int, Form(ge=40, le=300)] = 100,
    looked: Annotated[int | None, Form(ge=0, le=LARGEST_ID)] = None,
) -> Sight:
    return Sight(case_id, version, brightness, looked)


CaseSight = Annotated[Sight, Depends(_sight)]
"""What a decision states about the viewing it is based on."""


def check_look(sight: Sight) -> None:
    """Raises TooFastError for a decision made faster than anybody can view a case."""
    if sight.looked_ms is not None and sight.looked_ms < SHORTEST_LOOK_MS:
        raise TooFastError("case", id=sight.case_id)


def pictures_of(session: Session, case_ids: list[int]) -> list[str]:
    """Addresses of the pictures of the cases that will probably be needed next."""
    return [
        f"/cases/{case_id}/files/{file.name}"
        for case_id in case_ids
        for file in queries.manifest_of(session, case_id).files
        if file.role != "clip"
    ]
