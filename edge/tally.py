"""Counts of a replay beside its findings: vehicles, line crossings by direction, lamp phases, undecidable
findings. They show whether the lines were drawn right, even without findings."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from configs.camera import CameraConfig
from configs.scene import Lane, Movement
from contract.vehicles import VehicleKind
from edge.pipeline import Step
from edge.rules.geometry import along, depth_past, inside, meets, offset
from edge.rules.inputs import Finding, Phase, Point, Polyline, Track
from edge.rules.observed import height

LEAST_POINTS = 3
"""Looks at a vehicle needed for it to be counted."""

JITTER_PIXELS, JITTER_HEIGHTS = 2.0, 0.05
"""Distance to a line within which a vehicle's side is uncertain; the larger of both."""

DRIVEN_HEIGHTS = 1.0
"""Heights of its box a vehicle must have driven in a lane for its direction to count."""

WRONG_LEAST, WRONG_PART = 3, 0.8
"""Number of vehicles, and part of all, against its direction from which a line was drawn the wrong way."""

DrawnKind = Literal["stop_line", "solid_line", "exit", "lane"]


@dataclass(frozen=True)
class Crossed:
    """How many vehicles really crossed a drawn line: `along` its direction (for a solid line or exit: from
    its left to its right as drawn) and `against` it; for a lane, how many drove so in it."""

    kind: DrawnKind
    line: str
    along: int
    against: int
    movement: Movement | None = None

    @property
    def drawn_wrong(self) -> bool:
        """Whether nearly all went against its direction, so that it was drawn the wrong way round."""
        return self.against >= WRONG_LEAST and self.against >= WRONG_PART * (self.along + self.against)


@dataclass(frozen=True)
class Summary:
    """Counts of a replay. `lamps` has the phases of each head in order, `undecidable` the findings nobody can
    judge, `counts` the pipeline's own counters."""

    frames: int
    seconds: float
    vehicles: Mapping[VehicleKind, int]
    crossed: tuple[Crossed, ...]
    lamps: Mapping[str, tuple[Phase, ...]]
    undecidable: tuple[Finding, ...]
    counts: Mapping[str, int]


class Gate:
    """One drawn line, and the side of it on which each vehicle was last surely seen."""

    def __init__(
        self,
        kind: DrawnKind,
        name: str,
        line: Polyline,
        depth: Callable[[Point], float],
        movement: Movement | None = None,
    ) -> None:
        self._named = kind, name
        self._line = line
        self._depth = depth
        self._movement = movement
        self._last: dict[int, tuple[Point, bool]] = {}
        self._net: Counter[int] = Counter()

    def pass_by(self, track: Track) -> None:
        """Updates with the vehicle's newest position."""
        point = track.points[-1]
        if point.breaks:
            self._last.pop(track.id, None)
        depth = self._depth(point.ground)
        if point.wheels == "hidden" or abs(depth) <= max(
            JITTER_PIXELS, JITTER_HEIGHTS * height(point.whole), 2 * point.sigma
        ):
            return
        before = self._last.get(track.id)
        self._last[track.id] = point.ground, depth > 0
        if before is not None and before[1] != (depth > 0) and meets(before[0], point.ground, self._line):
            self._net[track.id] += 1 if depth > 0 else -1

    @property
    def crossed(self) -> Crossed:
        """The vehicles that ended on the other side; jitter on the line while waiting counts at most once."""
        along = sum(net > 0 for net in self._net.values())
        against = sum(net < 0 for net in self._net.values())
        return Crossed(*self._named, along, against, self._movement)


class Flow:
    """One lane, and each vehicle's first and last position in it."""

    def __init__(self, lane: Lane, direction: Point) -> None:
        self._lane = lane
        self._direction = direction
        self._driven: dict[int, tuple[Point, float]] = {}

    def pass_by(self, track: Track) -> None:
        """Updates with the vehicle's newest position."""
        point = track.points[-1]
        if point.breaks:
            self._driven.pop(track.id, None)
        if point.wheels == "hidden" or not inside(point.ground, self._lane.polygon):
            return
        start, _ = self._driven.get(track.id, (point.ground, 0.0))
        heights = along(start, point.ground, self._direction) / height(point.whole)
        self._driven[track.id] = start, heights

    @property
    def crossed(self) -> Crossed:
        """The vehicles that drove far enough for a direction."""
        heights = [heights for _, heights in self._driven.values()]
        return Crossed(
            "lane",
            self._lane.id,
            along=sum(one >= DRIVEN_HEIGHTS for one in heights),
            against=sum(one <= -DRIVEN_HEIGHTS for one in heights),
        )


class Tally:
    """Counts a camera's steps."""

    def __init__(self, config: CameraConfig) -> None:
        self.kinds: dict[int, VehicleKind] = {}
        """Each vehicle's last kind, by track."""
        self._drawn: list[Gate | Flow] = [*_gates(config), *_flows(config)]
        self._counted: set[int] = set()
        self._lamps: dict[str, dict[float, Phase]] = {head.id: {} for head in config.heads}
        self._undecidable: list[Finding] = []
        self._frames = 0
        self._first: float | None = None
        self._t = 0.0

    def take(self, step: Step) -> None:
        """Counts one step."""
        self._frames, self._t = self._frames + 1, step.frame.t
        self._first = self._t if self._first is None else self._first
        for track in step.tracks:
            self.kinds[track.id] = track.kind
            if len(track.points) >= LEAST_POINTS:
                self._counted.add(track.id)
            for one in self._drawn:
                one.pass_by(track)
        for head, history in step.signals.items():
            for phase in history.phases[-3:]:
                self._lamps[head][phase.start] = phase
        self._undecidable += [finding for finding in step.findings if finding.decision == "undecidable"]

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """All counts."""
        return Summary(
            frames=self._frames,
            seconds=self._t - (self._first or 0.0),
            vehicles=Counter(self.kinds[number] for number in self._counted),
            crossed=tuple(one.crossed for one in self._drawn),
            lamps={head: tuple(told[t] for t in sorted(told)) for head, told in self._lamps.items()},
            undecidable=tuple(self._undecidable),
            counts=counts,
        )


def _gates(config: CameraConfig) -> list[Gate]:
    gates: list[Gate] = []
    for stop in config.stop_lines:
        gates.append(Gate("stop_line", stop.id, stop.line, depth_past(stop.line, stop.direction)))
        gates += [Gate("exit", stop.id, way.line, _right_of(way.line), way.movement) for way in stop.exits]
    gates += [Gate("solid_line", solid.id, solid.line, _right_of(solid.line)) for solid in config.solid_lines]
    return gates


def _flows(config: CameraConfig) -> list[Flow]:
    return [Flow(lane, lane.direction) for lane in config.lanes if lane.direction is not None]


def _right_of(line: Polyline) -> Callable[[Point], float]:
    return lambda point: offset(point, line)
