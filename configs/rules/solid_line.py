"""Đè vạch, lấn vạch liền: crossing a solid line or driving with the wheels on it."""

from pydantic import Field

from configs.model import Configured
from configs.rules.parameters import Frames, Part, Seconds


class SolidLineParameters(Configured):
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
