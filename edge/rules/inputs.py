"""Inputs of the rules: plain values, no clock, no file, no network.

Time `t` is seconds on the camera's stream clock (0 = first frame). Coordinates are pixels of the detect
stream, x to the right, y down. The ground point of a vehicle is where its nearest wheels touch the road.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from configs.scene import Movement
from contract.reasons import Doubt, Reason
from contract.types import DecisionName, LampColour, RuleName
from contract.vehicles import VehicleKind

Point = tuple[float, float]
Polyline = tuple[Point, ...]
Box = tuple[float, float, float, float]


WheelState = Literal["seen", "predicted", "hidden"]
"""`seen`: the box's lower edge shows the wheels. `predicted`: they are covered or the box holds more than the
vehicle, and its upper edge and known height give their position. `hidden`: unknown."""


class Breadth(NamedTuple):
    """Standard deviations by which a box is wider than those of one two-wheeler there; and the sideways
    distance in pixels of either rider's middle from the box's own, if it held two side by side."""

    sigmas: float
    aside: float


@dataclass(frozen=True)
class TrackPoint:
    """One observation of a vehicle.

    `frame` is the frame's number in the stream, `confidence` the detector's. `bottom` is the height in the
    picture at which the wheels touch the road, where that is not the box's lower edge, and `sigma` the
    standard deviation of it in pixels. `breaks` says that the vehicle of the points before may be another.
    `breadth` compares a two-wheeler's box with those of single ones there, if known.
    """

    t: float
    box: Box
    frame: int
    confidence: float = 1.0
    wheels: WheelState = "seen"
    bottom: float | None = None
    sigma: float = 0.0
    breaks: bool = False
    breadth: Breadth | None = None

    @cached_property
    def ground(self) -> Point:
        """Middle of the nearest wheels; cached, since every rule needs it in every frame."""
        return ((self.box[0] + self.box[2]) / 2, self.box[3] if self.bottom is None else self.bottom)

    @cached_property
    def whole(self) -> Box:
        """The box down to the wheels: that of the whole vehicle, though less or more may have been
        detected."""
        return self.box if self.bottom is None else (*self.box[:3], self.bottom)


SURE_OF_KIND = 0.8
"""Probability of a vehicle's kind below which it may as well be another: on the available street cameras 6 of
16 such were, and 8 of the 793 others (`docs/accuracy-vehicles.md`)."""


@dataclass(frozen=True)
class Track:
    """One vehicle over time: its points in order of `t`, the last being the newest.

    `after` are ids of earlier tracks that were lost where this one began and may be the same vehicle.
    `kinds` is the probability of each kind over all looks, where more than `kind` was thought of.
    """

    id: int
    kind: VehicleKind
    confidence: float
    points: tuple[TrackPoint, ...]
    after: tuple[int, ...] = ()
    kinds: Mapping[VehicleKind, float] = field(default_factory=dict)

    @property
    def kind_probability(self) -> float:
        """Probability of `kind` over all looks, 0..1; 1 if no other kind was detected."""
        return self.kinds.get(self.kind, 1.0)

    @property
    def kind_unsure(self) -> bool:
        """Whether it may well be of another kind."""
        return self.kind_probability < SURE_OF_KIND

    def may_be(self, kinds: Collection[VehicleKind]) -> bool:
        """Whether it may well be one of these kinds."""
        return self.kind in kinds or (self.kind_unsure and any(kind in kinds for kind in self.kinds))


HeadState = Literal["helmet", "bare", "unsure"]


@dataclass(frozen=True)
class RiderHead:
    """One head on a two-wheeler, in pixels of the detect stream. `state` is what may be said of it and
    `probability` how sure that is; `bare` is the probability that it has no helmet (a cap or hood is
    none)."""

    box: Box
    state: HeadState
    probability: float
    bare: float


@dataclass(frozen=True)
class RiderLook:
    """The heads visible on a two-wheeler in one picture, taken at `t`, with its `box` there; from front to
    back in the direction of travel. A passenger behind the driver may be hidden: there may be more people
    than heads."""

    t: float
    frame: int
    box: Box
    heads: tuple[RiderHead, ...]


@dataclass(frozen=True)
class Riders:
    """The people on a two-wheeler, voted over its looks; `people` is None if they could not be counted."""

    people: int | None
    people_probability: float
    heads: tuple[RiderHead, ...]
    """Heads of the look that shows them best, with the vote of all looks for each."""
    looks: tuple[RiderLook, ...]


@dataclass(frozen=True)
class Phase:
    """A stretch of one lamp colour, [start, end). `onset_observed` false: it was on when first seen."""

    colour: LampColour
    start: float
    end: float
    onset_observed: bool
    uncertainty: float
    """± seconds on the onset: half the gap between the frames around it and the debounce."""


@dataclass(frozen=True)
class SignalHistory:
    """What one lamp head showed, oldest first, without gaps; the last phase ends at the newest frame."""

    head: str
    source: Literal["vision", "controller"]
    phases: tuple[Phase, ...]
    armed: bool
    """False while the lamp is unreliable (fault, unknown, implausible order): red rules rest."""

    def at(self, t: float) -> Phase | None:
        """The phase at time t, or None outside what was seen (the end of the last phase counts as inside)."""
        for phase in reversed(self.phases):
            if phase.start <= t <= phase.end:
                return phase
        return None


@dataclass(frozen=True)
class Finding:
    """A violation a rule found, before any evidence is gathered.

    `t` is the moment it happened (interpolated between frames), `point` the track point nearest to it.
    `moments` are the times the stills should show: before, over, continuing; `proved` is the stretch in which
    the act was seen, if it is not all from before to continuing; `decisive` the part of it in which it
    matters where the wheels were, if not all of it, and `exact` that a part of a vehicle's height does.
    `lane`, `line`, `zone`, `head` name parts of the scene, `movement` says where the vehicle went. `reasons`
    describe the finding, `doubts` what speaks against it; `basis` is what exactly was broken (see the rule's
    descriptor), `also` are other rules the same act broke. A finding of the same (rule, track, `episode`) is
    reported once.
    """

    rule: RuleName
    version: int
    decision: DecisionName
    reasons: tuple[Reason, ...]
    track: int
    t: float
    point: TrackPoint
    moments: dict[Literal["before", "over", "continuing"], float]
    proved: tuple[float, float] | None = None
    decisive: tuple[float, float] | None = None
    exact: bool = True
    episode: str = ""
    elapsed_red: float | None = None
    amber: float | None = None
    lane: str | None = None
    line: str | None = None
    zone: str | None = None
    head: str | None = None
    movement: Movement | None = None
    doubts: tuple[Doubt, ...] = ()
    basis: str | None = None
    also: tuple[RuleName, ...] = ()
