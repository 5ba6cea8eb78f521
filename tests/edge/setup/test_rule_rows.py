"""The table of offences by lane: what is ticked can be proved there."""

import pytest

from edge.setup.drafts import scene_of
from edge.setup.rule_routes import rows

STOP = {"id": "stop", "line": [[100, 400], [400, 400]], "direction": [0, -1], "head": "lamp"}
HEAD = {"id": "lamp", "box": [300, 20, 320, 60], "source": "vision"}


def ticked(rule: str, direction: list[float] | None) -> bool:
    """Whether the rule is said to be provable in a lane whose traffic goes that way."""
    lane = {"id": "lane", "polygon": [[100, 400], [400, 400], [400, 470], [100, 470]]}
    lane |= {"direction": direction} if direction else {}
    draft = {
        "id": "cam",
        "site": {"id": "s", "name": "Ngã tư"},
        "size": [640, 480],
        "heads": [HEAD],
        "stop_lines": [STOP],
        "lanes": [lane],
    }
    scene = scene_of(draft)
    assert scene is not None
    (found,) = [row for row in rows(draft, scene) if row.rule.name == rule]
    assert not found.missing, "the camera as a whole has what the rule needs"
    return found.lanes[0]


@pytest.mark.parametrize("rule", ["red_light", "stop_line"])
@pytest.mark.parametrize(
    ("direction", "can_be_proved"),
    [
        (None, True),
        ([0, -1], True),
        ([0.8, -0.6], True),  # a lane beside the camera, as it is seen
        ([-3, -1], True),
        ([0, 1], False),  # oncoming
        ([0.9, 0.4], False),
        ([1, 0], False),  # of the street across
    ],
)
def test_a_stop_line_is_for_the_lanes_that_lead_over_it(
    rule: str, direction: list[float] | None, can_be_proved: bool
) -> None:
    assert ticked(rule, direction) is can_be_proved


def test_what_needs_no_stop_line_can_be_proved_in_an_oncoming_lane() -> None:
    assert ticked("wrong_lane", [0, 1])
