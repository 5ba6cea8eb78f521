"""Two riders in one box, one of whom offends: nobody is accused of what only one of them may have done."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from configs.rules import Rules
from configs.rules.red_light import RedLight
from configs.rules.solid_line import SolidLineParameters
from configs.rules.stop_line import StopLineParameters
from configs.rules.wrong_lane import WrongLane
from configs.scene import Lane, Scene, SolidLine
from contract.vehicles import VehicleKind
from edge.rules.inputs import Breadth, Track
from tests.edge.rules.tracks import (
    LINE,
    Path,
    changed,
    codes,
    in_words,
    lamp,
    replay,
    straight,
    through,
    track,
)

DIVIDER = SolidLine(id="divider", line=((300, 600), (300, 60)))
ROAD = Scene(size=(640, 640), solid_lines=(DIVIDER,))
OPPOSING = Lane(id="opposing", polygon=((100, 60), (300, 60), (300, 640), (100, 640)), direction=(0, 1))
CARS = changed(OPPOSING, id="cars", direction=(0, -1), kinds=frozenset({VehicleKind.CAR}))
LANES = Rules(wrong_lane=WrongLane())
LINES = Rules(solid_line=SolidLineParameters())


def pair(
    path: Path, start: float = 0.0, end: float = 4.0, sigmas: Callable[[int], float] = lambda _: 3.0
) -> Track:
    """Two beside each other, 30 px from wheel to wheel, in one box 70 px wide; `sigmas` says by how many
    standard deviations it is too wide, by frame."""
    box = track(path, start, end, size=(70, 80))
    points = tuple(replace(p, breadth=Breadth(sigmas(p.frame), 15.0)) for p in box.points)
    return replace(box, points=points)


def one(of: Track) -> Track:
    """The same boxes of a vehicle that is so wide."""
    return replace(of, points=tuple(replace(p, breadth=Breadth(0.3, 15.0)) for p in of.points))


def test_of_two_of_whom_one_may_be_on_the_line_nobody_is_accused() -> None:
    both = pair(straight(300, 2))
    assert [found.decision for found in replay(one(both), ROAD, LINES)] == ["violation"]
    (finding,) = replay(both, ROAD, LINES)
    assert (finding.decision, codes(finding)) == ("borderline", ["solid_line.wheels_on", "track.may_be_two"])
    assert f"({finding.doubts[0].values['looks']} frames)" in in_words(finding)


@pytest.mark.parametrize(
    ("sigmas", "decision"),
    [
        (lambda frame: 2.5 if frame % 2 else 1.2, "violation"),
        (lambda frame: 4.5 if frame % 2 else 0.5, "borderline"),
        (lambda frame: 6.0 if frame % 10 == 0 else 0.0, "violation"),
        (lambda _: -2.0, "violation"),
    ],
)
def test_the_average_look_must_be_too_wide(sigmas: Callable[[int], float], decision: str) -> None:
    (finding,) = replay(pair(straight(300, 2), sigmas=sigmas), ROAD, LINES)
    assert finding.decision == decision


def test_the_way_to_the_act_is_looked_at_too() -> None:
    """Boxes get narrower as one of the two falls behind; the act alone would not show that they were two."""
    narrower = pair(straight(300, 2), sigmas=lambda frame: max(0.0, 5.0 - 0.1 * frame))
    assert [found.decision for found in replay(narrower, ROAD, LINES)] == ["borderline"]


def test_where_nothing_tells_how_wide_one_is_nothing_is_doubted() -> None:
    plain = track(straight(300, 2), 0, 4, size=(70, 80))
    assert [found.decision for found in replay(plain, ROAD, LINES)] == ["violation"]


def test_two_who_both_changed_sides_did_so_whoever_is_meant() -> None:
    over = through((0, 220, 560), (1.5, 220, 420), (3, 380, 280), (4, 380, 180))
    (finding,) = replay(pair(over), ROAD, LINES)
    assert (finding.decision, codes(finding)) == ("violation", ["solid_line.crossed"])


@pytest.mark.parametrize(("x", "decision"), [(200, "violation"), (285, "borderline"), (115, "borderline")])
@pytest.mark.parametrize("lane", [OPPOSING, CARS])
def test_both_must_be_wholly_in_the_lane(lane: Lane, x: float, decision: str) -> None:
    scene = Scene(size=(640, 640), lanes=(lane,))
    both = pair(straight(x, 2))
    assert [found.decision for found in replay(one(both), scene, LANES)] == ["violation"]
    (finding,) = replay(both, scene, LANES)
    assert finding.decision == decision
    assert ("track.may_be_two" in codes(finding)) == (decision == "borderline")


@pytest.mark.parametrize(("rise", "decision"), [(0, "violation"), (500, "borderline")])
def test_past_a_leaning_stop_line_both_must_stand(rise: float, decision: str) -> None:
    leaning = changed(LINE, line=((100, 400 - rise), (500, 400 + rise)), commit=((100, 100), (500, 100)))
    scene = Scene(size=(640, 640), stop_lines=(leaning,))
    rules = Rules(red_light=RedLight(), stop_line=StopLineParameters())
    red = lamp(("green", 0, 2), ("amber", 2, 5), ("red", 5, 40))
    stands = through((7, 300, 500), (9, 300, 388), (30, 300, 388))
    (finding,) = replay(pair(stands, 7, 20), scene, rules, red)
    assert (finding.rule, finding.decision) == ("stop_line", decision)
