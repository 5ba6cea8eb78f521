"""The painted ground of a street in metres: lanes, lines, zones, the junction, signal heads.

Our approach runs up the picture (+y). Traffic keeps right: lanes that run away from the camera have larger x.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from configs.scene import Movement, ZoneBasis
from contract.vehicles import VehicleKind

Spot = tuple[float, float]
NEAREST, FARTHEST = -40.0, 150.0
"""Ends of the road along y."""
LINE_WIDTH, STOP_WIDTH = 0.15, 0.40
ZEBRA = (1.3, 4.3)
"""Near and far edge of the zebra crossing, metres beyond the stop line."""


@dataclass(frozen=True)
class Lane:
    """A lane from x `left` to `right`; `up` runs away from the camera."""

    id: str
    left: float
    right: float
    up: bool = True
    kinds: tuple[VehicleKind, ...] = ()
    movements: tuple[Movement, ...] = ()
    free_on_red: tuple[Movement, ...] = ()
    one_way: bool = False

    @property
    def middle(self) -> float:
        """x of its middle."""
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Solid:
    """A solid line along the road at `x`, from y `start` to `end`."""

    id: str
    x: float
    start: float
    end: float
    separates: Literal["lanes", "opposing"]


@dataclass(frozen=True)
class Zone:
    """An area where stopping is forbidden, corners in metres."""

    id: str
    corners: tuple[Spot, ...]
    seconds: float
    basis: ZoneBasis


@dataclass(frozen=True)
class SignalHead:
    """A signal head that faces the camera: middle and lower edge; the pole is `arm` metres to the right."""

    id: str
    x: float
    y: float
    bottom: float
    arm: float = 0.0

    WIDTH, HEIGHT = 0.42, 1.12

    @property
    def corners(self) -> list[tuple[float, float, float]]:
        """Corners of its front."""
        half, z = self.WIDTH / 2, self.bottom
        return [(self.x + x, self.y, z + up) for x in (-half, half) for up in (0.0, self.HEIGHT)]


@dataclass(frozen=True)
class Junction:
    """A cross street from y `near` to `far`; the stop line of our approach has its near edge at y `stop`."""

    stop: float
    near: float
    far: float

    @property
    def middle(self) -> float:
        """y of the middle of the cross street."""
        return (self.near + self.far) / 2


@dataclass(frozen=True)
class Exit:
    """The exit of one movement from the junction."""

    id: str
    movement: Movement
    line: tuple[Spot, Spot]


@dataclass(frozen=True)
class Section:
    """A stretch of our approach that two cameras compare vehicles on: x `left` to `right`, y `near` to
    `far`."""

    id: str
    left: float
    right: float
    near: float
    far: float

    @property
    def corners(self) -> tuple[Spot, ...]:
        """Left and right where traffic comes in, right and left where it goes out."""
        return (
            (self.left, self.near),
            (self.right, self.near),
            (self.right, self.far),
            (self.left, self.far),
        )


@dataclass(frozen=True)
class Street:
    """All markings. `dashes` are broken lines (x, start, end)."""

    lanes: tuple[Lane, ...]
    solids: tuple[Solid, ...] = ()
    dashes: tuple[tuple[float, float, float], ...] = ()
    zones: tuple[Zone, ...] = ()
    junction: Junction | None = None
    heads: tuple[SignalHead, ...] = ()
    bans: tuple[tuple[Movement, str], ...] = ()
    sections: tuple[Section, ...] = ()

    @cached_property
    def left(self) -> float:
        """x of the left kerb."""
        return min(lane.left for lane in self.lanes)

    @cached_property
    def right(self) -> float:
        """x of the right kerb."""
        return max(lane.right for lane in self.lanes)

    @cached_property
    def approach(self) -> tuple[float, float]:
        """x of the left and right end of the stop line."""
        ours = [lane for lane in self.lanes if lane.up]
        return min(lane.left for lane in ours), max(lane.right for lane in ours)

    @cached_property
    def exits(self) -> tuple[Exit, ...]:
        """Lines across the ways out of the junction."""
        if self.junction is None:
            return ()
        j, (left, right) = self.junction, self.approach
        ways = [
            Exit("straight", "straight", ((left, j.far + 1), (right + 1, j.far + 1))),
            Exit("right", "right", ((right + 3.5, j.near - 0.5), (right + 3.5, j.middle))),
            Exit("left", "left", ((self.left - 2.0, j.middle), (self.left - 2.0, j.far + 0.5))),
        ]
        if self.left < left - 2:
            ways.append(Exit("u_turn", "u_turn", ((self.left, j.near - 1.5), (left - 0.3, j.near - 1.5))))
        return tuple(ways)

    def lane_at(self, x: float, y: float) -> Lane | None:
        """The lane of our road at a position; None beyond the stop line and beside the road."""
        if self.junction is not None and y > self.junction.stop:
            return None
        return next((lane for lane in self.lanes if lane.left <= x < lane.right), None)
