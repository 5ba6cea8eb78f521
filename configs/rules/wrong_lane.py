"""Đi không đúng phần đường, làn đường: the opposing half, or a lane for other vehicles."""

from pydantic import Field

from configs.rules.parameters import Against, Frames, Part, Seconds


class WrongLane(Against):
    """Đi không đúng phần đường, làn đường: the opposing half, or a lane for other vehicles."""

    lane_seconds: Seconds = Field(default=1.5, description="seconds in a lane that is for other vehicles")
    lane_frames: Frames = Field(default=5, description="frames in a lane that is for other vehicles")
    confidence: Part = Field(
        default=0.5, description="confidence of the vehicle's kind below which a person decides"
    )
