"""An operator's decision on a case, as far as two operators can agree or differ about it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.service import Act
from contract.vehicles import VehicleKind

Decided = Literal["accepted", "rejected"]


class Verdict(BaseModel):
    """A decision of the first stage: for `accepted` the act, for `rejected` the reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decided: Decided
    plate: str | None = None
    plate_kind: str | None = None
    plate_colour: str | None = None
    vehicle_kind: str | None = None
    rule: str | None = None
    reason: str | None = None

    def agrees(self, other: "Verdict") -> bool:
        """Whether both have the same result: reject, for whatever reason, or charge the same plate of the
        same kind of vehicle under the same rule.
        """
        if self.decided != other.decided:
            return False
        if self.decided == "rejected":
            return True
        return (self.plate, self.vehicle_kind, self.rule) == (other.plate, other.vehicle_kind, other.rule)

    @property
    def act(self) -> Act:
        """The act charged by an acceptance."""
        assert self.plate is not None
        assert self.plate_kind is not None
        assert self.vehicle_kind is not None
        assert self.rule is not None
        kind = VehicleKind(self.vehicle_kind)
        return Act(self.plate, self.plate_kind, self.plate_colour, kind, self.rule)


def verdict_of(case: Case) -> Verdict | None:
    """The decision of the case's operator; None if there is none in force."""
    if case.state == State.REJECTED:
        return Verdict(decided="rejected", reason=case.reason)
    if case.state != State.ACCEPTED:
        return None
    return acceptance_of(case)


def acceptance_of(case: Case) -> Verdict:
    """The verdict of accepting the case as it is."""
    return Verdict(
        decided="accepted",
        plate=case.plate,
        plate_kind=case.plate_kind,
        plate_colour=case.plate_colour,
        vehicle_kind=case.vehicle_kind,
        rule=case.rule,
    )
