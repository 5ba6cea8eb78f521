"""What is painted and forbidden in front of one camera, as plain values in pixels of the detect stream.

A line is a polyline of two or more points. A direction is a vector in the picture (x right, y down); its
length doesn't matter. `Scene` is made from a camera's configuration by `edge.config.scene`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from contract.vehicles import VehicleKind
from edge.rules.inputs import Point

Movement = Literal["left", "straight", "right", "u_turn"]
Polyline = tuple[Point, ...]
Side = Literal["either", "left", "right"]


@dataclass(frozen=True)
class Exit:
    """Where vehicles of one movement leave the junction: crossing `line`, either way, tells the movement."""

    movement: Movement
    line: Polyline


@dataclass(frozen=True)
class StopLine:
    """A stop line (vạch dừng, 7.1) crossed along `direction`.

    `head` names the lamp head that governs it, `heads` the heads of single movements (arrow lamps). `commit`
    is the line after which a vehicle has entered the junction; without it a distance past the stop line
    counts.
    """

    id: str
    line: Polyline
    direction: Point
    head: str | None = None
    heads: Mapping[Movement, str] = field(default_factory=dict)
    commit: Polyline | None = None
    exits: tuple[Exit, ...] = ()


@dataclass(frozen=True)
class Lane:
    """A lane or half of the road (làn đường, phần đường).

    `direction` is the way its traffic goes. Against it is wrong_way where `one_way` (signs P.102, I.407a),
    and wrong_lane in the opposing half of a two-way road. `kinds` empty means every vehicle may use it
    (R.412, R.415), `movements` empty that it leads everywhere (R.411). `free_on_red` are movements a sign or
    secondary lamp allows while the lamp is red.
    """

    id: str
    polygon: Polyline
    direction: Point | None = None
    one_way: bool = False
    kinds: frozenset[VehicleKind] = frozenset()
    movements: frozenset[Movement] = frozenset()
    free_on_red: frozenset[Movement] = frozenset()


@dataclass(frozen=True)
class SolidLine:
    """A solid line (vạch liền, 1.2, 1.3, 2.2). `forbidden_from` is the side it may not be crossed from, seen
    along the drawing direction: `either`, or one side where a dashed line runs beside it (1.4, 2.4)."""

    id: str
    line: Polyline
    forbidden_from: Side = "either"


@dataclass(frozen=True)
class NoStoppingZone:
    """An area where standing longer than `seconds` is forbidden (P.130, yellow box 4.4)."""

    id: str
    polygon: Polyline
    seconds: float


@dataclass(frozen=True)
class Exemption:
    """A stretch of stream time in which the lines don't decide, such as police directing traffic
    (người điều khiển giao thông, Law 36/2024 Art. 11.2). Findings are marked, not dropped."""

    start: float
    end: float
    reason: str


@dataclass(frozen=True)
class Scene:
    """Everything a rule may know of the place. `size` is (width, height) of the detect stream."""

    size: tuple[int, int]
    stop_lines: tuple[StopLine, ...] = ()
    lanes: tuple[Lane, ...] = ()
    solid_lines: tuple[SolidLine, ...] = ()
    zones: tuple[NoStoppingZone, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
