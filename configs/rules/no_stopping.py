"""Dừng xe nơi cấm dừng: standing where it is forbidden."""

from pydantic import Field

from configs.model import Configured
from configs.rules.parameters import Part


class NoStopping(Configured):
    """Dừng xe nơi cấm dừng; the time is the zone's own."""

    still: Part = Field(
        default=0.2, description="box heights of movement that are jitter of a standing vehicle"
    )
