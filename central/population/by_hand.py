"""Persons by hand: questions for the population database, answered from a letter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator
from sqlmodel import Session

from central.connections.by_hand import Asked, Hand, Short
from central.connections.problems import OutsideError, Problem
from central.errors import InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.jobs.models import Job
from central.parties.service import Parties
from central.population.port import Person
from central.population.service import LOOK_UP, Question, ask_about, store
from central.values import DayOfLife
from central.vault import BlindIndex, Vault


class PersonAnswer(BaseModel):
    """The content of the letter. `found` no: nobody has the number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    found: Literal["yes", "no"]
    name_there: Short | None = None
    birth: DayOfLife | None = None
    address: Short | None = None
    died: DayOfLife | None = None

    @model_validator(mode="after")
    def _whole(self) -> "PersonAnswer":
        if self.found == "yes" and None in (self.name_there, self.birth, self.address):
            raise ValueError("a person without name, birth or address")
        return self


@dataclass(frozen=True)
class PersonsByHand:
    """See `central.connections.by_hand.ByHand`; a question's key is case and party."""

    vault: Vault
    index: BlindIndex
    asks: tuple[str, ...] = ("case", "identity", "name")
    shape: type[BaseModel] = PersonAnswer

    def count(self, session: Session, now: datetime) -> int:  # noqa: ARG002
        """See the protocol."""
        return jobs.count_of(session, LOOK_UP)

    def waiting(self, session: Session, now: datetime, limit: int, actor: str) -> list[Asked]:  # noqa: ARG002
        """See the protocol: every person in it is recorded in the audit log."""
        found = ((job, self._question(session, job, actor)) for job in jobs.list_of(session, LOOK_UP, limit))
        return [_asked(job, question) for job, question in found if question is not None]

    def find(self, session: Session, key: str, now: datetime, actor: str) -> Asked:  # noqa: ARG002
        """See the protocol."""
        job = jobs.find(session, LOOK_UP, key)
        question = self._question(session, job, actor) if job else None
        if job is None or question is None:
            raise NotFoundError("question", key=key[:20])
        return _asked(job, question)

    def enter(self, session: Session, asked: Asked, answer: PersonAnswer, hand: Hand, now: datetime) -> None:
        """See the protocol."""
        question = asked.question
        assert isinstance(question, Question)  # of `find`, which audited the reading
        told: Person | OutsideError = OutsideError(Problem.NOT_FOUND, "by hand")
        if answer.found == "yes":
            told = _person(answer, question.enquiry.identity, hand.note)
        store(session, Parties(session, self.vault, self.index), question, told, hand.origin, now)
        jobs.cancel(session, LOOK_UP, asked.key)

    def _question(self, session: Session, job: Job, actor: str) -> Question | None:
        parties = Parties(session, self.vault, self.index)
        return ask_about(session, parties, int(job.payload["case"]), int(job.payload["party"]), actor)


def _asked(job: Job, question: Question) -> Asked:
    values = {
        "case": str(question.case_id),
        "identity": question.enquiry.identity,
        "name": question.name,
    }
    return Asked(job.key, values, job.created_at, question)


def _person(answer: PersonAnswer, identity: str, note: str) -> Person:
    try:
        return Person.model_validate(
            {
                "identity": identity,
                "name": answer.name_there,
                "birth": answer.birth,
                "address": answer.address,
                "died": answer.died,
                "reference": note,
            }
        )
    except ValueError:
        raise InvalidError("answer_value", field="died", column="died") from None
