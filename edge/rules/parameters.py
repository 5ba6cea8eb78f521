"""The numbers each rule works with, their defaults and what they mean. A rule is on when its key is there.

Distances are parts of the vehicle's box height or width, so that one setting fits near and far, bike and bus.
Defaults were chosen on the real clips of Hanoi (640×480, 6 fps, from behind), Kathmandu and a US junction at
night.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from contract.messages import RuleName

Seconds = Annotated[float, Field(ge=0, le=600)]
Part = Annotated[float, Field(ge=0, le=5)]
Frames = Annotated[int, Field(ge=1, le=100)]


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Passage(_Parameters):
    """How the crossing of a stop line is seen; shared by red_light and stop_line."""

    frames_before: Frames = Field(
        default=3, description="frames a vehicle must have been seen in before the line"
    )
    distance_before: Part = Field(
        default=0.12, description="box heights it must have been seen before the line"
    )
    hysteresis: Part = Field(default=0.04, description="box heights either side of the line that are jitter")
    clearance: Part = Field(
        default=0.15, description="box heights past the line that commit, if no commit line is drawn"
    )
    onward: Part = Field(default=0.25, description="box heights past the commit line that prove it went on")
    within: Seconds = Field(default=6.0, description="seconds after the line in which it must have gone on")
    standing: Annotated[float, Field(gt=0, le=600)] = Field(
        default=2.0, description="seconds without moving that make it a stop, not a passage"
    )
    still: Part = Field(
        default=0.08, description="box heights of movement that are jitter of a standing vehicle"
    )


class RedLight(_Parameters):
    """Đi qua vạch dừng khi đèn đỏ."""

    grace: Seconds = Field(default=0.3, description="seconds of red in which a crossing is no offence")
    settle: Seconds = Field(
        default=0.5, description="seconds to wait until a change of the lamp is confirmed"
    )
    amber: Literal["off", "borderline", "violation"] = Field(
        default="off", description="what crossing on amber is: the law treats it as red, practice rarely does"
    )


class StopLineRule(_Parameters):
    """Dừng xe quá vạch dừng: standing past the line on red without entering the junction."""


class SolidLineRule(_Parameters):
    """Đè vạch, lấn vạch liền: crossed, or wheels on the line for a while."""

    seconds: Seconds = Field(default=0.3, description="seconds astride the line")
    frames: Frames = Field(default=3, description="frames astride the line")
    overhang: Part = Field(
        default=0.1, description="part of a four-wheeler's box, each side, that is no wheel"
    )
    two_wheel_overhang: Part = Field(default=0.35, description="the same for motorbikes and bicycles")
    smallest: Part = Field(
        default=0.06, description="parts of the picture's height a box must have: far vehicles are not judged"
    )
    length: Part = Field(default=0.5, description="box heights of road a vehicle covers along the view")
    crossed: Part = Field(default=0.35, description="box widths the ground point must lie inside either side")


class Against(_Parameters):
    """When a vehicle drives against a lane's direction; shared by wrong_way and wrong_lane."""

    seconds: Seconds = Field(default=0.4, description="seconds against the direction")
    frames: Frames = Field(default=4, description="frames against the direction")
    smallest: Part = Field(
        default=0.06, description="parts of the picture's height a box must have: far vehicles are not judged"
    )
    distance: Part = Field(default=0.4, description="box heights against the direction")
    inside: Part = Field(default=0.4, description="box widths a four-wheeler must lie inside the lane")
    two_wheel_inside: Part = Field(default=0.15, description="the same for motorbikes and bicycles")


class WrongWay(Against):
    """Đi ngược chiều của đường một chiều."""


class WrongLane(Against):
    """Đi không đúng phần đường, làn đường: the opposing half, or a lane for other vehicles."""

    lane_seconds: Seconds = Field(default=1.5, description="seconds in a lane that is for other vehicles")
    lane_frames: Frames = Field(default=5, description="frames in a lane that is for other vehicles")
    confidence: Part = Field(
        default=0.5, description="confidence of the vehicle's kind below which a person decides"
    )


class IllegalTurn(_Parameters):
    """Rẽ, quay đầu trái quy định: leaving by a movement the lane does not lead to."""

    within: Seconds = Field(default=20.0, description="seconds from the stop line to the exit")
    lane_frames: Frames = Field(default=3, description="frames in the lane that tell it")


class NoStopping(_Parameters):
    """Dừng xe nơi cấm dừng; the time is the zone's own."""

    still: Part = Field(
        default=0.2, description="box heights of movement that are jitter of a standing vehicle"
    )


class Rules(_Parameters):
    """The rules of one camera; a rule whose key is missing is off."""

    passage: Passage = Passage()
    red_light: RedLight | None = None
    stop_line: StopLineRule | None = None
    solid_line: SolidLineRule | None = None
    wrong_lane: WrongLane | None = None
    wrong_way: WrongWay | None = None
    illegal_turn: IllegalTurn | None = None
    no_stopping: NoStopping | None = None
    precedence: tuple[RuleName, ...] = Field(
        default=("wrong_way", "wrong_lane", "solid_line"),
        description="one act under several of these is reported under the first; the others are flags",
    )

    @field_validator(
        "red_light",
        "stop_line",
        "solid_line",
        "wrong_lane",
        "wrong_way",
        "illegal_turn",
        "no_stopping",
        mode="before",
    )
    @classmethod
    def _on_is_said(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("empty: write {} to turn the rule on, or leave the key out")
        return value
