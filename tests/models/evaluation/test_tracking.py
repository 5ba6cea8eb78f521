"""The measure of trackers: exact, swapped and broken tracks of two cars get what they are worth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from configs.camera import CameraConfig
from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.rules.inputs import Box, Track, TrackPoint
from models.evaluation.tracking.__main__ import CAMERA, SAMPLE
from models.evaluation.tracking.followers import FOLLOWERS, Ours
from models.evaluation.tracking.looks import Look, at_rate, dropped
from models.evaluation.tracking.score import run
from models.evaluation.tracking.truth import Clip, TrueBox, TrueEvent, load

pytest.importorskip("trackers", reason="needs the extra: pip install 'ngatu[evaluation]'")

ROAD = CameraConfig.model_validate(
    {
        "id": "road",
        "site": {"id": "s", "name": "Ngã Tư Sở"},
        "size": (640, 480),
        "calibration": "cal-1",
        "solid_lines": [{"id": "centre", "line": [[320, 470], [320, 60]]}],
        "rules": {"solid_line": {}},
    }
)


def astride(frame: int) -> Box:
    """A car on the line, up the picture."""
    return (280.0, 380.0 - 8 * frame, 360.0, 440.0 - 8 * frame)


def beside(frame: int) -> Box:
    """Another in its lane beside it."""
    return (400.0, 380.0 - 8 * frame, 480.0, 440.0 - 8 * frame)


def clip(events: Sequence[TrueEvent]) -> Clip:
    boxes = {f: (TrueBox("a", astride(f), True), TrueBox("b", beside(f), True)) for f in range(30)}
    return Clip("road", Path("road.mp4"), ROAD, 10.0, boxes, {}, tuple(events))


ON_LINE = TrueEvent("solid_line", "violation", "a", 0.0, (0.0, 3.0))
LOOKS = [
    Look(f, f / 10, tuple(Detection(VehicleKind.CAR, 0.9, box) for box in (astride(f), beside(f))))
    for f in range(30)
]


class Told:
    """A tracker that says what it is told to say: the id of each car in each frame, and its breaks."""

    def __init__(self, ids: Callable[[int], tuple[int, int]], breaks: Sequence[int] = ()) -> None:
        self._ids, self._breaks = ids, breaks
        self._points: dict[int, list[TrackPoint]] = {}

    def update(self, look: Look) -> list[Track]:
        tracks = []
        for key, detection in zip(self._ids(look.frame), look.detections, strict=True):
            point = TrackPoint(look.t, detection.box, look.frame)
            point = replace(point, breaks=look.frame in self._breaks)
            self._points.setdefault(key, []).append(point)
            tracks.append(Track(key, VehicleKind.CAR, 0.9, tuple(self._points[key])))
        return tracks

    def take_ended(self) -> list[Track]:
        return []

    def end_all(self) -> list[Track]:
        return []


def swapped(frame: int) -> tuple[int, int]:
    return (1, 2) if frame < 15 else (2, 1)


def test_exact_tracks_get_full_marks() -> None:
    result = run(clip([ON_LINE]), LOOKS, Told(lambda _: (1, 2)))
    assert (result.hota, result.idf1, result.switches) == (pytest.approx(1), pytest.approx(1), 0)
    assert (result.right, result.missed, result.false) == (1, 0, [])


@pytest.mark.parametrize(("breaks", "told"), [((), 0), ((15,), 2)])
def test_a_swap_counts_and_so_does_saying_so(breaks: Sequence[int], told: int) -> None:
    result = run(clip([ON_LINE]), LOOKS, Told(swapped, breaks))
    assert result.switches == 2
    assert result.idf1 == pytest.approx(0.5, abs=0.01)
    assert result.switches_told == told


@pytest.mark.parametrize(
    ("events", "right", "missed", "false"),
    [
        ([ON_LINE], 1, 0, 0),
        ([], 0, 0, 1),
        ([replace(ON_LINE, verdict="near_miss")], 0, 0, 1),
        ([replace(ON_LINE, verdict="open")], 0, 0, 0),
        ([replace(ON_LINE, vehicle="b")], 0, 1, 1),
        ([ON_LINE, replace(ON_LINE, vehicle="b", during=(2.0, 2.5))], 1, 1, 0),
    ],
    ids=["found", "nobody", "near miss", "open", "the other car", "one of two"],
)
def test_what_is_false(events: Sequence[TrueEvent], right: int, missed: int, false: int) -> None:
    result = run(clip(events), LOOKS, Told(lambda _: (1, 2)))
    assert (result.right, result.missed, len(result.false)) == (right, missed, false)


def test_what_is_not_owed_is_neither_demanded_nor_false() -> None:
    whole = clip([ON_LINE])
    boxes = {
        f: tuple(replace(row, owed=row.vehicle == "a") for row in rows) for f, rows in whole.boxes.items()
    }
    result = run(replace(whole, boxes=boxes), LOOKS, Told(lambda f: (1, 2 + f)))
    assert result.hota == pytest.approx(1)


@pytest.mark.parametrize("name", FOLLOWERS)
def test_every_tracker_follows_two_cars(name: str) -> None:
    result = run(clip([ON_LINE]), LOOKS, FOLLOWERS[name](ROAD.size, 10.0))
    assert (result.switches, result.right, result.false) == (0, 1, [])
    assert result.idf1 > 0.9


def test_rates_and_drops() -> None:
    assert [look.frame for look in at_rate(LOOKS, 10, 5)][:4] == [0, 2, 4, 6]
    assert len(at_rate(LOOKS, 10, 6)) == 18
    assert dropped(LOOKS, 0.5, 1) == dropped(LOOKS, 0.5, 1) != dropped(LOOKS, 0.5, 2)


def test_the_sample_clip_is_read() -> None:
    sample = load(SAMPLE, CAMERA)
    assert sorted(event.rule for event in sample.events) == ["red_light", "red_light", "solid_line"]
    assert sample.signals(10.0)["near_right"].phases[-1].colour == "red"
    with pytest.raises(ValueError, match="camera file"):
        load(SAMPLE)
    assert Ours(ROAD.size, 10.0).take_ended() == []
