"""The pipeline on a road known to the frame: what is reported, when, and with which memory of the scene."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from contract.types import DecisionName
from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, DetectorError
from edge.pipeline import CameraPipeline, Incident, Step
from edge.rules.inputs import Finding, SignalHistory, Track
from edge.video.frame import Frame
from tests.edge import road


def through(pipeline: CameraPipeline, numbers: Iterable[int]) -> list[Step]:
    return [pipeline.step(road.frame(number)) for number in numbers]


def findings(steps: list[Step]) -> list[Finding]:
    return [finding for step in steps for finding in step.findings]


@dataclass
class Script:
    """A rulebook that finds one thing of every track, while it is seen or when it has ended."""

    decision: DecisionName = "violation"
    at_the_end: bool = False
    names: tuple[str, ...] = ()

    def judge(
        self,
        track: Track,
        signals: object,
        now: float,
        *,
        track_ended: bool = False,
        riders: object = None,
        resting: object = (),
    ) -> list[Finding]:
        point = track.points[-1]
        found = Finding("solid_line", 1, self.decision, "why", track.id, point.t, point, {"over": point.t})
        return [found] * (track_ended == self.at_the_end)


@dataclass
class Lamp:
    """A signal source that can be trusted or not."""

    armed: bool
    seen: list[float] = field(default_factory=list)
    closed: bool = False
    interrupted: int = 0

    def interrupt(self) -> None:
        self.interrupted += 1

    def observe(self, t: float, image: NDArray[np.uint8]) -> None:
        self.seen.append(t)

    def snapshot(self) -> SignalHistory:
        return SignalHistory("main", "vision", (), self.armed)

    def close(self) -> None:
        self.closed = True


def test_each_violation_is_told_once_however_long_it_lasts() -> None:
    pipeline = road.pipeline()
    found = findings(through(pipeline, range(road.FRAMES)))
    assert [(f.rule, f.decision, f.track) for f in found] == [
        ("solid_line", "violation", n) for n in (1, 2, 3)
    ]
    assert [f.t for f in found] == pytest.approx(road.STARTS, abs=0.11)
    assert pipeline.funnel.as_dict() == {"frames": 100, "solid_line_violation": 3, "vehicles": 3}


def test_it_waits_for_the_post_roll_and_then_knows_what_came_after() -> None:
    pipeline = road.pipeline(post_roll=1.0)
    (finding,) = findings(through(pipeline, range(20)))
    assert pipeline.due(finding.t + 0.99) == []
    (incident,) = pipeline.due(finding.t + 1.0)
    assert incident.finding is finding
    assert incident.track.points[-1].t == pytest.approx(1.9)
    assert pipeline.due(math.inf) == []


def test_incidents_come_in_the_order_they_happened() -> None:
    pipeline = road.pipeline()
    through(pipeline, range(road.FRAMES))
    assert [incident.finding.track for incident in pipeline.due(math.inf)] == [1, 2, 3]


def test_the_end_of_the_stream_gives_up_all_that_waits() -> None:
    pipeline = road.pipeline(rulebook=Script(at_the_end=True))
    assert findings(through(pipeline, range(15))) == []
    (finding,) = pipeline.finish(1.4)
    assert [incident.finding for incident in pipeline.due(math.inf)] == [finding]
    assert pipeline.finish(1.4) == ()


@pytest.mark.parametrize(("decision", "waiting"), [("violation", 1), ("borderline", 1), ("undecidable", 0)])
def test_what_is_undecidable_is_told_and_counted_but_never_waits(
    decision: DecisionName, waiting: int
) -> None:
    pipeline = road.pipeline(rulebook=Script(decision))
    assert [f.decision for f in findings(through(pipeline, range(15)))] == [decision]
    assert pipeline.funnel.counts[f"solid_line_{decision}"] == 1
    assert len(pipeline.due(math.inf)) == waiting


def test_undecidable_at_the_end_of_the_stream_is_told_too() -> None:
    pipeline = road.pipeline(rulebook=Script("undecidable", at_the_end=True))
    through(pipeline, range(15))
    assert [finding.decision for finding in pipeline.finish(1.4)] == ["undecidable"]
    assert pipeline.due(math.inf) == []


def test_a_violation_judged_after_a_long_outage_still_has_its_vehicle() -> None:
    """The track ends only when the camera is back, later than anything is remembered for."""
    pipeline = road.pipeline(rulebook=Script(at_the_end=True))
    through(pipeline, range(15))
    step = pipeline.step(road.frame(99, t=100.0))
    (incident,) = pipeline.due(math.inf)
    assert [incident.finding] == list(step.findings)
    assert incident.track.points[-1].t == pytest.approx(1.4)
    assert set(incident.neighbours) == {99}


class TwoCars(road.NumberDetector):
    """A second car beside every car."""

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        seen = super().detect(image)
        return seen + [Detection(VehicleKind.CAR, 0.8, (230, d.box[1], 280, d.box[3])) for d in seen]


def test_an_incident_knows_the_vehicles_around_it_in_every_frame() -> None:
    pipeline = road.pipeline(detector=TwoCars())
    steps = through(pipeline, range(road.FRAMES))
    incidents: list[Incident] = pipeline.due(math.inf)
    seen = {step.frame.index: {t.id: t.points[-1].box for t in step.tracks} for step in steps}
    assert incidents[0].neighbours == seen
    assert {len(boxes) for boxes in incidents[0].neighbours.values()} == {0, 2}


class Keeper:
    """Notes the pictures it is shown; sees a car in the upper left corner of each."""

    def __init__(self) -> None:
        self.shown: list[NDArray[np.uint8]] = []

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        self.shown.append(image)
        return [Detection(VehicleKind.CAR, 0.9, (0, 0, 50, 45))]


def test_a_region_is_all_that_is_looked_at_and_boxes_are_the_whole_picture_s() -> None:
    detector = Keeper()
    pipeline = road.pipeline(detector=detector, region=(100, 40, 300, 200))
    step = through(pipeline, range(3))[-1]
    assert np.array_equal(detector.shown[-1], road.frame(2).image[40:200, 100:300])
    assert step.tracks[0].points[-1].box == (100, 40, 150, 85)


@pytest.mark.parametrize(
    ("numbers", "looked_at"),
    [
        (range(12), [0, 3, 6, 9]),
        (range(1, 12), [1, 4, 7, 10]),
        ([1, 2, 4, 5, 7, 8, 10, 11], [1, 4, 7, 10]),  # each third one dropped: not blind for ever
        ([0, 7, 8, 9, 10], [0, 7, 10]),
    ],
)
def test_an_interval_saves_looking_also_where_frames_are_dropped(
    numbers: Iterable[int], looked_at: list[int]
) -> None:
    detector, lamp = Keeper(), Lamp(armed=True)
    pipeline = road.pipeline(detector=detector, interval=3, signals={"main": lamp})
    steps = through(pipeline, numbers)
    assert [road.clips.number_of(image) for image in detector.shown] == looked_at
    assert lamp.seen == [step.frame.t for step in steps]


class Faulty(road.NumberDetector):
    """Fails on some pictures."""

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        found = super().detect(image)
        if road.clips.number_of(image) in (13, 14):
            raise DetectorError("the network failed")
        return found


def test_a_picture_the_detector_fails_on_is_counted_and_the_track_goes_on() -> None:
    pipeline = road.pipeline(detector=Faulty())
    found = findings(through(pipeline, range(25)))
    assert [finding.track for finding in found] == [1]
    assert pipeline.funnel.counts["frames_not_read"] == 2


@pytest.mark.parametrize(
    ("lamps", "armed"),
    [({}, True), ({"a": True}, True), ({"a": True, "b": False}, False)],
)
def test_it_is_armed_while_every_lamp_can_be_trusted(lamps: dict[str, bool], armed: bool) -> None:
    sources = {head: Lamp(trusted) for head, trusted in lamps.items()}
    pipeline = road.pipeline(signals=sources)
    assert pipeline.armed is not bool(lamps)
    through(pipeline, range(1))
    assert pipeline.armed is armed
    pipeline.close()
    assert all(source.closed for source in sources.values())


def another(number: int, *, run: int = 0, size: tuple[int, int] = road.SIZE) -> Frame:
    """A frame of the road that belongs to another run, or has another size."""
    frame = replace(road.frame(number), run=run)
    return frame if size == road.SIZE else replace(frame, image=np.zeros((size[1], size[0], 3), np.uint8))


def test_where_a_run_ends_tracks_and_lamps_end() -> None:
    lamp = Lamp(armed=True)
    pipeline = road.pipeline(rulebook=Script(at_the_end=True), signals={"main": lamp})
    assert findings(through(pipeline, range(15))) == []
    step = pipeline.step(another(15, run=1))
    assert [finding.t for finding in step.findings] == [pytest.approx(1.4)]
    assert (lamp.interrupted, pipeline.funnel.counts["runs_ended"]) == (1, 1)
    later = [pipeline.step(another(number, run=1)) for number in range(16, 20)]
    first_track = step.findings[0].track
    assert {track.id for one in later for track in one.tracks} - {first_track}
    assert first_track not in {track.id for one in later for track in one.tracks}


def test_pictures_of_another_size_are_counted_and_not_looked_at() -> None:
    lamp = Lamp(armed=True)
    pipeline = road.pipeline(rulebook=Script(at_the_end=True), signals={"main": lamp})
    through(pipeline, range(15))
    small = [pipeline.step(another(number, size=(160, 120))) for number in range(15, 25)]
    assert len(findings(small)) == 1  # the track that ended
    assert pipeline.misfit == (160, 120)
    assert [step.tracks for step in small] == [()] * 10
    assert lamp.seen == [number / road.FPS for number in range(15)]
    through(pipeline, range(25, 30))
    assert pipeline.misfit is None
    assert pipeline.funnel.counts["frames_of_wrong_size"] == 10
    assert lamp.interrupted == 2


@dataclass
class Late(Script):
    """Finds the thing from `from_t` on."""

    from_t: float = 0.0

    def judge(self, track: Track, signals: object, now: float, **more: object) -> list[Finding]:
        return super().judge(track, signals, now) if now >= self.from_t else []


def frozen(pipeline: CameraPipeline, number: int, first: int, pictures: int) -> list[Step]:
    """The picture of `number` again and again, from the time of `first` on."""
    return [
        pipeline.step(replace(road.frame(number), index=at, t=at / road.FPS))
        for at in range(first, first + pictures)
    ]


@pytest.mark.parametrize(
    ("from_t", "believed"), [(1.2, 1), (1.5, 1), (1.7, 0), (3.0, 0)], ids=["before", "last", "in it", "late"]
)
def test_what_is_found_in_a_frozen_picture_is_not_believed(from_t: float, believed: int) -> None:
    lamp = Lamp(armed=True)
    pipeline = road.pipeline(rulebook=Late(from_t=from_t), signals={"main": lamp}, post_roll=1.0)
    through(pipeline, range(16))
    held: list[Incident] = []
    for step in frozen(pipeline, 15, 16, 60):
        held += pipeline.due(step.frame.t)
    held += pipeline.due(math.inf)
    assert [incident.finding.t for incident in held] == [pytest.approx(from_t)] * believed
    assert pipeline.funnel.counts["frames_not_alive"] == 39
    assert pipeline.funnel.counts["findings_not_believed"] == 1 - believed
    assert (pipeline.armed, lamp.interrupted) == (False, 1)
    assert len(lamp.seen) == 37


def test_after_a_frozen_picture_vehicles_are_new() -> None:
    pipeline = road.pipeline()
    before = through(pipeline, range(16))[-1].tracks
    still = frozen(pipeline, 15, 16, 30)
    assert [bool(step.tracks) for step in still] == [True] * 21 + [False] * 9
    after = [pipeline.step(replace(road.frame(n), index=n + 30, t=n / 10 + 3)) for n in range(16, 30)]
    assert {track.id for step in after for track in step.tracks}.isdisjoint({track.id for track in before})
    assert after[-1].tracks


def test_a_rule_rests_while_there_are_too_few_looks() -> None:
    """Solid lines take six looks a second; the other second half of the film has three."""
    pipeline = road.pipeline()
    often = [pipeline.step(road.frame(number)) for number in range(0, 50)]
    assert [finding.rule for finding in findings(often)] == ["solid_line"] * 2
    assert pipeline.pace.trouble is None
    seldom = [
        pipeline.step(replace(road.frame(number), index=number, t=5 + 3 * (number - 50) / road.FPS))
        for number in range(50, 100)
    ]
    assert findings(seldom) == []
    trouble = pipeline.pace.trouble
    assert trouble is not None
    assert trouble.values == {"looks": 3.3, "rules": ("solid_line",)}


class Defocused:
    """Sees a car that stands there, but for frames 10 to 27."""

    def __init__(self) -> None:
        self.looks = -1

    def detect(self, image: NDArray[np.uint8]) -> list[Detection]:
        self.looks += 1
        car = Detection(VehicleKind.CAR, 0.9, (135, 100, 185, 145))
        return [] if 10 <= self.looks < 28 else [car]


def test_the_same_act_of_a_vehicle_lost_and_found_again_is_reported_once() -> None:
    """A camera lost its focus, and the same car was reported again under a new id."""
    pipeline = road.pipeline(detector=Defocused(), rulebook=Script())
    steps = through(pipeline, range(40))
    assert {track.id for step in steps for track in step.tracks} == {1, 2}
    assert [finding.track for finding in findings(steps)] == [1]
    assert pipeline.funnel.counts["repeated_under_new_id"] == 1
