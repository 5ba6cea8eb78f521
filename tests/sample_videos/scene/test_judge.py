"""The judge on motions written by hand: each verdict from the places of the wheels and the lamp alone."""

from collections.abc import Callable
from math import pi
from typing import Any

import numpy as np
import pytest

from contract.vehicles import VehicleKind
from sample_videos.scene.acts import Act, met, runs
from sample_videos.scene.cast import Casting
from sample_videos.scene.judge import judge
from sample_videos.scene.lamps import Program
from sample_videos.scene.scenarios.script import crossroads
from sample_videos.scene.stage import Cast
from sample_videos.scene.street import Lane, Solid, Street, Zone
from sample_videos.scene.traffic import STEP, Driver, Trace
from sample_videos.scene.ways import up

LAMP = {"main": Program(((-100.0, "green"), (4.0, "amber"), (7.0, "red")))}
END = 20.0
Place = Callable[[float], tuple[float, float, float]]
"""x, y and heading at a time."""


def acts(street: Street, body: str, place: Place, *, start: float = 0.0) -> list[Act]:
    """What the judge says of one vehicle that is where `place` tells, from `start` to the end."""
    times = np.arange(round(start / STEP), round(END / STEP) + 1) * STEP
    rows = list[tuple[float, float, float, float, float, float]]()
    for t in times:
        (x, y, heading), later = place(float(t)), place(float(t + STEP))
        ahead = -np.sin(heading) * (later[0] - x) + np.cos(heading) * (later[1] - y)
        rows.append((x, y, heading, ahead / STEP, 0.0, 0.0))
    looks = Casting(np.random.default_rng(1)).looks(body)
    driver = Driver(1, looks, up(0.0), 0.0, 0.0, 8.0, group="main")
    return judge(street, LAMP, Cast({1: driver}, {1: Trace(round(start / STEP), rows)}), END)


def drives(x: float, from_y: float, speed: float, *, halts_at: float = 1e9, until: float = 1e9) -> Place:
    """Straight up at `x`, standing at y `halts_at` until a time."""

    def place(t: float) -> tuple[float, float, float]:
        y = from_y + speed * t
        reached = (halts_at - from_y) / speed
        if t > reached:
            y = halts_at + max(0.0, t - max(until, reached)) * speed
        return x, y, 0.0

    return place


def said(found: list[Act], rule: str) -> list[tuple[str, str]]:
    return [(act.verdict, act.code) for act in found if act.rule == rule]


@pytest.mark.parametrize(
    ("crosses", "expected"),
    [
        (3.9, []),
        (5.0, [("near_miss", "amber")]),
        (7.2, [("open", "grace")]),
        (9.0, [("violation", "ran")]),
    ],
)
def test_red_light_by_the_colour_at_the_line(crosses: float, expected: list[tuple[str, str]]) -> None:
    found = acts(crossroads(), "scooter", drives(2.0, 20.0 - 8.0 * crosses, 8.0))
    assert said(found, "red_light") == expected
    assert all(act.t == pytest.approx(crosses, abs=0.01) for act in found if act.rule == "red_light")


def test_time_into_red_is_exact() -> None:
    found = acts(crossroads(), "scooter", drives(2.0, 20.0 - 8.0 * 9.0, 8.0))
    assert next(act for act in found if act.rule == "red_light").elapsed_red == pytest.approx(2.0, abs=0.002)


@pytest.mark.parametrize(
    ("rear", "expected"),
    [
        (16.0, []),
        (18.2, [("near_miss", "short_of_line")]),
        (19.3, [("near_miss", "front_wheel_over")]),
        (20.2, [("open", "partly_past")]),
        (21.5, [("violation", "stood")]),
    ],
)
def test_stop_line_by_where_the_wheels_stand(rear: float, expected: list[tuple[str, str]]) -> None:
    found = acts(crossroads(), "scooter", drives(2.0, -50.0, 8.0, halts_at=rear))
    assert said(found, "stop_line") == expected


def test_past_the_line_since_green_is_no_offence() -> None:
    found = acts(crossroads(), "scooter", drives(2.0, -4.0, 8.0, halts_at=21.5))
    assert said(found, "red_light") == [("near_miss", "in_junction")]
    assert said(found, "stop_line") == [("near_miss", "since_green")]
    assert next(act.t for act in found if act.rule == "stop_line") == pytest.approx(7.0)


@pytest.mark.parametrize(("free", "expected"), [(True, "near_miss"), (False, "violation")])
def test_turning_right_on_red_by_the_lanes_sign(free: bool, expected: str) -> None:
    def place(t: float) -> tuple[float, float, float]:
        s = 8.0 * t - 75.0
        return (6.0, s, 0.0) if s < 28.0 else (6.0 + s - 28.0, 28.0, -pi / 2)

    assert [v for v, _ in said(acts(crossroads(free_right=free), "scooter", place), "red_light")] == [
        expected
    ]


@pytest.mark.parametrize(
    ("body", "x", "expected"),
    [
        ("scooter", 3.5, [("violation", "on_line")]),
        ("scooter", 3.2, [("near_miss", "beside")]),
        ("scooter", 2.5, []),
        ("sedan", 3.5, [("violation", "on_line")]),
        ("sedan", 2.45, [("near_miss", "beside")]),
        ("sedan", 1.8, []),
    ],
)
def test_solid_line_by_where_the_tyres_roll(body: str, x: float, expected: list[tuple[str, str]]) -> None:
    street = Street(
        lanes=(Lane("a", 0, 3.5), Lane("b", 3.5, 7)), solids=(Solid("s", 3.5, 0.0, 60.0, "lanes"),)
    )
    assert said(acts(street, body, drives(x, -10.0, 8.0)), "solid_line") == expected


def test_a_slow_change_over_the_solid_line_is_one_crossing() -> None:
    street = Street(
        lanes=(Lane("a", 0, 3.5), Lane("b", 3.5, 7)), solids=(Solid("s", 3.5, 0.0, 90.0, "lanes"),)
    )
    found = acts(street, "sedan", lambda t: (1.8 + 0.35 * max(0.0, t - 3), 8 * t - 10, 0.0))
    assert said(found, "solid_line") == [("violation", "crossed")]


@pytest.mark.parametrize(
    ("x", "expected"), [(-1.0, ("violation", "opposing")), (-0.05, ("near_miss", "edge")), (0.6, None)]
)
def test_the_opposing_half_by_the_whole_vehicle(x: float, expected: tuple[str, str] | None) -> None:
    street = Street(lanes=(Lane("down", -7, 0, up=False), Lane("a", 0, 3.5)))
    found = said(acts(street, "scooter", drives(x, -10.0, 8.0)), "wrong_lane")
    assert found == ([expected] if expected else [])


def test_a_lane_for_other_kinds() -> None:
    street = Street(lanes=(Lane("cars", 0, 3.5, kinds=(VehicleKind.CAR,)), Lane("b", 3.5, 7)))
    assert said(acts(street, "scooter", drives(1.5, -10.0, 8.0)), "wrong_lane") == [
        ("violation", "closed_lane")
    ]
    assert said(acts(street, "sedan", drives(1.7, -10.0, 8.0)), "wrong_lane") == []


def test_crossing_into_the_opposing_half_is_reported_once() -> None:
    street = Street(
        lanes=(Lane("down", -7, 0, up=False), Lane("a", 0, 3.5)),
        solids=(Solid("centre", 0.0, -40.0, 140.0, "opposing"),),
    )
    found = acts(street, "scooter", lambda t: (max(-1.5, 1.5 - 0.8 * max(0.0, t - 4)), 6 * t - 10, 0.0))
    assert said(found, "wrong_lane") == [("violation", "opposing")]
    assert said(found, "solid_line") == [("open", "part_of_wrong_lane")]


def test_against_a_one_way_road_and_rolling_back_in_it() -> None:
    street = Street(lanes=(Lane("a", 0, 4, one_way=True),))
    against = acts(street, "scooter", lambda t: (2.0, 80 - 7 * t, pi))
    back = acts(street, "scooter", lambda t: (2.0, 20 - 0.6 * min(max(0.0, t - 3), 1.5), 0.0))
    assert said(against, "wrong_way") == [("violation", "against")]
    assert said(back, "wrong_way") == [("near_miss", "rolls_back")]


@pytest.mark.parametrize(
    ("x", "leaves", "expected"),
    [
        (9.0, 99.0, [("violation", "stood")]),
        (9.0, 5.5, [("near_miss", "left_before")]),
        (7.6, 99.0, [("near_miss", "beside")]),
        (5.0, 99.0, []),
    ],
)
def test_standing_in_a_zone(x: float, leaves: float, expected: list[tuple[str, str]]) -> None:
    zone = Zone("kerb", ((8, 10), (10, 10), (10, 26), (8, 26)), 5.0, "P130")
    street = Street(lanes=(Lane("a", 0, 10, one_way=True),), zones=(zone,))
    found = acts(street, "scooter", drives(x, 2.0, 6.0, halts_at=20.0, until=leaves))
    assert said(found, "no_stopping") == expected


def test_a_turn_from_the_wrong_lane_and_a_banned_one() -> None:
    def turns(x: float) -> Place:
        def place(t: float) -> tuple[float, float, float]:
            s = 8.0 * t - 10.0
            return (x, s, 0.0) if s < 28.0 else (x + s - 28.0, 28.0, -pi / 2)

        return place

    assert said(acts(crossroads(), "scooter", turns(1.8)), "illegal_turn") == [
        ("violation", "right_from_left")
    ]
    assert said(acts(crossroads(), "scooter", turns(5.5)), "illegal_turn") == [("near_miss", "right_allowed")]
    banned = crossroads(bans=(("right", "P.123b"),))
    assert said(acts(banned, "scooter", turns(5.5)), "illegal_turn") == [("violation", "banned_right")]


def test_runs_bridge_short_gaps() -> None:
    mask = np.array([0, 1, 1, 0, 1, 0, 0, 0, 1], dtype=bool)
    assert runs(mask) == [(1, 2), (4, 4), (8, 8)]
    assert runs(mask, 2.2 * STEP) == [(1, 4), (8, 8)]


def test_who_stands_on_no_line_meets_none() -> None:
    standing: Any = np.zeros((5, 2))
    assert met(standing, ((1.0, -1.0), (1.0, 1.0))) is None
    assert met(np.array([[0.0, 0.0], [2.0, 0.0]]), ((1.0, -1.0), (1.0, 1.0))) == 1
