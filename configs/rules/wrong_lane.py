"""Đi không đúng phần đường, làn đường: the opposing half, or a lane for other vehicles."""

from pydantic import Field

from configs.rules.descriptor import Need, RuleDescriptor
from configs.rules.parameters import Against, Frames, Part, Seconds
from configs.scene import Scene
from configs.wording import words


class WrongLane(Against):
    """Đi không đúng phần đường, làn đường: the opposing half, or a lane for other vehicles."""

    lane_seconds: Seconds = Field(default=1.5, description="seconds in a lane that is for other vehicles")
    lane_frames: Frames = Field(default=5, description="frames in a lane that is for other vehicles")
    confidence: Part = Field(
        default=0.5, description="confidence of the vehicle's kind below which a person decides"
    )


def _tells_lanes_apart(scene: Scene) -> bool:
    two_way = any(lane.direction and not lane.one_way for lane in scene.lanes)
    return two_way or any(lane.kinds for lane in scene.lanes)


RULE = RuleDescriptor(
    name="wrong_lane",
    version=3,
    order=3,
    label=words("Sai làn, phần đường", "Wrong lane or part of the road"),
    parameters=WrongLane,
    looks=4.0,
    needs=(
        Need(
            _tells_lanes_apart,
            words(
                "cần một làn đường hai chiều có hướng, hoặc một làn riêng cho loại xe",
                "needs a two-way lane with a direction, or one with kinds",
            ),
        ),
    ),
    rank=2,
    bases={
        "opposing": words("phần đường ngược chiều", "the oncoming side of the road"),
        "closed": words("làn dành cho loại xe khác", "a lane for other vehicles"),
    },
    law_facts=("basis",),
    reasons={
        "wrong_lane.opposing": words(
            "Đi vào phần đường ngược chiều {lane}: {distance_heights} lần chiều cao xe trong {lasted_ms}",
            "drove in the oncoming lane {lane} for {distance_heights} vehicle heights in {lasted_ms}",
        ),
        "wrong_lane.closed": words(
            "{kind} trong làn {lane} (dành cho: {kinds}) {lasted_ms}",
            "{kind} in lane {lane}, which is for {kinds}, for {lasted_ms}",
        ),
        "wrong_lane.kind_not_sure": words(
            "Loại xe chưa chắc (độ tin cậy {confidence})",
            "the kind of vehicle is uncertain (confidence {confidence})",
        ),
    },
    moments={
        "before": words("Vào làn", "Entering the lane"),
        "over": words("Trong làn", "In the lane"),
        "continuing": words("Đi tiếp", "Going on"),
    },
)
