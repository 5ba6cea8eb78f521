"""Nobody is accused by what was not seen: each kind of doubt turns a violation into a question."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from configs.rules import Rules
from edge.rules.inputs import Track, TrackPoint
from tests.edge.rules.test_red_light import RED_FROM_5, RULES
from tests.edge.rules.tracks import SCENE, codes, replay, straight, track

CROSSING = 8.0
Change = Callable[[TrackPoint], TrackPoint]


def changed(start: float, end: float, change: Change) -> Track:
    """A rider who runs the red light at t = 8, its looks between start and end changed."""
    rider = track(straight(300, CROSSING), 5, 11)
    points = tuple(change(p) if start <= p.t <= end else p for p in rider.points)
    return replace(rider, points=points)


def hidden(point: TrackPoint) -> TrackPoint:
    return replace(point, wheels="hidden", bottom=point.box[3], sigma=20.0)


def predicted(point: TrackPoint) -> TrackPoint:
    return replace(point, wheels="predicted", bottom=point.box[3], sigma=4.0)


def elsewhere(point: TrackPoint) -> TrackPoint:
    """Reckoned a quarter of its height below where it was seen just before."""
    return replace(point, wheels="predicted", bottom=point.box[3] + 20, sigma=4.0)


def broken(point: TrackPoint) -> TrackPoint:
    return replace(point, breaks=True)


def unsure(point: TrackPoint) -> TrackPoint:
    return replace(point, confidence=0.13)


@pytest.mark.parametrize(
    ("start", "end", "change", "doubts"),
    [
        (0, 0, hidden, []),
        (5, 8, hidden, ["track.wheels_hidden"]),
        (8, 11, hidden, ["track.wheels_hidden"]),
        (7.8, 8.2, predicted, []),
        (7.99, 11, predicted, ["track.wheels_hidden"]),
        (7.75, 7.85, elsewhere, ["track.wheels_hidden"]),
        (7.95, 8.05, broken, ["track.broken"]),
        (5.5, 5.7, broken, []),
        (10.5, 11, broken, []),
        (7.6, 8.4, unsure, ["track.low_confidence"]),
        (5, 7, unsure, []),
    ],
    ids=[
        "all seen",
        "wheels hidden before the line",
        "wheels hidden past the line",
        "reckoned on the line, seen on both sides",
        "only reckoned past the line",
        "reckoned where it was not seen",
        "another vehicle at the line",
        "another vehicle long before",
        "another vehicle long after",
        "hardly a vehicle at the line",
        "hardly a vehicle far away",
    ],
)
def test_what_makes_a_red_light_a_question(
    start: float, end: float, change: Change, doubts: list[str]
) -> None:
    (finding,) = replay(changed(start, end, change), SCENE, RULES, RED_FROM_5)
    assert finding.decision == ("borderline" if doubts else "violation")
    assert [code for code in codes(finding) if code.startswith("track.")] == doubts


def test_a_doubt_never_makes_a_finding() -> None:
    before = changed(5, 11, broken)
    assert replay(before, SCENE, Rules(), RED_FROM_5) == []
