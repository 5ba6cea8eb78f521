"""Đi ngược chiều của đường một chiều: driving against a one-way road."""

from configs.rules.descriptor import Need, RuleDescriptor
from configs.rules.parameters import Against
from configs.wording import words


class WrongWay(Against):
    """Đi ngược chiều của đường một chiều."""


RULE = RuleDescriptor(
    name="wrong_way",
    version=3,
    order=5,
    label=words("Đi ngược chiều", "Driving the wrong way"),
    parameters=WrongWay,
    looks=4.0,
    needs=(
        Need(
            lambda scene: any(lane.one_way and lane.direction for lane in scene.lanes),
            words("cần một làn đường một chiều có hướng", "needs a one_way lane with a direction"),
        ),
    ),
    rank=1,
    reasons={
        "wrong_way.drove_against": words(
            "Đi ngược chiều trên {lane}: {distance_heights} lần chiều cao xe trong {lasted_ms}",
            "drove against the one-way direction of {lane} for {distance_heights} vehicle heights "
            "in {lasted_ms}",
        ),
    },
    moments={
        "before": words("Bắt đầu ngược chiều", "Beginning against the direction"),
        "over": words("Ngược chiều", "Against the direction"),
        "continuing": words("Vẫn ngược chiều", "Still against the direction"),
    },
)
