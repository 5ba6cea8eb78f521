"""Ids stay with their vehicles: at any frame rate, through gaps, in queues, past each other."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.tracker import Tracker, TrackerSettings
from edge.rules.inputs import Track

Place = Callable[[float], tuple[float, float] | None]
"""Ground point of a vehicle at a time in seconds; None while it is not seen."""


def moving(x: float, y: float, vx: float, vy: float, hidden: tuple[float, float] = (9e9, 9e9)) -> Place:
    def place(t: float) -> tuple[float, float] | None:
        return None if hidden[0] <= t < hidden[1] else (float(round(x + vx * t)), float(round(y + vy * t)))

    return place


def bike(ground: tuple[float, float], confidence: float = 0.8) -> Detection:
    """A motorbike 40 x 90 pixels."""
    x, y = ground
    return Detection(VehicleKind.MOTORBIKE, confidence, (x - 20, y - 90, x + 20, y))


def follow(places: Sequence[Place], times: Sequence[float], tracker: Tracker) -> dict[int, set[int]]:
    """Run the vehicles through the tracker; return for each vehicle the ids of tracks that lay on it."""
    ids: dict[int, set[int]] = {i: set() for i in range(len(places))}
    for frame, t in enumerate(times):
        seen = {i: place(t) for i, place in enumerate(places)}
        there = {ground: i for i, ground in seen.items() if ground is not None}
        for track in tracker.update(t, frame, [bike(ground) for ground in there]):
            ids[there[track.points[-1].ground]].add(track.id)
    return ids


def at(fps: float, seconds: float) -> list[float]:
    return [i / fps for i in range(int(seconds * fps))]


@pytest.mark.parametrize("fps", [5.0, 6.0172, 12.0, 25.0, 60.0])
@pytest.mark.parametrize(
    "places",
    [
        [moving(100, 400, 0, -200)],
        [moving(100, 400, 150, 0), moving(900, 410, -150, 0)],  # pass each other
        [moving(100, 400, 0, -120), moving(160, 420, 0, -140), moving(220, 400, 0, -110)],  # side by side
        [moving(100 + 45 * i, 400, 0, 0) for i in range(8)],  # a queue at the line
        [moving(100, 400, 120, 0, hidden=(1.0, 1.8))],  # behind a lorry
        [moving(100, 400, 0, 0, hidden=(1.0, 2.2))],
    ],
    ids=["one", "opposite", "beside", "queue", "hidden while moving", "hidden while standing"],
)
def test_one_id_for_each_vehicle(places: list[Place], fps: float) -> None:
    ids = follow(places, at(fps, 4), Tracker())
    assert sorted(len(of) for of in ids.values()) == [1] * len(places)
    assert set().union(*ids.values()) == set(range(1, len(places) + 1))


@given(
    gaps=st.lists(st.floats(0.016, 0.2), min_size=20, max_size=60),
    speed=st.floats(-220, 220),
)
@settings(max_examples=100, deadline=None)
def test_irregular_frames(gaps: list[float], speed: float) -> None:
    times = [sum(gaps[:i]) for i in range(len(gaps))]
    places = [moving(500, 400, 0, speed), moving(600, 400, 0, -speed)]
    assert all(len(of) == 1 for of in follow(places, times, Tracker()).values())


def test_long_gap_ends_all() -> None:
    ids = follow([moving(100, 400, 0, 0)], [*at(10, 2), *(12 + t for t in at(10, 2))], Tracker())
    assert ids == {0: {1, 2}}


def test_ids_are_of_the_instance() -> None:
    first = follow([moving(100, 400, 0, 0)], at(10, 1), Tracker())
    second = follow([moving(100, 400, 0, 0)], at(10, 1), Tracker())
    assert first == second == {0: {1}}


def test_known_from_the_third_look_with_all_points() -> None:
    tracker = Tracker()
    known = [tracker.update(t, i, [bike((100, 400))]) for i, t in enumerate(at(10, 0.5))]
    assert [len(tracks) for tracks in known] == [0, 0, 1, 1, 1]
    assert [p.frame for p in known[2][0].points] == [0, 1, 2]


def test_single_false_alarms_are_never_known() -> None:
    tracker = Tracker()
    known = [tracker.update(t, i, [bike((100 + 300 * (i % 3), 400))]) for i, t in enumerate(at(2, 10))]
    assert not any(known)


def test_unsure_detection_continues_but_never_starts() -> None:
    tracker = Tracker()
    assert not any(tracker.update(t, i, [bike((100, 400), 0.2)]) for i, t in enumerate(at(10, 1)))
    sure = [tracker.update(1 + t, i, [bike((100, 400), 0.8)]) for i, t in enumerate(at(10, 1))][-1]
    unsure = tracker.update(2.0, 20, [bike((100, 400), 0.2)])
    assert [track.id for track in sure] == [track.id for track in unsure] == [1]
    assert unsure[0].points[-1].confidence == 0.2


def test_kind_is_voted_by_confidence() -> None:
    box = (100.0, 100.0, 200.0, 160.0)
    kinds = [VehicleKind.TRUCK] * 3 + [VehicleKind.CAR] * 2
    sureness = [0.4, 0.4, 0.4, 0.9, 0.9]
    tracker = Tracker()
    looks = zip(kinds, sureness, strict=True)
    named = [tracker.update(i / 10, i, [Detection(k, c, box)]) for i, (k, c) in enumerate(looks)]
    assert [tracks[0].kind for tracks in named[2:]] == [VehicleKind.TRUCK, VehicleKind.TRUCK, VehicleKind.CAR]


def test_second_box_on_a_vehicle_starts_no_track() -> None:
    tracker = Tracker()
    twice = [bike((100, 400)), bike((103, 402), 0.7)]
    assert [len(tracker.update(t, i, twice)) for i, t in enumerate(at(10, 1))][-1] == 1


def test_ended_tracks_are_handed_over_once() -> None:
    tracker = Tracker()
    follow([moving(100, 400, 0, 0, hidden=(1.0, 9.0)), moving(300, 400, 0, 0)], at(10, 4), tracker)
    assert [track.id for track in tracker.take_ended()] == [1]
    assert tracker.take_ended() == []
    assert [track.id for track in tracker.end_all()] == [2]
    assert tracker.end_all() == []


def test_memory_is_bounded_and_spans_the_whole_stay() -> None:
    tracker = Tracker(TrackerSettings(max_points=50))
    tracks: list[Track] = []
    for i in range(2000):
        tracks = tracker.update(i / 25, i, [bike((100, 400))])
    frames = [point.frame for point in tracks[0].points]
    assert len(frames) <= 51
    assert (frames[0], frames[-1]) == (0, 1999)
    assert frames == sorted(frames)
    assert frames[-25:] == list(range(1975, 2000))


@pytest.mark.parametrize("t", [0.0, -1.0])
def test_time_must_grow(t: float) -> None:
    tracker = Tracker()
    tracker.update(0.0, 0, [])
    with pytest.raises(ValueError, match="must grow"):
        tracker.update(t, 1, [])


boxes = st.tuples(st.floats(0, 600), st.floats(0, 400), st.floats(1, 200), st.floats(1, 200))
sightings = st.lists(st.tuples(boxes, st.floats(0, 1), st.sampled_from(VehicleKind)), max_size=8)


@given(frames=st.lists(sightings, min_size=1, max_size=15))
@settings(max_examples=100, deadline=None)
def test_anything_goes_and_comes_out_twice_the_same(
    frames: list[list[tuple[tuple[float, float, float, float], float, VehicleKind]]],
) -> None:
    def run() -> list[list[Track]]:
        tracker = Tracker()
        return [
            tracker.update(
                i / 10, i, [Detection(k, c, (x, y, x + w, y + h)) for (x, y, w, h), c, k in detections]
            )
            for i, detections in enumerate(frames)
        ]

    first, second = run(), run()
    assert first == second
    assert all(
        len({t.id for t in tracks}) == len(tracks) <= len(s) for tracks, s in zip(first, frames, strict=True)
    )


def test_a_phantom_far_away_is_no_continuation() -> None:
    """A box of confidence 0.13 once carried a car's id 400 pixels on to another car."""
    tracker = Tracker()
    for i, t in enumerate(at(10, 1)):
        tracker.update(t, i, [bike((100, 400)), bike((500, 400))])
    tracker.update(1.0, 10, [bike((300, 400), 0.13), bike((500, 400))])
    tracks = tracker.update(1.1, 11, [bike((310, 400)), bike((500, 400))])
    assert [track.id for track in tracks] == [2]


def test_a_vehicle_found_again_names_the_one_that_was_lost() -> None:
    tracker = Tracker()
    places = [moving(100, 400, 30, 0, hidden=(1.0, 3.0)), moving(900, 400, 0, 0)]
    assert follow(places, at(10, 4), tracker) == {0: {1, 3}, 1: {2}}
    assert {track.id: track.after for track in tracker.end_all()} == {1: (), 2: (), 3: (1,)}


def test_two_that_might_have_changed_places_say_so() -> None:
    """They meet while neither is seen: afterwards nobody can tell which is which."""
    hidden = (1.0, 1.6)
    places = [moving(200, 400, 60, 0, hidden), moving(356, 400, -60, 0, hidden)]
    tracker = Tracker()
    for frame, t in enumerate(at(10, 2.2)):
        seen = [bike(ground) for place in places if (ground := place(t)) is not None]
        tracks = tracker.update(t, frame, seen)
    assert any(point.breaks for track in tracks for point in track.points)


def test_what_left_at_the_edge_is_ended() -> None:
    """The next vehicle that enters there soon after is another."""
    tracker = Tracker(bounds=(0, 0, 640, 480))
    for i, t in enumerate(at(10, 1)):
        x = 100 - 110 * t
        tracker.update(t, i, [Detection(VehicleKind.CAR, 0.9, (max(0.0, x - 40), 300, x + 40, 360))])
    for i in range(10, 17):
        tracker.update(i / 10, i, [])
    assert [track.id for track in tracker.take_ended()] == [1]
