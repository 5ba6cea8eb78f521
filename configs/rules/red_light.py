"""Vượt đèn đỏ: crossing the stop line on red and going on."""

from typing import Literal

from pydantic import Field

from configs.model import Configured
from configs.rules.parameters import Seconds


class RedLight(Configured):
    """Đi qua vạch dừng khi đèn đỏ."""

    grace: Seconds = Field(default=0.3, description="seconds of red in which a crossing is no offence")
    settle: Seconds = Field(
        default=0.5, description="seconds to wait until a change of the lamp is confirmed"
    )
    amber: Literal["off", "borderline", "violation"] = Field(
        default="off", description="what crossing on amber is: the law treats it as red, practice rarely does"
    )
