"""Dừng xe nơi cấm dừng: stopping where it is forbidden."""

from pydantic import Field

from configs.model import Configured
from configs.rules.bases import ZONES
from configs.rules.descriptor import Need, RuleDescriptor
from configs.rules.parameters import Part
from configs.wording import words


class NoStopping(Configured):
    """Dừng xe nơi cấm dừng; the time is the zone's own."""

    still: Part = Field(
        default=0.2, description="box heights of movement that count as jitter of a standing vehicle"
    )


RULE = RuleDescriptor(
    name="no_stopping",
    version=5,
    order=7,
    label=words("Dừng, đỗ sai quy định", "Stopping where it is forbidden"),
    parameters=NoStopping,
    looks=0.5,
    needs=(Need(lambda scene: bool(scene.zones), words("cần một khu vực cấm dừng", "needs a zone")),),
    bases=ZONES,
    law_facts=("basis",),
    reasons={
        "no_stopping.stood": words(
            "Đứng trong khu vực {zone} {lasted_ms}, được phép {allowed_ms}",
            "stood in {zone} for {lasted_ms}; {allowed_ms} are allowed",
        ),
    },
    moments={
        "before": words("Bắt đầu đứng", "Beginning to stand"),
        "over": words("Đang đứng", "Standing"),
        "continuing": words("Vẫn đứng", "Still standing"),
    },
)
