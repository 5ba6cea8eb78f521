"""Alerts and points by hand: a list of messages for an authority, and confirmation that it was informed by
letter.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from central.cases.queries import get_case
from central.connections.by_hand import Asked, Hand, Short, number_of
from central.dispatches import service
from central.dispatches.content import holder
from central.dispatches.models import Dispatch
from central.dispatches.port import LICENCES
from central.errors import InvalidError
from central.parties.service import Parties
from central.values import Day
from central.vault import BlindIndex, Vault
from contract.local_time import VIETNAM, local_day


class Told(BaseModel):
    """The other authority was informed by letter on that day; `receipt`: its own reference number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    told_there: Literal["yes"]
    on: Day | None = None
    receipt: Short | None = None


@dataclass(frozen=True)
class DispatchesByHand:
    """See `central.connections.by_hand.ByHand`; a question's key is the message's number."""

    system: str
    vault: Vault
    index: BlindIndex
    shape: type[BaseModel] = Told

    @property
    def asks(self) -> tuple[str, ...]:
        """Points need the licence's holder, alerts only the vehicle."""
        if self.system == LICENCES:
            return ("message", "case", "identity", "name", "licence_number", "points", "decision")
        return ("message", "case", "plate")

    def count(self, session: Session, now: datetime) -> int:  # noqa: ARG002
        """See the protocol."""
        return service.count_unsent(session, self.system)

    def waiting(self, session: Session, now: datetime, limit: int, actor: str) -> list[Asked]:  # noqa: ARG002
        """See the protocol."""
        return [self._asked(session, row, actor) for row in service.unsent(session, self.system, limit)]

    def find(self, session: Session, key: str, now: datetime, actor: str) -> Asked:  # noqa: ARG002
        """See the protocol."""
        return self._asked(session, service.get(session, self.system, number_of(key)), actor)

    def enter(self, session: Session, asked: Asked, answer: Told, hand: Hand, now: datetime) -> None:
        """See the protocol."""
        on = answer.on or local_day(now)
        began = local_day(asked.since) if asked.since else on
        if not began <= on <= local_day(now):
            raise InvalidError("answer_value", field="on", column="on")
        at = now if on == local_day(now) else datetime.combine(on, time(12), VIETNAM)
        service.done_by_hand(session, int(asked.key), answer.receipt or hand.note, hand.origin, at, now)

    def _asked(self, session: Session, row: Dispatch, actor: str) -> Asked:
        values = {"message": row.kind, "case": str(row.case_id)}
        if self.system == LICENCES:
            who = holder(Parties(session, self.vault, self.index), row, actor)
            values |= {
                "identity": who.identity,
                "name": who.name,
                "licence_number": who.licence_number or "",
                "points": str(row.content["points"]),
                "decision": row.content["decision"],
            }
        elif row.case_id is not None:
            values["plate"] = get_case(session, row.case_id).plate or ""
        return Asked(str(row.id), values, row.at)
