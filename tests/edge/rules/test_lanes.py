"""wrong_lane and wrong_way: the opposing half, one-way roads, lanes for other vehicles."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.rules import Rules
from configs.rules.wrong_lane import WrongLane
from configs.rules.wrong_way import WrongWay
from configs.scene import Lane, Scene
from contract.vehicles import VehicleKind
from edge.rules.inputs import Track
from tests.edge.rules.tracks import Path, box_at, changed, codes, replay, straight, through, track

OWN = Lane(id="own", polygon=((300, 100), (500, 100), (500, 600), (300, 600)), direction=(0, -1))
OPPOSING = Lane(id="opposing", polygon=((100, 100), (300, 100), (300, 600), (100, 600)), direction=(0, 1))
SCENE = Scene(size=(640, 640), lanes=(OWN, OPPOSING))
RULES = Rules(wrong_lane=WrongLane(), wrong_way=WrongWay())


def down(x: float) -> Path:
    return lambda t: (x, 150 + 100 * t)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (straight(400, 2), []),
        (down(200), []),
        (straight(200, 2), ["opposing"]),
        (down(400), ["own"]),
        (straight(296, 2), []),
        (straight(600, 2), []),
        (through((0, 200, 400)), []),
        (through((0, 200, 400), (4, 200, 380)), []),
        (through((0, 200, 400), (1, 200, 430), (2, 200, 400), (3, 200, 430)), []),
    ],
)
def test_the_opposing_half(path: Path, found: list[str]) -> None:
    findings = replay(track(path, 0, 4), SCENE, RULES)
    assert [finding.lane for finding in findings] == found
    assert {finding.rule for finding in findings} <= {"wrong_lane"}


@pytest.mark.parametrize(("x", "found"), [(290, 0), (265, 0), (255, 1)])
def test_a_car_must_be_wholly_there(x: float, found: int) -> None:
    vehicle = track(straight(x, 2), 0, 4, kind=VehicleKind.CAR, size=(100, 90))
    assert len(replay(vehicle, SCENE, RULES)) == found


@pytest.mark.parametrize(
    ("left", "width", "found"),
    [
        (160, 80, 1),
        (0, 200, 0),  # leaves to the left: what is seen of it ends further and further to the right
        (440, 200, 0),
    ],
)
def test_a_vehicle_cut_by_the_picture_shows_no_place_on_the_road(left: float, width: int, found: int) -> None:
    lane = changed(OPPOSING, polygon=((0, 100), (640, 100), (640, 600), (0, 600)))
    vehicle = track(straight(left + width / 2, 2), 0, 4, kind=VehicleKind.CAR, size=(width, 90))
    assert len(replay(vehicle, changed(SCENE, lanes=(lane,)), RULES)) == found


def test_against_a_one_way_road_is_wrong_way() -> None:
    scene = changed(SCENE, lanes=(changed(OWN, one_way=True),))
    (finding,) = replay(track(down(400), 0, 4), scene, RULES)
    assert (finding.rule, finding.decision, finding.lane) == ("wrong_way", "violation", "own")
    assert codes(finding) == ["wrong_way.drove_against"]
    assert replay(track(straight(400, 2), 0, 4), scene, RULES) == []
    assert replay(track(down(400), 0, 4), scene, Rules(wrong_lane=WrongLane())) == []


FOR_CARS = Lane(id="cars", polygon=OWN.polygon, kinds=frozenset([VehicleKind.CAR]))


@pytest.mark.parametrize(
    ("kind", "confidence", "path", "decisions"),
    [
        (VehicleKind.CAR, 0.9, straight(400, 2), []),
        (VehicleKind.MOTORBIKE, 0.9, straight(400, 2), ["violation"]),
        (VehicleKind.MOTORBIKE, 0.4, straight(400, 2), ["borderline"]),
        (VehicleKind.MOTORBIKE, 0.9, straight(200, 2), []),
        (VehicleKind.MOTORBIKE, 0.9, through((0, 400, 300)), []),
        (VehicleKind.MOTORBIKE, 0.9, through((0, 280, 500), (1, 330, 400), (1.8, 280, 300)), []),
    ],
)
def test_a_lane_for_other_vehicles(
    kind: VehicleKind, confidence: float, path: Path, decisions: list[str]
) -> None:
    scene = changed(SCENE, lanes=(FOR_CARS,))
    found = replay(track(path, 0, 4, kind=kind, confidence=confidence), scene, RULES)
    assert [finding.decision for finding in found] == decisions


@pytest.mark.parametrize(
    ("kinds", "decision"),
    [
        ({"motorbike": 0.7, "car": 0.3}, "borderline"),
        ({"motorbike": 0.7, "bicycle": 0.3}, "violation"),
        ({"motorbike": 0.95, "car": 0.05}, "violation"),
    ],
)
def test_who_may_be_of_a_kind_that_may_drive_there_is_for_a_person(
    kinds: dict[str, float], decision: str
) -> None:
    rider = track(straight(400, 2), 0, 4)
    unsure = replace(rider, kinds={VehicleKind(kind): share for kind, share in kinds.items()})
    (found,) = replay(unsure, changed(SCENE, lanes=(FOR_CARS,)), RULES)
    assert found.decision == decision
    assert ("wrong_lane.kind_not_sure" in codes(found)) == (decision == "borderline")


@pytest.mark.parametrize(("drives_on", "found"), [(500, 0), (470, 0), (430, 1)])
def test_who_stands_in_a_lane_for_others_is_found_as_it_drives_on(drives_on: float, found: int) -> None:
    path = through((0, 400, 500), (30, 400, 500), (32, 400, drives_on))
    scene = changed(SCENE, lanes=(FOR_CARS,))
    assert len(replay(track(path, 0, 32, jitter=2), scene, RULES)) == found


def test_far_vehicles_are_not_judged() -> None:
    assert replay(track(straight(200, 2), 0, 4), changed(SCENE, size=(640, 2000)), RULES) == []


@settings(max_examples=60, deadline=None)
@given(
    st.floats(320, 480),
    st.floats(0, 300),
    st.integers(0, 999),
    st.sampled_from([6.0, 12.0, 25.0]),
)
def test_whoever_drives_or_stands_on_the_right_side_is_never_found(
    x: float, speed: float, seed: int, fps: float
) -> None:
    vehicle = track(straight(x, 2, speed=speed), 0, 4, fps=fps, jitter=4, seed=seed)
    assert replay(vehicle, SCENE, RULES) == []


def beside_another(since: float) -> Track:
    """A rider who is in the opposing half from t = 2; from `since` on his box is over another beside him."""
    rider = track(straight(230, 2), 0, 4)
    wider = (replace(p, box=box_at(p.ground, (70, 80))) if p.t >= since else p for p in rider.points)
    return replace(rider, points=tuple(wider))


@pytest.mark.parametrize(("since", "decision"), [(0, "violation"), (1.5, "borderline"), (9, "violation")])
def test_of_two_riders_in_one_box_neither_is_accused(since: float, decision: str) -> None:
    half = changed(OPPOSING, polygon=((100, 100), (300, 100), (300, 400), (100, 400)))
    found = replay(beside_another(since), changed(SCENE, lanes=(OWN, half)), RULES)
    assert [one.decision for one in found] == [decision]


@pytest.mark.parametrize("rate", [5, 10])
def test_a_box_that_hops_to_a_vehicle_nearby_drove_nowhere(rate: float) -> None:
    """One that stands is hidden by another, and for a moment its box is on that one."""
    hops = through((0, 400, 400), (2, 400, 396), (2 + 1 / rate, 400, 470), (4, 400, 472))
    assert replay(track(hops, 0, 4, fps=rate), SCENE, RULES) == []


def test_two_looks_tell_no_hop_from_a_drive() -> None:
    """A camera file may ask for no more than two; one step alone proves nothing."""
    rules = Rules(wrong_lane=WrongLane(frames=2, seconds=0.3))
    assert replay(track(down(400), 0, 0.4, fps=2.5), SCENE, rules) == []
    assert [one.lane for one in replay(track(down(400), 0, 1.2, fps=2.5), SCENE, rules)] == ["own"]


def test_who_was_not_seen_for_a_moment_drove_on() -> None:
    vehicle = track(down(400), 0, 1.3, fps=5, hidden=(0.3, 0.7))
    assert [one.lane for one in replay(vehicle, SCENE, RULES)] == ["own"]


def test_a_stay_is_not_told_from_a_box_over_something_else() -> None:
    """The first look at a motorbike in a lane for cars holds a shadow twice as high: others show it."""
    first, *rest = track(straight(400, 2), 1, 4).points
    odd = replace(first, box=(*first.box[:3], first.box[3] + 80))
    rider = Track(1, VehicleKind.MOTORBIKE, 0.9, (odd, *rest))
    (found,) = replay(rider, changed(SCENE, lanes=(FOR_CARS,)), RULES)
    assert found.point == rest[0]
