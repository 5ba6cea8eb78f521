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
        (9.0, 9.1, elsewhere, []),
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
        "reckoned elsewhere long past the line",
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


def unseen(start: float, end: float, sideways: float = 0.0) -> Track:
    """A rider who runs the red light, not looked at from start to end, and then so many pixels aside."""
    rider = changed(0, 0, broken)
    kept = [p for p in rider.points if not start < p.t < end]
    moved = [replace(p, box=tuple(v + (i % 2 == 0) * sideways for i, v in enumerate(p.box))) for p in kept]  # type: ignore[arg-type]
    return replace(rider, points=tuple(m if p.t >= end else p for p, m in zip(kept, moved, strict=True)))


@pytest.mark.parametrize(
    ("rider", "doubts"),
    [
        (unseen(7.7, 8.3), []),
        (unseen(7.4, 8.4), []),
        (unseen(7.4, 8.4, sideways=30), ["track.path_not_seen"]),
        (unseen(7.2, 8.6), ["track.path_not_seen"]),
    ],
    ids=["for a moment", "for a second, straight on", "for a second, seen again aside", "for longer"],
)
def test_a_path_nobody_saw_is_believed_only_where_it_goes_straight_on(
    rider: Track, doubts: list[str]
) -> None:
    (finding,) = replay(rider, SCENE, RULES, RED_FROM_5)
    assert [code for code in codes(finding) if code.startswith("track.")] == doubts


@pytest.mark.parametrize(
    ("start", "end", "confidence", "doubts"),
    [
        (7.6, 8.4, 0.35, []),
        (7.6, 8.4, 0.2, ["track.low_confidence"]),
        (5.0, 11.0, 0.35, ["track.low_confidence"]),
    ],
    ids=["faint for a moment", "hardly there for a moment", "faint all along"],
)
def test_a_faint_look_is_believed_of_a_vehicle_that_was_clear(
    start: float, end: float, confidence: float, doubts: list[str]
) -> None:
    rider = changed(start, end, lambda point: replace(point, confidence=confidence))
    (finding,) = replay(rider, SCENE, RULES, RED_FROM_5)
    assert [code for code in codes(finding) if code.startswith("track.")] == doubts


@pytest.mark.parametrize(("aside", "doubts"), [(0, []), (60, []), (300, ["track.broken"])])
def test_a_speed_that_no_vehicle_can_take_up_is_anothers(aside: float, doubts: list[str]) -> None:
    """A rider goes up the picture and past the line; then its box is on somebody who drives across."""

    def path(t: float) -> tuple[float, float]:
        x, y = straight(300, CROSSING)(min(t, 8.3))
        return x + aside * max(0.0, t - 8.3), y - (100 - min(100, aside)) * max(0.0, t - 8.3)

    (finding,) = replay(track(path, 5, 11), SCENE, RULES, RED_FROM_5)
    assert [doubt.code for doubt in finding.doubts] == doubts
