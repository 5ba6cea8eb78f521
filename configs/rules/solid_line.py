"""Đè vạch, lấn vạch liền: crossing a solid line or driving with the wheels on it."""

from pydantic import Field

from configs.model import Configured
from configs.rules.descriptor import Need, RuleDescriptor
from configs.rules.parameters import Frames, Part, Seconds
from configs.wording import words


class SolidLineParameters(Configured):
    """Đè vạch, lấn vạch liền: crossed, or wheels on the line for a while."""

    seconds: Seconds = Field(default=0.3, description="seconds with the wheels on both sides of the line")
    frames: Frames = Field(default=4, description="frames with the wheels on both sides of the line")
    overhang: Part = Field(
        default=0.1, description="share of a four-wheeler's box, on each side, that is not wheels"
    )
    two_wheel_overhang: Part = Field(default=0.35, description="the same for motorbikes and bicycles")
    smallest: Part = Field(
        default=0.06,
        description="minimum height of a box, as a share of the picture: farther vehicles are not judged",
    )
    length: Part = Field(
        default=0.5, description="box heights of road that a four-wheeler covers along the view"
    )
    crossed: Part = Field(
        default=0.35, description="box widths by which the ground point must be past the line"
    )
    two_wheel_crossed: Part = Field(default=0.25, description="the same for motorbikes and bicycles")


RULE = RuleDescriptor(
    name="solid_line",
    version=4,
    order=4,
    label=words("Đè vạch liền", "On or over a solid line"),
    parameters=SolidLineParameters,
    looks=6.0,
    needs=(Need(lambda scene: bool(scene.solid_lines), words("cần một vạch liền", "needs a solid line")),),
    rank=3,
    bases={
        "touched": words("đè lên vạch", "on the line"),
        "lane_changed": words("chuyển làn qua vạch liền", "changed lanes over it"),
        "opposing_half": words(
            "lấn sang phần đường ngược chiều", "crossed into the oncoming side of the road"
        ),
    },
    law_facts=("basis",),
    reasons={
        "solid_line.wheels_on": words(
            "Bánh xe trên vạch liền {line} {lasted_ms} ({frames} khung hình)",
            "wheels on solid line {line} for at least {lasted_ms} ({frames} {frames:frame|frames})",
        ),
        "solid_line.crossed": words(
            "Lấn qua vạch liền {line} từ {side} trong {lasted_ms}",
            "crossed solid line {line} from its {side} side in {lasted_ms}",
        ),
        "solid_line.outline_unsteady": words(
            "Khung bao xe thay đổi {times} lần: có thể gồm bóng đổ hoặc xe khác",
            "its box changed in size {times}-fold: it may include a shadow or another vehicle",
        ),
    },
    moments={
        "before": words("Trước khi đè vạch", "Before the line"),
        "over": words("Đè vạch", "On the line"),
        "continuing": words("Đi tiếp", "Going on"),
    },
)
