"""On and over a solid line: who offends, who only drives beside it."""

from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.rules import Rules
from configs.rules.solid_line import SolidLineParameters
from configs.scene import Scene, Side, SolidLine
from contract.vehicles import VehicleKind
from edge.rules.inputs import Track, TrackPoint
from tests.edge.rules.tracks import Path, changed, codes, replay, straight, through, track

LINE = SolidLine(id="centre", line=((300, 600), (300, 100)))
SCENE = Scene(size=(640, 700), solid_lines=(LINE,))
RULES = Rules(solid_line=SolidLineParameters())
CAR = {"kind": VehicleKind.CAR, "size": (100.0, 90.0)}
CHANGE = through((0, 220, 560), (1.5, 220, 400), (2.2, 380, 320), (4, 380, 150))


@pytest.mark.parametrize(
    ("x", "found"),
    [(300, 1), (270, 1), (339, 1), (261, 1), (355, 0), (245, 0), (400, 0)],
)
def test_a_car_astride_is_found_and_one_beside_the_line_is_not(x: float, found: int) -> None:
    vehicle = track(straight(x, 2), 0, 4, **CAR)
    findings = replay(vehicle, SCENE, RULES)
    assert [(finding.rule, finding.line) for finding in findings] == [("solid_line", "centre")] * found


def test_a_car_that_comes_into_view_astride_is_found_soon() -> None:
    (finding,) = replay(track(straight(310, 2), 0, 4, **CAR), SCENE, RULES)
    assert finding.t <= 0.5
    assert (codes(finding), finding.basis) == (["solid_line.wheels_on"], "touched")


@pytest.mark.parametrize(("x", "found"), [(300, 1), (306, 0), (320, 0)])
def test_a_motorbike_must_have_its_wheel_there(x: float, found: int) -> None:
    assert len(replay(track(straight(x, 2), 0, 4, size=(30, 80)), SCENE, RULES)) == found


@pytest.mark.parametrize(("aside", "found"), [(0, 1), (4, 1), (-4, 1), (8, 0), (-8, 0)])
def test_a_motorbike_on_a_line_that_leans_is_found_by_its_wheels_alone(aside: float, found: int) -> None:
    leaning = changed(SCENE, solid_lines=(changed(LINE, line=((200, 600), (350, 100))),))
    along_it = through((0, 212 + aside, 560), (4, 332 + aside, 160))
    assert len(replay(track(along_it, 0, 4, size=(40, 80)), leaning, RULES)) == found


def test_a_quick_change_of_sides_is_found_once() -> None:
    (finding,) = replay(track(CHANGE, 0, 4, size=(30, 80)), SCENE, RULES)
    assert finding.reasons[0].values["side"] == "left"
    assert finding.moments["before"] <= finding.t < finding.moments["continuing"]


@pytest.mark.parametrize(
    ("vehicle", "start", "found"),
    [({"size": (40, 80)}, 289, 1), ({"size": (40, 80)}, 291, 0), (CAR, 260, 1), (CAR, 270, 0)],
)
def test_wheels_must_be_well_inside_both_sides(vehicle: dict[str, Any], start: float, found: int) -> None:
    """A motorbike comes into view a quarter of its box beside the line; a car's wheels reach farther."""
    over = through((0, start, 560), (0.3, start, 520), (1.0, 390, 420), (3, 390, 150))
    crossing = [one for one in replay(track(over, 0, 3, **vehicle), SCENE, RULES) if one.basis != "touched"]
    assert len(crossing) == found


@pytest.mark.parametrize(
    ("separates", "basis"), [(None, None), ("lanes", "lane_changed"), ("opposing", "opposing_half")]
)
def test_what_the_line_separates_is_what_was_broken(separates: str | None, basis: str | None) -> None:
    scene = changed(SCENE, solid_lines=(changed(LINE, separates=separates),))
    (finding,) = replay(track(CHANGE, 0, 4, size=(30, 80)), scene, RULES)
    assert finding.basis == basis


@pytest.mark.parametrize(("side", "found"), [("either", 1), ("left", 1), ("right", 0)])
def test_a_line_with_a_dashed_one_beside_it_may_be_crossed_from_there(side: Side, found: int) -> None:
    scene = changed(SCENE, solid_lines=(changed(LINE, forbidden_from=side),))
    assert len(replay(track(CHANGE, 0, 4, size=(30, 80)), scene, RULES)) == found


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (through((0, 220, 200), (1, 220, 80), (2, 380, 60)), "round the end of the line"),
        (through((0, 300, 400)), "stands on it, perhaps hidden behind another"),
        (through((0, 220, 500), (2, 285, 400), (4, 220, 300)), "touches and goes back"),
    ],
)
def test_who_does_not_offend(path: Path, why: str) -> None:
    assert replay(track(path, 0, 4, size=(30, 80)), SCENE, RULES) == []


def test_wheels_below_the_picture_or_too_far_away_are_not_judged() -> None:
    low = changed(SCENE, size=(640, 401))
    assert replay(track(through((0, 300, 400), (4, 310, 400)), 0, 4, **CAR), low, RULES) == []
    far = changed(SCENE, size=(640, 4000))
    assert replay(track(straight(300, 2), 0, 4, **CAR), far, RULES) == []


@pytest.mark.parametrize(("picture", "found"), [(700, 1), (480, 0)])
def test_a_side_told_only_by_a_box_cut_off_below_is_no_side(picture: int, found: int) -> None:
    path = through((0, 220, 479), (1, 240, 479), (1.4, 330, 478), (2.2, 380, 400), (4, 380, 150))
    scene = changed(SCENE, size=(640, picture))
    assert len(replay(track(path, 0, 4, size=(30, 80)), scene, RULES)) == found


@settings(max_examples=60, deadline=None)
@given(st.floats(150, 232), st.integers(0, 999), st.sampled_from([6.0, 12.0, 25.0]))
def test_beside_the_line_jitter_makes_no_offence(x: float, seed: int, fps: float) -> None:
    vehicle = track(straight(x, 2), 0, 4, fps=fps, jitter=5, seed=seed, kind=VehicleKind.CAR, size=(100, 90))
    assert replay(vehicle, SCENE, RULES) == []


@pytest.mark.parametrize(
    ("fps", "seconds", "found"), [(6, 0.34, 0), (6, 0.51, 1), (25, 0.2, 0), (25, 0.32, 1)]
)
def test_few_looks_at_wheels_on_the_line_prove_nothing(fps: float, seconds: float, found: int) -> None:
    """A lamp on the road swells a box for a moment: at six looks a second that is three of them."""
    way = straight(300, 2)
    vehicle = track(
        lambda t: (way(t)[0] + (0 if 1 <= t <= 1.001 + seconds else 100), way(t)[1]), 0, 4, fps=fps, **CAR
    )
    scene = changed(SCENE, solid_lines=(changed(LINE, forbidden_from="either"),))
    touched = [one for one in replay(vehicle, scene, RULES) if one.basis == "touched"]
    assert len(touched) == found


@pytest.mark.parametrize(
    ("kind", "size", "swollen", "since", "decision"),
    [
        (VehicleKind.MOTORBIKE, (36.0, 80.0), 1.0, 1.0, "violation"),
        (VehicleKind.MOTORBIKE, (36.0, 80.0), 1.5, 1.0, "borderline"),  # another beside it in its box
        (VehicleKind.CAR, (100.0, 90.0), 1.5, 1.0, "borderline"),  # its lamp on the road
        (VehicleKind.CAR, (100.0, 90.0), 1.5, -9.0, "violation"),  # that wide all along
    ],
)
def test_a_box_that_swelled_as_it_came_to_the_line_tells_no_side(
    kind: VehicleKind, size: tuple[float, float], swollen: float, since: float, decision: str
) -> None:
    """It is beside the line, until its box grows over it and stays so."""
    width, height = size
    points = []
    for point in track(straight(300, 2), 0, 4, kind=kind, size=size).points:
        x, y = point.ground
        wide = width * (swollen if point.t >= since else 1.0)
        x = x if point.t >= max(since, 1.0) else x - width
        points.append(replace(point, box=(x - wide / 2, y - height, x + wide / 2, y)))
    found = replay(Track(1, kind, 0.9, tuple(points)), SCENE, RULES)
    assert [finding.decision for finding in found] == [decision]


@pytest.mark.parametrize(("every", "decision"), [(5, "violation"), (2, "borderline")])
def test_a_box_that_swells_now_and_then_takes_nothing_from_the_looks_between(
    every: int, decision: str
) -> None:
    """Rides on the line; another's box comes into his in some looks: the others must prove it alone."""
    points = []
    for point in track(straight(300, 2), 0, 2, fps=12.5, size=(36, 80)).points:
        x, y = point.ground
        wide = 52 if point.frame % every == 1 else 36
        points.append(replace(point, box=(x - wide / 2, y - 80, x + wide / 2, y)))
    found = replay(Track(1, VehicleKind.MOTORBIKE, 0.9, tuple(points)), SCENE, RULES)
    assert [finding.decision for finding in found] == [decision]


@pytest.mark.parametrize(("until", "decision"), [(1.9, "violation"), (9.0, "borderline")])
def test_a_box_that_swelled_between_the_sides_takes_nothing_from_those(until: float, decision: str) -> None:
    """Seen plainly on one side and then on the other: only a box that stays so may hold another vehicle."""
    points = []
    way = through((0, 220, 560), (1, 220, 400), (2.6, 380, 300), (4, 400, 200))
    for point in track(way, 0, 4, fps=25, size=(30, 80)).points:
        x, y = point.ground
        wide = 50 if 1.7 <= point.t < until else 30
        points.append(replace(point, box=(x - wide / 2, y - 80, x + wide / 2, y)))
    found = replay(Track(1, VehicleKind.MOTORBIKE, 0.9, tuple(points)), SCENE, RULES)
    assert [(finding.basis, finding.decision) for finding in found] == [(None, decision)]


@pytest.mark.parametrize(("on", "found"), [(0.5, 0), (1.0, 1)])
def test_the_first_boxes_of_what_comes_into_view_are_not_enough(on: float, found: int) -> None:
    """They hold the light before it too: half a second later it is seen beside the line."""
    points = track(straight(300, 2), 0, 4, **CAR).points
    seen = (
        p if p.t <= on else replace(p, box=(p.box[0] + 60, *p.box[1:2], p.box[2] + 60, p.box[3]))
        for p in points
    )
    assert len(replay(Track(1, VehicleKind.CAR, 0.9, tuple(seen)), SCENE, RULES)) == found


def test_one_that_comes_in_below_astride_may_change_its_outline() -> None:
    """A lorry shows ever more of itself until all of it is in the picture: real, of a street in Nepal."""
    way = straight(300, 2, speed=200.0)
    points = []
    for point in track(way, 0, 3.4, **CAR).points:
        x, y = point.ground
        high = 150.0 if y < 640 else 150.0 - (y - 640)
        low = min(y, 690.0)
        points.append(replace(point, box=(x - 60, low - high, x + 60, low)))
    (found,) = replay(Track(1, VehicleKind.TRUCK, 0.9, tuple(points)), SCENE, RULES)
    assert found.decision == "violation"


@pytest.mark.parametrize(("wheels", "found"), [("seen", 1), ("predicted", 0)])
def test_wheels_seen_and_then_reckoned_lower_are_no_movement_of_one_who_waits(
    wheels: Literal["seen", "predicted"], found: int
) -> None:
    def forward(point: TrackPoint) -> TrackPoint:
        x1, y1, x2, y2 = point.box
        return replace(point, box=(x1, y1 + 20, x2, y2), bottom=y2 + 35, wheels=wheels)

    waiting = track(through((0, 300, 400)), 0, 4, size=(40, 110))
    later = tuple(forward(point) if point.t > 2 else point for point in waiting.points)
    assert len(replay(replace(waiting, points=later), SCENE, RULES)) == found
