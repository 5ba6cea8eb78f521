"""Vượt đèn đỏ: crossing the stop line on red and going on."""

from typing import Literal

from pydantic import Field

from configs.model import Configured
from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import GOVERNED_LINE, Seconds
from configs.wording import words


class RedLight(Configured):
    """Đi qua vạch dừng khi đèn đỏ."""

    grace: Seconds = Field(
        default=0.3, description="seconds after the change to red in which a crossing is no offence"
    )
    settle: Seconds = Field(
        default=0.5, description="seconds to wait until a change of the lamp is confirmed"
    )
    amber: Literal["off", "borderline", "violation"] = Field(
        default="off",
        description="how crossing on amber is judged: the law treats it like red, practice rarely does",
    )


RULE = RuleDescriptor(
    name="red_light",
    version=4,
    order=1,
    label=words("Vượt đèn đỏ", "Running a red light"),
    parameters=RedLight,
    looks=4.0,
    needs=(GOVERNED_LINE,),
    lamps=True,
    reasons={
        "red_light.crossed": words(
            "Qua vạch dừng {line} khi đèn {head} đã đỏ {elapsed_red_ms} "
            "(± {uncertainty_ms}, ngưỡng {grace_ms})",
            "crossed stop line {line} {elapsed_red_ms} after lamp {head} turned red "
            "(± {uncertainty_ms}, grace {grace_ms})",
        ),
        "red_light.crossed_on_amber": words(
            "Qua vạch dừng {line} khi đèn {head} đã vàng {elapsed_amber_ms}",
            "crossed stop line {line} {elapsed_amber_ms} after lamp {head} turned amber",
        ),
        "red_light.crossed_unseen_lamp": words(
            "Qua vạch dừng {line}, đèn {head}", "crossed stop line {line}, lamp {head}"
        ),
        "red_light.went_on": words(
            "Vào nút {after_ms} sau khi qua vạch và đi tiếp",
            "entered the junction {after_ms} later and went on",
        ),
        "red_light.amber_is_a_persons": words(
            "Đèn vàng: để người thẩm định quyết định", "crossed on amber: a person decides"
        ),
    },
    moments={
        "before": words("Trước vạch dừng", "Before the stop line"),
        "over": words("Qua vạch dừng", "Over the stop line"),
        "continuing": words("Đi tiếp vào nút", "Going on into the junction"),
    },
)
