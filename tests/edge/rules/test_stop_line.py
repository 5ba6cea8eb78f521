"""Standing past the stop line on red: not running it, not a jam that began on green."""

import pytest

from configs.rules import Rules
from configs.rules.red_light import RedLight
from configs.rules.stop_line import StopLineParameters
from configs.scene import Lane
from edge.rules.inputs import SignalHistory
from edge.rules.said import doubt
from tests.edge.rules.tracks import LINE, SCENE, changed, codes, lamp, replay, straight, through, track

RULES = Rules(red_light=RedLight(), stop_line=StopLineParameters())
DEEP = changed(SCENE, stop_lines=(changed(LINE, commit=((100, 300), (500, 300))),))
RED_FROM_5 = lamp(("green", 0, 2), ("amber", 2, 5), ("red", 5, 40), ("green", 40, 60))
OVER = through((7, 300, 500), (9, 300, 370), (30, 300, 370))


def test_a_vehicle_that_stands_past_the_line_is_stop_line_and_not_red_light() -> None:
    (finding,) = replay(track(OVER, 7, 20, jitter=1.0), DEEP, RULES, RED_FROM_5)
    assert (finding.rule, finding.decision) == ("stop_line", "violation")
    assert 9.0 <= finding.t <= 10.2
    assert finding.moments["before"] < finding.moments["over"] < finding.moments["continuing"]
    assert codes(finding) == ["stop_line.stood"]


def test_it_stays_one_offence_when_the_vehicle_goes_on_later_in_the_same_red() -> None:
    path = through((7, 300, 500), (9, 300, 370), (13, 300, 370), (15, 300, 200))
    assert [finding.rule for finding in replay(track(path, 7, 18), DEEP, RULES, RED_FROM_5)] == ["stop_line"]


@pytest.mark.parametrize(
    ("signals", "decisions"),
    [
        (RED_FROM_5, ["violation"]),
        (lamp(("green", 0, 8.7), ("red", 8.7, 40)), []),
        (lamp(("green", 0, 40)), []),
        (lamp(("red", 0, 9.5), ("green", 9.5, 40)), []),
        (lamp(("red", 0, 40), armed=False), ["undecidable"]),
        (lamp(("green", 0, 5), ("red", 5, 40), uncertainty=6.0), ["borderline"]),
    ],
)
def test_the_lamp_decides_as_for_a_red_light(signals: dict[str, SignalHistory], decisions: list[str]) -> None:
    assert [finding.decision for finding in replay(track(OVER, 7, 20), DEEP, RULES, signals)] == decisions


def test_a_short_halt_past_the_line_is_a_red_light() -> None:
    path = through((7, 300, 500), (9, 300, 370), (10, 300, 370), (12, 300, 200))
    assert [finding.rule for finding in replay(track(path, 7, 15), DEEP, RULES, RED_FROM_5)] == ["red_light"]


def test_waiting_to_turn_right_on_red_is_left_to_a_person() -> None:
    lane = Lane(
        id="A", polygon=((100, 400), (500, 400), (500, 640), (100, 640)), free_on_red=frozenset(["right"])
    )
    (finding,) = replay(track(OVER, 7, 20), changed(DEEP, lanes=(lane,)), RULES, RED_FROM_5)
    assert (finding.decision, finding.doubts) == ("borderline", (doubt("stop_line.free_on_red", lane="A"),))


@pytest.mark.parametrize("standing_at", [304, 302, 300, 297, 285])
def test_standing_at_the_edge_of_the_junction_is_left_to_a_person(standing_at: float) -> None:
    """It may have gone in, a graver offence, or be short of it by less than a box jitters."""
    path = through((7, 300, 500), (9, 300, standing_at), (30, 300, standing_at))
    (finding,) = replay(track(path, 7, 20, jitter=1.0), DEEP, RULES, RED_FROM_5)
    assert (finding.rule, finding.decision) == ("stop_line", "borderline")
    assert finding.doubts == (doubt("stop_line.at_junction", line=LINE.id),)


@pytest.mark.parametrize("standing_at", [410, 402])
def test_standing_before_the_line_is_right(standing_at: float) -> None:
    path = through((7, 300, 500), (9, 300, standing_at))
    assert replay(track(path, 7, 30, jitter=1.5), DEEP, RULES, RED_FROM_5) == []


def test_it_is_silent_where_it_is_off_and_for_who_drives_through_green() -> None:
    assert replay(track(OVER, 7, 20), DEEP, Rules(red_light=RedLight()), RED_FROM_5) == []
    assert replay(track(straight(300, 1), 0, 4), DEEP, RULES, RED_FROM_5) == []


@pytest.mark.parametrize("fps", [6.0, 12.5, 25.0])
@pytest.mark.parametrize("brakes", [0.5, 1.0, 2.0])
def test_nobody_stands_while_they_still_roll(fps: float, brakes: float) -> None:
    """However gently a motorbike 1.7 m high brakes: its stop begins when it stands, or within a second."""
    metre, halts = 80 / 1.7, 10.0

    def braking(t: float) -> tuple[float, float]:
        return 300.0, 350.0 + metre * brakes * max(0.0, halts - t) ** 2 / 2

    (finding,) = replay(track(braking, 5, 20, fps=fps, jitter=0.5), DEEP, RULES, RED_FROM_5)
    assert halts - 1 / fps <= finding.t <= halts + 1.2
    assert finding.moments["continuing"] - finding.t >= 2.0 - 1 / fps


def test_a_rider_who_rolls_to_a_short_halt_and_goes_on_runs_the_light() -> None:
    """Rolls the last half metre past the line behind others, halts for a moment, then enters the junction."""
    metre, halts, goes = 80 / 1.7, 9.0, 10.6

    def path(t: float) -> tuple[float, float]:
        rolled = metre * 0.25 * max(0.0, halts - t) ** 2
        return 300.0, 350.0 + rolled - 60.0 * max(0.0, t - goes)

    (finding,) = replay(track(path, 4, 14, jitter=0.5), DEEP, RULES, RED_FROM_5)
    assert finding.rule == "red_light"
