"""The traffic participants: vehicles with their colours, plates and people, drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from contract.vehicles import VehicleKind

from .bodies import bikes, cars, people
from .bodies.body import Body
from .bodies.shapes import Mesh, Rgb
from .plates import Colour

Array = npt.NDArray[np.float64]
Random = np.random.Generator

KINDS: dict[str, VehicleKind] = {
    **dict.fromkeys(("sedan", "hatchback", "suv", "van"), VehicleKind.CAR),
    **{"bus": VehicleKind.BUS, "lorry": VehicleKind.TRUCK, "bicycle": VehicleKind.BICYCLE},
    **dict.fromkeys(("underbone", "scooter"), VehicleKind.MOTORBIKE),
}
PHASES = 8
"""Number of phases of a walker's step, each a mesh."""

_PAINTS: tuple[Rgb, ...] = (
    (0.62, 0.63, 0.64),
    (0.72, 0.72, 0.7),
    (0.02, 0.02, 0.024),
    (0.1, 0.105, 0.11),
    (0.28, 0.29, 0.3),
    (0.35, 0.02, 0.025),
    (0.03, 0.06, 0.18),
    (0.12, 0.08, 0.05),
    (0.4, 0.36, 0.28),
)
_BIKE_PAINTS: tuple[Rgb, ...] = (
    (0.02, 0.02, 0.022),
    (0.3, 0.015, 0.02),
    (0.03, 0.05, 0.2),
    (0.5, 0.5, 0.5),
    (0.1, 0.1, 0.11),
    (0.05, 0.12, 0.1),
    (0.35, 0.1, 0.02),
)
_SHIRTS: tuple[Rgb, ...] = (
    (0.55, 0.55, 0.55),
    (0.05, 0.06, 0.09),
    (0.08, 0.14, 0.32),
    (0.32, 0.05, 0.06),
    (0.13, 0.2, 0.12),
    (0.42, 0.34, 0.24),
    (0.22, 0.22, 0.24),
    (0.5, 0.28, 0.32),
    (0.06, 0.22, 0.24),
    (0.5, 0.42, 0.1),
    (0.02, 0.02, 0.02),
    (0.1, 0.35, 0.12),
)
_TROUSERS: tuple[Rgb, ...] = (
    (0.03, 0.035, 0.06),
    (0.02, 0.02, 0.022),
    (0.1, 0.1, 0.11),
    (0.16, 0.13, 0.09),
    (0.06, 0.09, 0.16),
)
_HELMETS: tuple[Rgb, ...] = (
    (0.65, 0.65, 0.63),
    (0.02, 0.02, 0.022),
    (0.4, 0.03, 0.03),
    (0.05, 0.1, 0.34),
    (0.5, 0.34, 0.03),
    (0.1, 0.25, 0.1),
    (0.45, 0.2, 0.26),
    (0.2, 0.2, 0.21),
)
_BUSES: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.55, 0.03, 0.03), (0.6, 0.5, 0.1)),
    ((0.05, 0.25, 0.1), (0.6, 0.6, 0.6)),
    ((0.6, 0.6, 0.6), (0.05, 0.15, 0.45)),
)
_SERIES = "ABCDEFGHKLMNPSTUVXYZ"


@dataclass(frozen=True)
class Person:
    """A person on a seat of a motorbike or bicycle: name of the seat, colours, helmet or none."""

    seat: str
    helmet: bool
    shirt: Rgb
    trousers: Rgb
    top: Rgb
    bag: bool = False


@dataclass(frozen=True)
class Looks:
    """Appearance of a vehicle: body, colours, plate, people."""

    body: str
    paint: Rgb
    second: Rgb
    plate: str | None
    plate_colour: Colour = "white"
    people: tuple[Person, ...] = ()
    load: bool = False

    @property
    def kind(self) -> VehicleKind:
        """Kind as the law defines it."""
        return KINDS[self.body]


@cache
def bodies() -> dict[str, Body]:
    """Every body by name."""
    return {
        **{name: cars.car(shape) for name, shape in cars.SHAPES.items()},
        **{"bus": cars.bus(), "lorry": cars.lorry(), "bicycle": bikes.bicycle()},
        **{"underbone": bikes.underbone(), "scooter": bikes.scooter()},
    }


@cache
def people_meshes() -> dict[str, Mesh]:
    """Meshes of people: `SEAT`, `SEAT down`, `helmet SEAT N`, `hair SEAT N`, `bag SEAT`, `walker N`."""
    meshes = {"driver": people.driver(foot_down=False), "driver down": people.driver(foot_down=True)}
    meshes["cyclist"] = people.driver(foot_down=False, cyclist=True)
    meshes["load"] = people.load()
    for name in ("pillion", "third", "child"):
        meshes[name] = people.passenger(name)
    for name, seat in people.SEATS.items():
        meshes[f"bag {name}"] = people.rucksack(name)
        for number in range(4):
            meshes[f"helmet {name} {number}"] = people.head(seat, number, helmet=True)
            meshes[f"hair {name} {number}"] = people.head(seat, number, helmet=False)
    for phase in range(PHASES):
        meshes[f"walker {phase}"] = people.walker(phase / PHASES)
    return meshes


@dataclass
class Casting:
    """Draws appearances from a seed; plates are unique."""

    random: Random
    taken: set[str] = field(default_factory=set)

    def looks(self, body: str, *, riders: int | None = None, bare: bool | None = None) -> Looks:
        """Appearance of a vehicle; `riders` and `bare` (nobody wears a helmet) only if the script sets
        them."""
        plate, colour = self._plate(body)
        if body in ("underbone", "scooter", "bicycle"):
            paint = self._of(_BIKE_PAINTS)
            load = riders is None and body != "bicycle" and self.random.random() < 0.04
            crowd = self._people(body, 1 if load else riders, bare)
            return Looks(body, paint, paint, plate, colour, crowd, load)
        if body == "bus":
            first, second = _BUSES[int(self.random.integers(len(_BUSES)))]
            return Looks(body, first, second, plate, colour)
        second = self._of(((0.6, 0.6, 0.6), (0.1, 0.2, 0.4), (0.3, 0.33, 0.3), (0.5, 0.4, 0.2)))
        return Looks(body, self._of(_PAINTS), second, plate, colour)

    def walker(self) -> tuple[Rgb, Rgb, Rgb]:
        """Colours of a pedestrian."""
        return self._of(_SHIRTS), self._of(_TROUSERS), (0.02, 0.02, 0.02)

    def _people(self, body: str, riders: int | None, bare: bool | None) -> tuple[Person, ...]:
        count = riders or int(self.random.choice([1, 2, 3], p=[0.66, 0.28, 0.06]))
        seats = ["driver", "pillion", "third"][:count]
        if body == "bicycle":
            seats = ["cyclist"]
        elif riders is None and self.random.random() < 0.06:
            seats.append("child")
        return tuple(self._person(seat, bare, cyclist=body == "bicycle") for seat in seats)

    def _person(self, seat: str, bare: bool | None, *, cyclist: bool) -> Person:
        helmet = not (bare if bare is not None else self.random.random() < (0.9 if cyclist else 0.12))
        bag = seat in ("driver", "third") and self.random.random() < 0.12
        top = self._of(_HELMETS) if helmet else (0.012, 0.01, 0.01)
        return Person(seat, helmet, self._of(_SHIRTS), self._of(_TROUSERS), top, bag)

    def _of(self, choices: Sequence[Rgb]) -> Rgb:
        base = choices[int(self.random.integers(len(choices)))]
        r, g, b = (min(1.0, c * float(self.random.uniform(0.85, 1.15))) for c in base)
        return r, g, b

    def _plate(self, body: str) -> tuple[str | None, Colour]:
        if body == "bicycle":
            return None, "white"
        while True:
            place = int(self.random.choice([29, 30, 15, 18, 36, 51, 59, 60, 88, 89, 98, 99]))
            number = f"{self.random.integers(100, 1000)}.{self.random.integers(10, 100)}"
            letter = _SERIES[int(self.random.integers(len(_SERIES)))]
            text = f"{place}{letter}-{number}"
            if body in ("underbone", "scooter"):
                text = f"{place}-{letter}{self.random.integers(1, 10)} {number}"
            if text not in self.taken:
                self.taken.add(text)
                hired = body == "bus" or (body in ("lorry", "sedan") and self.random.random() < 0.3)
                return text, "yellow" if hired else "white"


def extremes(points: Array, count: int = 160) -> Array:
    """The farthest points in `count` directions: enough for the bounding box in the picture (n, 3)."""
    turn = np.arange(count) + 0.5
    z = 1 - 2 * turn / count
    angle = turn * np.pi * (3 - 5**0.5)
    around = np.sqrt(1 - z * z)
    directions = np.stack([around * np.cos(angle), around * np.sin(angle), z], axis=1)
    kept: Array = points[np.unique(np.argmax(points @ directions.T, axis=0))]
    return kept
