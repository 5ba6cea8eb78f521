"""Dừng xe quá vạch dừng: standing past the stop line on red."""

from configs.model import Configured
from configs.rules.descriptor import RuleDescriptor
from configs.rules.parameters import GOVERNED_LINE
from configs.wording import words


class StopLineParameters(Configured):
    """Dừng xe quá vạch dừng: standing past the line on red without entering the junction."""


RULE = RuleDescriptor(
    name="stop_line",
    version=5,
    order=2,
    label=words("Dừng quá vạch dừng", "Stopping past the stop line"),
    parameters=StopLineParameters,
    looks=2.0,
    needs=(GOVERNED_LINE,),
    lamps=True,
    one_a_spot=True,
    reasons={
        "stop_line.stood": words(
            "Dừng quá vạch dừng {line} {stood_ms}, qua vạch khi đèn {head} đã đỏ {elapsed_red_ms} "
            "(± {uncertainty_ms}, ngưỡng {grace_ms})",
            "stood past stop line {line} for {stood_ms}, crossed {elapsed_red_ms} after lamp {head} turned "
            "red (± {uncertainty_ms}, grace {grace_ms})",
        ),
        "stop_line.stood_unseen_lamp": words(
            "Dừng quá vạch dừng {line} {stood_ms}, đèn {head}",
            "stood past stop line {line} for {stood_ms}, lamp {head}",
        ),
        "stop_line.free_on_red": words(
            "Làn {lane} có hướng được đi khi đèn đỏ", "a movement of lane {lane} may go on red"
        ),
        "stop_line.at_junction": words(
            "Xe dừng sau vạch {line} tại ranh giới nút giao: có thể đã vượt đèn đỏ",
            "it stands past {line} at the edge of the junction: it may have run the red light",
        ),
    },
    moments={
        "before": words("Trước vạch dừng", "Before the stop line"),
        "over": words("Dừng quá vạch", "Standing past the line"),
        "continuing": words("Vẫn dừng quá vạch", "Still standing past the line"),
    },
)
