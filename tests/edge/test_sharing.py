"""Looks shared by need: nobody starves, the budget holds, what presses comes first."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.camera import CameraConfig
from contract.types import LampColour
from contract.vehicles import VehicleKind
from edge.pipeline import Step
from edge.rules.inputs import Phase, SignalHistory, Track, TrackPoint
from edge.sharing import FLOOR_PART, SAVED_SECONDS, Need, Sharing, need_of, wanted_looks
from tests.edge import road

TICK = 0.01


def run(
    sharing: Sharing, needs: Mapping[str, Need], seconds: float, since: float = 0.0
) -> dict[str, list[float]]:
    """When each camera was looked at; all of them always have a picture."""
    looks: dict[str, list[float]] = {camera: [] for camera in needs}
    for camera, need in needs.items():
        sharing.tell(camera, need)
    for tick in range(round(seconds / TICK)):
        now = since + tick * TICK
        while (chosen := sharing.choose(needs, now)) is not None:
            looks[chosen].append(now)
    return looks


def sharing_of(wanted: Mapping[str, float], budget: float) -> Sharing:
    sharing = Sharing(budget)
    for camera, looks in wanted.items():
        sharing.join(camera, looks, 0.0)
    return sharing


cameras = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.5, 2.0, 4.0, 6.0]), min_size=1)


@given(cameras, st.floats(1, 60), st.data())
def test_no_camera_waits_longer_than_its_floor_allows(
    wanted: dict[str, float], budget: float, data: st.DataObject
) -> None:
    sharing, now = sharing_of(wanted, budget), 0.0
    looks: dict[str, list[float]] = {camera: [0.0] for camera in wanted}
    for _ in range(3):
        needs = {camera: data.draw(st.sampled_from(Need)) for camera in wanted}
        for camera, times in run(sharing, needs, 5.0, now).items():
            looks[camera] += times
        now += 5.0
    for camera, times in looks.items():
        longest = max(after - before for before, after in zip(times, [*times[1:], now], strict=True))
        # At worst all others fall below their floors in the same moment.
        assert longest <= 1 / sharing.floor(camera) + len(wanted) / budget + 2 * TICK


@given(cameras, st.floats(1, 60), st.lists(st.floats(0, 0.5), max_size=200))
def test_the_budget_is_kept_over_any_stretch(
    wanted: dict[str, float], budget: float, pauses: list[float]
) -> None:
    sharing, now, times = sharing_of(wanted, budget), 0.0, []
    for pause in pauses:
        now += pause
        while sharing.choose(wanted, now) is not None:
            times.append(now)
    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], first):
            assert last - first <= budget * (end - start + SAVED_SECONDS) + 1 + 1e-6


@given(st.permutations([Need.QUIET, Need.MOTION, Need.PRESSING]))
def test_of_those_at_their_floors_the_most_pressing_is_looked_at_most(needs: list[Need]) -> None:
    named = dict(zip("abc", needs, strict=True))
    counts = Counter(
        {c: len(times) for c, times in run(sharing_of(dict.fromkeys("abc", 2.0), 15), named, 20).items()}
    )
    assert [named[camera] for camera, _ in counts.most_common()] == sorted(needs, reverse=True)


def test_looks_go_by_need_and_nothing_is_left_over() -> None:
    needs = {"a": Need.PRESSING, "b": Need.MOTION, "c": Need.MOTION, "d": Need.QUIET}
    looks = run(sharing_of(dict.fromkeys(needs, 2.0), 24.0), needs, 60.0)
    rates = {camera: len(times) / 60.0 for camera, times in looks.items()}
    assert sum(rates.values()) == pytest.approx(24.0, abs=0.5)
    assert rates == pytest.approx({"a": 8.0, "b": 6.0, "c": 6.0, "d": 4.0}, rel=0.12)


def test_where_the_budget_is_too_small_each_keeps_most_of_an_equal_share() -> None:
    needs = {"a": Need.PRESSING, "b": Need.QUIET, "c": Need.QUIET, "d": Need.QUIET}
    sharing = sharing_of(dict.fromkeys(needs, 6.0), 8.0)
    looks = run(sharing, needs, 60.0)
    assert sharing.floor("b") == pytest.approx(FLOOR_PART * 2.0)
    assert all(len(times) / 60.0 >= 0.93 * sharing.floor(camera) for camera, times in looks.items())
    assert len(looks["a"]) > len(looks["b"])


def test_the_most_demanding_rule_says_how_many_looks_are_wanted() -> None:
    assert wanted_looks(road.CONFIG) == 6.0


LAMP = {"id": "lamp", "box": [300, 10, 310, 30]}
LINE = {"id": "S1", "line": [[0, 150], [320, 150]], "direction": [0, -1], "head": "lamp"}
JUNCTION = CameraConfig.model_validate(
    road.ROAD | {"solid_lines": [], "heads": [LAMP], "stop_lines": [LINE], "rules": {"red_light": {}}}
)


def seen(bottoms: list[float], colour: LampColour) -> Step:
    """A car whose wheels stood at these heights, one look after the other, under a lamp."""
    points = tuple(TrackPoint(i / 5, (100, y - 40, 150, y), i) for i, y in enumerate(bottoms))
    lamp = SignalHistory("lamp", "vision", (Phase(colour, 0.0, 1.0, True, 0.04),), True)
    tracks = (Track(1, VehicleKind.CAR, 0.9, points),) if points else ()
    return Step(road.frame(5), tracks, {"lamp": lamp}, (), looked=True)


@pytest.mark.parametrize(
    ("bottoms", "colour", "need"),
    [
        ([], "red", Need.QUIET),
        ([200, 200], "red", Need.QUIET),
        ([240, 225], "red", Need.MOTION),
        ([190, 180], "green", Need.MOTION),
        ([190, 180], "red", Need.PRESSING),
        ([130, 115], "red", Need.PRESSING),
        ([160], "red", Need.PRESSING),
    ],
)
def test_what_a_look_shows_says_how_soon_the_next_is_needed(
    bottoms: list[float], colour: LampColour, need: Need
) -> None:
    assert need_of(seen(bottoms, colour), JUNCTION) is need


def test_without_a_lamp_a_vehicle_near_a_line_presses() -> None:
    tracks = (Track(1, VehicleKind.CAR, 0.9, (TrackPoint(0.0, (135, 160, 185, 200), 0),)),)
    assert need_of(Step(road.frame(0), tracks, {}, (), looked=True), road.CONFIG) is Need.PRESSING
