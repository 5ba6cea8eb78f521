"""The rules a camera may have, each with its parameters. A rule is on when its key is there."""

from typing import Any

from pydantic import Field, field_validator

from configs.model import Configured
from configs.rules.illegal_turn import IllegalTurn
from configs.rules.no_stopping import NoStopping
from configs.rules.parameters import Passage
from configs.rules.red_light import RedLight
from configs.rules.solid_line import SolidLineParameters
from configs.rules.stop_line import StopLineParameters
from configs.rules.wrong_lane import WrongLane
from configs.rules.wrong_way import WrongWay
from contract.types import RuleName


class Rules(Configured):
    """The rules of one camera; a rule whose key is missing is off."""

    passage: Passage = Passage()
    red_light: RedLight | None = None
    stop_line: StopLineParameters | None = None
    solid_line: SolidLineParameters | None = None
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
