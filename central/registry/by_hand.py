"""Owners by hand: questions for the register, answered from a letter or a list of the registration office."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from sqlmodel import Session

from central.cases import queries
from central.cases.lifecycle import UNDO_TIME, State
from central.cases.models import Case
from central.connections.by_hand import Asked, Hand, Short, number_of
from central.connections.origin import Origin
from central.connections.problems import OutsideError, Problem
from central.errors import NotFoundError
from central.registry.port import Owner, RegisteredKind, RegisteredVehicle, Registration
from central.registry.service import answer_by_hand, latest_answer, registered_vehicle
from central.values import DayOfLife
from central.vault import Vault
from contract.local_time import VIETNAM
from contract.plates import PlateColour

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{9,13}(-[0-9]{3})?$")]


class OwnerAnswer(BaseModel):
    """The registration office's answer. `found` no: no vehicle had the plate on the day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    found: Literal["yes", "no"]
    registered_kind: RegisteredKind | None = None
    brand: Short | None = None
    body_colour: Short | None = None
    plate_colour: PlateColour | None = None
    owner_kind: Literal["person", "organisation"] | None = None
    owner_name: Short | None = None
    owner_identity: Number | None = None
    owner_address: Short | None = None
    owner_phone: Short | None = None
    since: DayOfLife | None = None
    until: DayOfLife | None = None
    reference: Short | None = None

    @model_validator(mode="after")
    def _whole(self) -> "OwnerAnswer":
        needed = (
            self.registered_kind, self.brand, self.plate_colour, self.owner_kind, self.owner_name,
            self.owner_identity, self.owner_address, self.since,
        )  # fmt: skip
        if self.found == "yes" and None in needed:
            raise ValueError("an owner without vehicle, name, number, address or day")
        return self

    def as_registration(self, plate: str, origin: Origin) -> Registration:
        """The answer in the register's own form."""
        vehicle = RegisteredVehicle.model_validate(
            {
                "plate": plate,
                "plate_colour": self.plate_colour,
                "kind": self.registered_kind,
                "brand": self.brand,
                "colour": self.body_colour,
            }
        )
        owner = Owner.model_validate(
            {
                "name": self.owner_name,
                "identity": self.owner_identity,
                "address": self.owner_address,
                "phone": self.owner_phone,
                "organisation": self.owner_kind == "organisation",
            }
        )
        return Registration(
            vehicle=vehicle,
            owner=owner,
            reference=self.reference or origin.note,
            since=_midnight(self.since),
            until=_midnight(self.until),
        )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), VIETNAM) if day else None


@dataclass(frozen=True)
class OwnersByHand:
    """See `central.connections.by_hand.ByHand`; a question's key is the case's number."""

    vault: Vault
    asks: tuple[str, ...] = ("plate", "at", "site")
    shape: type[BaseModel] = OwnerAnswer

    def count(self, session: Session, now: datetime) -> int:
        """See the protocol."""
        return queries.count_without_owner(session, now - UNDO_TIME)

    def waiting(self, session: Session, now: datetime, limit: int, actor: str) -> list[Asked]:  # noqa: ARG002
        """See the protocol; it contains no personal data."""
        return [_asked(case) for case in queries.without_owner(session, now - UNDO_TIME, limit)]

    def find(self, session: Session, key: str, now: datetime, actor: str) -> Asked:  # noqa: ARG002
        """See the protocol."""
        case = queries.get_case(session, number_of(key))
        if not _waits(session, case, now):
            raise NotFoundError("question", key=key)
        return _asked(case)

    def enter(self, session: Session, asked: Asked, answer: OwnerAnswer, hand: Hand, now: datetime) -> None:
        """See the protocol."""
        told: Registration | OutsideError = OutsideError(Problem.NOT_FOUND, "by hand")
        if answer.found == "yes":
            told = answer.as_registration(asked.values["plate"], hand.origin)
        answer_by_hand(session, hand.user, int(asked.key), told, hand.origin, self.vault, now)


def _waits(session: Session, case: Case, now: datetime) -> bool:
    if case.state == State.ACCEPTED:
        return case.operator_at is None or case.operator_at <= now - UNDO_TIME
    if case.state == State.OWNER_MISMATCH:
        return case.id is None or registered_vehicle(latest_answer(session, case.id)) is None
    return case.state == State.OWNER_NOT_FOUND


def _asked(case: Case) -> Asked:
    values = {
        "plate": case.plate or "",
        "at": f"{case.occurred_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}",
        "site": case.site_name,
    }
    return Asked(str(case.id), values, case.operator_at)
