"""Common parameters of all rules, and those that several rules share.

Distances are parts of the vehicle's box height or width, so that one setting fits near and far, bike and bus.
Defaults were chosen on real clips of Hanoi (640×480, 6 fps, from behind), Kathmandu and a US junction at
night.
"""

from typing import Annotated

from pydantic import Field

from configs.model import Configured
from configs.rules.descriptor import Need
from configs.wording import words

Seconds = Annotated[float, Field(ge=0, le=600)]
Part = Annotated[float, Field(ge=0, le=5)]
Frames = Annotated[int, Field(ge=1, le=100)]


class Passage(Configured):
    """Parameters of a stop line crossing; shared by red_light and stop_line."""

    frames_before: Frames = Field(
        default=3, description="frames a vehicle must have been seen in before the line"
    )
    distance_before: Part = Field(
        default=0.12, description="box heights of approach that must be seen before the line"
    )
    hysteresis: Part = Field(
        default=0.04, description="box heights on each side of the line that count as jitter"
    )
    clearance: Part = Field(
        default=0.15,
        description="box heights past the line that count as entering, if no commit line is drawn",
    )
    onward: Part = Field(default=0.25, description="box heights past the commit line that prove it went on")
    within: Seconds = Field(default=6.0, description="seconds after the line in which it must have gone on")
    standing: Annotated[float, Field(gt=0, le=600)] = Field(
        default=2.0, description="seconds without movement after which it counts as a stop"
    )
    still: Part = Field(
        default=0.04, description="box heights of movement that count as jitter of a standing vehicle"
    )


class Against(Configured):
    """Parameters of driving against a lane's direction; shared by wrong_way and wrong_lane."""

    seconds: Seconds = Field(default=0.4, description="seconds against the direction")
    frames: Frames = Field(default=4, description="frames against the direction")
    smallest: Part = Field(
        default=0.06,
        description="minimum height of a box, as a share of the picture: farther vehicles are not judged",
    )
    distance: Part = Field(default=0.4, description="box heights against the direction")
    inside: Part = Field(default=0.4, description="box widths a four-wheeler must lie inside the lane")
    two_wheel_inside: Part = Field(default=0.15, description="the same for motorbikes and bicycles")


class OnARide(Configured):
    """Conditions for judging riders; shared by no_helmet and passengers."""

    looks: Frames = Field(default=3, description="analysed frames that must show it")
    share: Annotated[float, Field(gt=0.5, le=1)] = Field(
        default=0.6, description="share of all analysed frames that must show it"
    )
    seconds: Seconds = Field(
        default=0.5, description="seconds between the first and the last of these frames"
    )
    distance: Part = Field(
        default=1.0,
        description="box heights it must have moved: a standing motorbike is not being ridden",
    )


RIDER_ZONE = Need(
    lambda scene: bool(scene.rider_zones), words("cần một khu vực xem mũ bảo hiểm", "needs a rider zone")
)
"""Requirement of the rider rules."""

GOVERNED_LINE = Need(
    lambda scene: any(line.head or line.heads for line in scene.stop_lines),
    words("cần một vạch dừng có đèn điều khiển", "needs a stop line with a lamp head"),
)
"""Requirement of the lamp rules."""
