"""The interface of a vehicle register (cơ sở dữ liệu đăng ký xe), whoever runs it.

No public interface of the police's register exists, so we define our own: a question with its purpose, an
answer as of the moment of the violation (plates move between vehicles and owners), typed failures. Adapters:
`central.registry.file` (samples, centres without a network connection), `central.registry.http` (a real
service).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints

from central.values import MomentOfLife, Text
from configs.law_rows import VehicleClass
from contract.plates import PlateColour
from contract.vehicles import VehicleKind

Line = Annotated[Text, StringConstraints(min_length=1, max_length=200)]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegisteredKind(StrEnum):
    """Kinds of vehicle in the register (loại xe), more detailed than a camera can recognise."""

    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    FOUR_WHEELER = "four_wheeler"
    MOTORBIKE = "motorbike"
    MOPED = "moped"
    THREE_WHEELER = "three_wheeler"
    SPECIALISED = "specialised"
    TRAILER = "trailer"
    BICYCLE = "bicycle"
    E_BICYCLE = "e_bicycle"

    @property
    def law_class(self) -> VehicleClass | None:
        """The article that applies: 6 for cars and the like, 7 for motorbikes, mopeds (electric ones too) and
        three-wheelers, 8 for specialised machines. None for bicycles, and for trailers: their tractor is
        charged.
        """
        return _LAW_CLASS.get(self)

    @property
    def seen_as(self) -> frozenset[VehicleKind]:
        """The kinds a camera may take such a vehicle for."""
        return _SEEN_AS[self]


_LAW_CLASS: dict[RegisteredKind, VehicleClass] = {
    RegisteredKind.CAR: "car",
    RegisteredKind.BUS: "car",
    RegisteredKind.TRUCK: "car",
    RegisteredKind.FOUR_WHEELER: "car",
    RegisteredKind.MOTORBIKE: "motorbike",
    RegisteredKind.MOPED: "motorbike",
    RegisteredKind.THREE_WHEELER: "motorbike",
    RegisteredKind.SPECIALISED: "specialised",
}

_SEEN_AS: dict[RegisteredKind, frozenset[VehicleKind]] = {
    RegisteredKind.CAR: frozenset({VehicleKind.CAR}),
    RegisteredKind.BUS: frozenset({VehicleKind.BUS}),
    RegisteredKind.TRUCK: frozenset({VehicleKind.TRUCK}),
    RegisteredKind.FOUR_WHEELER: frozenset({VehicleKind.CAR, VehicleKind.TRUCK, VehicleKind.BUS}),
    RegisteredKind.MOTORBIKE: frozenset({VehicleKind.MOTORBIKE}),
    RegisteredKind.MOPED: frozenset({VehicleKind.MOTORBIKE}),
    RegisteredKind.THREE_WHEELER: frozenset({VehicleKind.MOTORBIKE, VehicleKind.CAR, VehicleKind.TRUCK}),
    RegisteredKind.SPECIALISED: frozenset({VehicleKind.TRUCK, VehicleKind.CAR, VehicleKind.BUS}),
    RegisteredKind.TRAILER: frozenset({VehicleKind.TRUCK}),
    RegisteredKind.BICYCLE: frozenset({VehicleKind.BICYCLE}),
    RegisteredKind.E_BICYCLE: frozenset({VehicleKind.BICYCLE, VehicleKind.MOTORBIKE}),
}


class RegisteredVehicle(_Value):
    """The vehicle a plate was issued to (xe đã đăng ký); `colour` is that of the body, in the register's
    words.
    """

    plate: Line
    plate_colour: PlateColour
    kind: RegisteredKind
    brand: Line
    colour: Line | None = None


class Owner(_Value):
    """The vehicle's owner (chủ xe): personal data, never shown before the police stage, sealed when stored.

    `identity` is a citizen's identity number (số định danh) or an organisation's tax code.
    """

    name: Line
    identity: Line
    address: Line
    phone: Line | None = None
    organisation: bool = False


class Registration(_Value):
    """The register's data on a plate at a moment; `reference` is its own number for the entry.

    `since` and `until`: when the plate belonged to this vehicle and owner, if the register states it; no
    `until` means it still does.
    """

    vehicle: RegisteredVehicle
    owner: Owner
    reference: Line
    since: MomentOfLife | None = None
    until: MomentOfLife | None = None

    def held_at(self, moment: datetime) -> bool:
        """False if the plate did not belong to this vehicle and owner at that moment."""
        began = self.since is None or self.since <= moment
        return began and (self.until is None or moment < self.until)


@dataclass(frozen=True)
class Enquiry:
    """One question: the vehicle with this plate at that time, the purpose and the case."""

    plate: str
    plate_colour: PlateColour | None
    kind: VehicleKind
    at: datetime
    purpose: str
    case: str


class RegistryLookup(Protocol):
    """A vehicle register."""

    def find(self, enquiry: Enquiry) -> Registration:
        """The registration of the plate as of `enquiry.at`.

        Raises:
            OutsideError: see `central.connections.problems.Problem`.
        """
        ...
