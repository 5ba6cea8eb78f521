"""Rẽ, quay đầu trái quy định: leaving by a movement that arrows, a sign or the place forbid."""

from pydantic import Field

from configs.model import Configured
from configs.rules.parameters import Frames, Seconds


class IllegalTurn(Configured):
    """Rẽ, quay đầu trái quy định: leaving by a movement the lane does not lead to."""

    within: Seconds = Field(default=20.0, description="seconds from the stop line to the exit")
    lane_frames: Frames = Field(default=3, description="frames in the lane that tell it")
