"""Rẽ, quay đầu trái quy định: leaving by a movement that arrows, a sign or the place forbid."""

from pydantic import Field

from configs.model import Configured
from configs.rules.bases import BANS
from configs.rules.descriptor import Need, RuleDescriptor
from configs.rules.parameters import Frames, Seconds
from configs.scene import Scene
from configs.wording import words


class IllegalTurn(Configured):
    """Rẽ, quay đầu trái quy định: leaving by a movement the lane does not lead to."""

    within: Seconds = Field(default=20.0, description="seconds from the stop line to the exit")
    lane_frames: Frames = Field(
        default=3, description="frames in a lane after which it counts as the vehicle's lane"
    )


def _tells_movements(scene: Scene) -> bool:
    exits = any(line.exits for line in scene.stop_lines)
    banned = any(way.prohibited_by for line in scene.stop_lines for way in line.exits)
    return banned or (exits and any(lane.movements for lane in scene.lanes))


RULE = RuleDescriptor(
    name="illegal_turn",
    version=3,
    order=6,
    label=words("Rẽ, quay đầu sai quy định", "Forbidden turn"),
    parameters=IllegalTurn,
    looks=3.0,
    needs=(
        Need(
            _tells_movements,
            words(
                "cần một vạch dừng có lối ra: một lối bị cấm, hoặc một làn có mũi tên",
                "needs a stop line with exits: one with prohibited_by, or a lane with movements",
            ),
        ),
    ),
    bases=BANS,
    law_facts=("basis", "movement"),
    reasons={
        "illegal_turn.banned": words(
            "{movement} từ vạch {line}, nơi bị cấm ({basis})",
            "{movement} from {line}, which is forbidden ({basis})",
        ),
        "illegal_turn.against_arrows": words(
            "{movement} từ làn {lane}, làn này chỉ được {movements}",
            "{movement} from lane {lane}, which allows only {movements}",
        ),
        "illegal_turn.lane_not_certain": words(
            "Đổi làn ngay trước đó (làn {lane} chưa chắc)",
            "it changed lanes shortly before (lane {lane} is not certain)",
        ),
    },
    moments={
        "before": words("Trên làn", "In the lane"),
        "over": words("Trong nút", "In the junction"),
        "continuing": words("Ra khỏi nút", "Leaving the junction"),
    },
)
