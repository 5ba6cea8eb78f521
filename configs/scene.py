"""Markings, signs and prohibitions in front of one camera: defined once, for the camera's file, the rules
(`edge.rules` reads these models directly), the set-up page and the law.

Points are pixels of the detect stream, x right, y down.
"""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, model_validator

from configs.addresses import ShownName, split_address
from configs.model import Configured
from configs.refusals import refused
from configs.shapes import BoxPixels, Direction, Line, Polygon, turn
from contract.local_time import VIETNAM
from contract.types import Identifier
from contract.vehicles import VehicleKind

Movement = Literal["left", "straight", "right", "u_turn"]
Side = Literal["either", "left", "right"]

# Written in sorted order, so that a set has one byte sequence.
_IN_ORDER = PlainSerializer(sorted, return_type=list[str])
Kinds = Annotated[frozenset[VehicleKind], _IN_ORDER]
Movements = Annotated[frozenset[Movement], _IN_ORDER]

ZoneBasis = Literal[
    "P130",
    "P131",
    "crosswalk",
    "bus_lane",
    "bus_stop",
    "junction",
    "gate",
    "hides_sign",
    "left_side",
    "curve",
    "bridge",
    "under_flyover",
    "double",
    "tunnel",
    "pavement",
    "wrong_side",
    "median",
    "rural",
    "yellow_box",
    "expressway",
    "emergency_strip",
]
"""Why stopping is forbidden there; each is a separate point of law (Decree 168/2024 Art. 6 to 8)."""

Ban = Literal[
    "P.123a",
    "P.123b",
    "P.124a",
    "P.124b",
    "P.124c",
    "P.124d",
    "P.124e",
    "P.124f",
    "R.301",
    "R.411",
    "arrow",
    "place",
    "tunnel",
]
"""What forbids a movement: a sign of QCVN 41 (P: prohibition, R: mandatory direction or lane directions), the
lane's arrows (9.3), or the place itself (crosswalk, bridge, narrow road, one-way road; tunnel)."""

_MOTORCARS = frozenset({VehicleKind.CAR, VehicleKind.BUS, VehicleKind.TRUCK})
_SIGNS: dict[str, tuple[frozenset[Movement], frozenset[VehicleKind]]] = {
    "P.123a": (frozenset({"left"}), frozenset()),
    "P.123b": (frozenset({"right"}), frozenset()),
    "P.124a": (frozenset({"u_turn"}), frozenset()),
    "P.124b": (frozenset({"u_turn"}), _MOTORCARS),
    "P.124c": (frozenset({"left", "u_turn"}), frozenset()),
    "P.124d": (frozenset({"right", "u_turn"}), frozenset()),
    "P.124e": (frozenset({"left", "u_turn"}), _MOTORCARS),
    "P.124f": (frozenset({"right", "u_turn"}), _MOTORCARS),
}
"""Movements each prohibition sign forbids, and the vehicles it applies to (none named: all)."""

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
Hours = Annotated[str, Field(pattern=f"^{_HOURS.pattern}$")]
"""A part of the day in Vietnam's time, `06:00-09:00`: from the first minute, up to the last,
also past midnight."""


class Prohibition(Configured):
    """What forbids a movement, to whom and when. A plain text in the file stands for its `by`."""

    by: Ban
    valid_from: date | None = Field(default=None, description="first day the sign stands (Vietnam)")
    valid_to: date | None = Field(default=None, description="last day the sign stands")
    hours: tuple[Hours, ...] = Field(
        default=(), description="hours on the supplementary plate; empty: always"
    )
    kinds: Kinds = Field(
        default=frozenset(), description="vehicles it names; empty: those of the sign itself, or all"
    )

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"by": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise refused("valid_to không được trước valid_from", "valid_to must not be before valid_from")
        return self

    @property
    def is_timed(self) -> bool:
        """True if it holds on some days or hours only."""
        return bool(self.valid_from or self.valid_to or self.hours)

    def names(self, kind: VehicleKind) -> bool:
        """True if it forbids the movement to that kind of vehicle."""
        kinds = self.kinds or _SIGNS.get(self.by, (None, frozenset()))[1]
        return not kinds or kind in kinds

    def holds_at(self, at: datetime) -> bool:
        """True if it is in force at that moment (aware)."""
        local = at.astimezone(VIETNAM)
        day, clock = local.date(), local.time()
        if (self.valid_from and day < self.valid_from) or (self.valid_to and day > self.valid_to):
            return False
        return not self.hours or any(_within(clock, hours) for hours in self.hours)


def _within(clock: time, hours: str) -> bool:
    first, last = (time.fromisoformat(end) for end in hours.split("-"))
    return first <= clock < last if first < last else clock >= first or clock < last


def _controllers(url: str) -> str:
    split_address(url, ("mqtt", "mqtts", "http", "https"))
    return url


class Controller(Configured):
    """Where a signal controller reports the phase of a head."""

    url: Annotated[str, AfterValidator(_controllers)] = Field(
        pattern=r"^(mqtts?|https?)://[^@]+$", description="mqtt:// or http:// address, no password"
    )
    group: Identifier = Field(description="the controller's own name of the signal group")


class Head(Configured):
    """A lamp head (đèn tín hiệu): its housing in the picture, or its signal group at a controller."""

    id: Identifier
    box: BoxPixels = Field(description="the whole housing, all lenses, in pixels of the detect stream")
    kind: Literal["round", "arrow"] = "round"
    layout: Literal["vertical", "horizontal"] = "vertical"
    source: Literal["vision", "controller"] = "vision"
    controller: Controller | None = None

    @model_validator(mode="after")
    def _controller_is_named(self) -> Self:
        if (self.source == "controller") != (self.controller is not None):
            raise refused(
                "source: controller cần khoá controller, và chỉ nguồn này có khoá đó",
                "source: controller needs the key controller, and only that source has it",
            )
        return self


class Exit(Configured):
    """Exit of one movement from the junction: crossing `line`, in either direction, identifies the
    movement."""

    movement: Movement
    line: Line
    prohibited_by: Prohibition | None = Field(
        default=None, description="what forbids this movement from this stop line"
    )

    @model_validator(mode="after")
    def _the_sign_fits(self) -> Self:
        movements = (
            _SIGNS.get(self.prohibited_by.by, (frozenset(),))[0] if self.prohibited_by else frozenset()
        )
        if self.prohibited_by and movements and self.movement not in movements:
            raise refused(
                f"biển {self.prohibited_by.by} không cấm hướng này",
                f"sign {self.prohibited_by.by} forbids {' and '.join(sorted(movements))}, not "
                f"{self.movement}",
            )
        return self


class StopLine(Configured):
    """A stop line (vạch dừng, 7.1)."""

    id: Identifier
    line: Line
    direction: Direction = Field(description="[dx, dy] along which crossing is entering the junction")
    head: Identifier | None = Field(default=None, description="the lamp head that governs it")
    heads: dict[Movement, Identifier] = Field(default_factory=dict, description="heads of single movements")
    commit: Line | None = Field(
        default=None,
        description="line after which a vehicle has entered the junction; none: a distance past the line",
    )
    exits: tuple[Exit, ...] = ()


class Lane(Configured):
    """A lane or half of the road (làn đường, phần đường)."""

    id: Identifier
    polygon: Polygon
    direction: Direction | None = Field(default=None, description="[dx, dy] its traffic goes")
    one_way: bool = Field(
        default=False, description="against it is wrong_way (P.102, I.407a); otherwise wrong_lane"
    )
    kinds: Kinds = Field(default=frozenset(), description="vehicles allowed (R.412, R.415); empty: all")
    movements: Movements = Field(
        default=frozenset(), description="where its arrows lead (9.3, R.411); empty: everywhere"
    )
    free_on_red: Movements = Field(
        default=frozenset(), description="movements a sign or second lamp allows on red"
    )


class SolidLine(Configured):
    """A solid line (vạch liền, 1.2, 1.3, 2.2)."""

    id: Identifier
    line: Line
    forbidden_from: Side = Field(
        default="either",
        description="side, along the drawing, it may not be crossed from; one only, where a dashed line runs "
        "beside it (1.4, 2.4)",
    )
    separates: Literal["lanes", "opposing"] | None = Field(
        default=None,
        description="lanes of one direction, or the two halves of a two-way road; none: an officer says",
    )


class Zone(Configured):
    """An area where stopping is forbidden (khu vực cấm dừng)."""

    id: Identifier
    polygon: Polygon
    seconds: Annotated[float, Field(gt=0, le=3600)] = Field(description="how long a vehicle may stand there")
    basis: ZoneBasis | None = Field(
        default=None, description="why standing is forbidden there; none: an officer has to say"
    )


class RiderZone(Configured):
    """An area near enough to the camera for riders' heads to be recognised (khu vực nhận dạng người trên xe):
    a head has at least 14 pixels in the record stream."""

    id: Identifier
    polygon: Polygon


class Section(Configured):
    """A stretch of road (đoạn đường đối chiếu) on which two cameras compare vehicles: the same four corners
    of the road are drawn in both pictures."""

    id: Identifier
    corners: Annotated[Polygon, Field(max_length=4)] = Field(
        description="its four corners on the road as a driver sees them: left and right where vehicles come "
        "in, then right and left where they go out"
    )
    width: Annotated[float, Field(gt=0.5, le=100)] = Field(description="metres across")
    length: Annotated[float, Field(gt=0.5, le=200)] = Field(description="metres along the traffic")

    @model_validator(mode="after")
    def _has_four_corners(self) -> Self:
        corners = self.corners
        turns = {turn(corners[i - 2], corners[i - 1], corners[i]) > 0 for i in range(len(corners))}
        if len(corners) != 4 or len(turns) != 1:
            raise refused(
                "cần đúng bốn góc của một đoạn đường, không lõm",
                "a stretch of road has four corners, none of them inwards",
            )
        if turns == {True}:
            raise refused(
                "các góc ngược chiều: bắt đầu từ góc trái nơi xe vào, rồi góc phải nơi xe vào",
                "the corners run the wrong way round: begin at the left one where vehicles come in, then the "
                "right one there",
            )
        return self


class Exemption(Configured):
    """Hours in which police direct traffic (người điều khiển giao thông, Law 36/2024 Art. 11.2) or the
    markings don't apply; findings are marked, not dropped."""

    start: AwareDatetime
    end: AwareDatetime
    reason: Annotated[ShownName, Field(max_length=100)]


class Scene(Configured):
    """The scene as the rules know it. `size` is (width, height) of the detect stream."""

    size: tuple[Annotated[int, Field(ge=16, le=16384)], Annotated[int, Field(ge=16, le=16384)]] = Field(
        description="[width, height] of the detect stream"
    )
    expressway: bool = Field(
        default=False, description="an expressway (đường cao tốc): other fines hold there"
    )
    heads: tuple[Head, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    lanes: tuple[Lane, ...] = ()
    solid_lines: tuple[SolidLine, ...] = ()
    zones: tuple[Zone, ...] = ()
    rider_zones: tuple[RiderZone, ...] = Field(
        default=(), description="where it is looked at who sits on a motorbike"
    )
    # Things not drawn are not part of the file's fingerprint, so that older files keep theirs.
    sections: tuple[Section, ...] = Field(
        default=(),
        description="stretches of road on which a plate camera's vehicles are compared with another's",
        exclude_if=lambda sections: not sections,
    )
    exemptions: tuple[Exemption, ...] = ()

    @property
    def is_timed(self) -> bool:
        """True if anything here applies at certain times only, so that rules must know the time of day."""
        bans = (way.prohibited_by for line in self.stop_lines for way in line.exits)
        return bool(self.exemptions) or any(ban is not None and ban.is_timed for ban in bans)
