"""Ids stay with their vehicles: at any frame rate, through gaps, in queues, past each other."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.matching import Costs, margins
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


@pytest.mark.parametrize(
    ("looks", "truck", "unsure"),
    [
        ([{"car": 0.9}] * 5, None, False),
        ([{"car": 0.6, "truck": 0.4}] * 5, 0.4, True),
        ([{"car": 0.6, "truck": 0.4}] + [{"car": 0.9}] * 9, 0.04, False),
        ([{"truck": 0.9}, {"car": 0.9}, {"car": 0.9}], 1 / 3, True),
        ([{"car": 0.9, "truck": 0.3}] * 5, 0.25, True),
        ([{"car": 0.9, "truck": 0.2}] * 5, 0.2 / 1.1, False),
    ],
)
def test_what_else_a_vehicle_may_be_is_told_over_all_its_looks(
    looks: list[dict[str, float]], truck: float | None, unsure: bool
) -> None:
    tracker, box = Tracker(), (100.0, 100.0, 200.0, 160.0)
    for number, look in enumerate(looks):
        kinds = {VehicleKind(name): score for name, score in look.items()}
        kind = max(kinds, key=lambda name: kinds[name])
        (*_, tracks) = [tracker.update(number / 10, number, [Detection(kind, 0.8, box, kinds=kinds)])]
    (track,) = tracks
    assert track.kinds.get(VehicleKind.TRUCK) == (None if truck is None else pytest.approx(truck, abs=0.01))
    assert (track.kind, track.kind_unsure) == (VehicleKind.CAR, unsure)
    assert track.may_be({VehicleKind.TRUCK}) == unsure


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


def test_one_that_was_last_seen_in_a_box_with_another_is_named_too() -> None:
    tracker = Tracker()
    for frame, t in enumerate(at(10, 4)):
        x1, y1, x2, y2 = bike((300, 500 - 30 * t)).box
        both = Detection(VehicleKind.MOTORBIKE, 0.8, (x1, y1, x2 + min(52, 8 * frame), y2))
        alone = Detection(VehicleKind.MOTORBIKE, 0.8, (x1, y1, x2, y2))
        tracker.update(t, frame, [both] if frame < 15 else [alone] if frame >= 20 else [])
    assert {track.id: track.after for track in tracker.end_all()} == {1: (), 2: (1,)}


def test_one_that_seemed_to_turn_round_as_it_was_lost_is_named_too() -> None:
    """Its last boxes held one who rode behind it, and so their upper edges went the other way."""
    tracker = Tracker()
    for frame, t in enumerate(at(10, 3)):
        x1, y1, x2, y2 = bike((300, 200 + 60 * t)).box
        both = max(0.0, min(1.0, 2 * (t - 1)))
        seen = Detection(VehicleKind.MOTORBIKE, 0.8, (x1, y1 - 90 * both, x2, y2))
        tracker.update(t, frame, [] if 1.4 < t < 1.95 else [seen if t < 1.5 else bike((300, 200 + 60 * t))])
    assert {track.id: track.after for track in tracker.end_all()} == {1: (), 2: (1,)}


def test_one_whose_track_went_over_to_another_vehicle_is_named_too() -> None:
    """A larger vehicle hides a rider and takes the track along: who is seen there a moment later is he."""
    tracker = Tracker()
    for frame, t in enumerate(at(10, 4)):
        rider, aside = bike((300, 500 - 30 * t)), max(0.0, 100 * (t - 1))
        x, y = 300 + aside, rider.box[1]
        larger = Detection(VehicleKind.MOTORBIKE, 0.6, (x - 33, y, x + 33, y + 148))
        tracks = tracker.update(
            t, frame, [rider] if frame < 10 else [larger] if frame < 18 else [larger, rider]
        )
    assert [(track.id, track.after, len(track.points)) for track in tracks] == [(1, (), 40), (2, (1,), 22)]


def test_one_that_explains_a_doubtful_look_almost_as_well_is_named_too() -> None:
    """Of two beside each other one is lost: who goes on between them may be either."""
    tracker = Tracker()
    for frame, t in enumerate(at(10, 2)):
        there = [(300.0, 400.0), (334.0, 400.0)] if frame < 10 else [(316.0, 400.0)]
        tracks = tracker.update(t, frame, [bike(ground) for ground in there])
    assert [(track.id, track.after) for track in tracks] == [(1, (2,))]


def test_one_whose_first_looks_were_of_both_names_who_was_lost_before_it_broke() -> None:
    """A box over two riders begins a track beside the first rider's, and then goes over to that rider."""
    rider = [(720, 283, 755, 362), (724, 293, 759, 371), (728, 304, 763, 388), (732, 311, 770, 400)]
    rider += [(738, 326, 777, 422), (741, 339, 777, 436), (747, 345, 801, 462), (754, 318, 818, 487)]
    both = {5: (742, 322, 803, 437), 6: (752, 321, 829, 451)}
    later = [(762, 390, 818, 509), (768, 396, 822, 534), (779, 438, 831, 576)]
    tracker = Tracker()
    for frame, box in enumerate(rider + later):
        seen = [Detection(VehicleKind.MOTORBIKE, 0.75, box)]
        seen += [Detection(VehicleKind.MOTORBIKE, 0.4, both[frame])] if frame in both else []
        tracks = tracker.update(frame / 5, frame, seen)
    assert [(track.id, track.after) for track in tracks] == [(2, (1,))]


@pytest.mark.parametrize(("last", "after"), [(300, ()), (440, (1,))])
def test_one_that_comes_in_at_the_edge_is_none_that_was_lost_farther_inside(
    last: int, after: tuple[int, ...]
) -> None:
    """One is lost on its way down; where it may be by now the next rides in from below."""
    tracker = Tracker(bounds=(0, 0, 640, 480))
    for frame, t in enumerate(at(10, 2.6)):
        down, up = last - 150 + 150 * t, min(480.0, 690 - 100 * t)
        going = [bike((300, down))] if frame <= 10 else []
        coming = Detection(VehicleKind.MOTORBIKE, 0.8, (280, 610 - 100 * t, 320, up))
        tracker.update(t, frame, going if frame < 18 else [coming])
    assert {track.id: track.after for track in tracker.end_all()} == {1: (), 2: after}


@pytest.mark.parametrize(("lost", "breaks"), [((), False), ((0,), True)])
def test_one_found_again_on_the_look_of_another_may_be_that_one(lost: tuple[int, ...], breaks: bool) -> None:
    """The second track would explain the first look far better, and went to a box that may be over two."""
    there = np.ones((2, 2), bool)
    cost, possible = np.array([[5.0, 9.0], [0.0, 5.0]]), np.array([[True, False], [True, True]])
    worth = Costs(cost, np.zeros((2, 2)), possible, np.eye(2), ~there, there)
    assert (margins(worth, [(0, 0), (1, 1)], lost=lost)[0] < TrackerSettings().doubtful) == breaks


def test_one_that_stood_and_slides_over_to_another_may_be_that_one() -> None:
    """A box over both, then one on who passes: two small steps take the track of a rider who only stands."""
    tracker = Tracker()
    boxes = [(630, 304, 674, 396)] * 20 + [(626, 266, 678, 398)]
    boxes += [(640 + 20 * n, 245, 698 + 20 * n, 315) for n in range(6)]
    for frame, box in enumerate(boxes):
        tracks = tracker.update(frame / 12, frame, [Detection(VehicleKind.MOTORBIKE, 0.8, box)])
    for track in [*tracks, *tracker.end_all()]:
        assert any(point.breaks for point in track.points if point.frame > 19) or track.points[0].frame > 19


def test_a_vehicle_lost_before_its_speed_was_known_may_be_another() -> None:
    tracker = Tracker()
    for frame in range(10):
        seen = [] if 2 <= frame < 5 else [bike((300, 300 + 8 * frame))]
        tracks = tracker.update(frame / 10, frame, seen)
    assert [point.frame for point in tracks[0].points if point.breaks] == [5]


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


@pytest.mark.parametrize("apart", [30, 38])
def test_a_box_over_two_vehicles_shows_the_wheels_of_neither(apart: int) -> None:
    """A detector takes two riders beside each other for one, now and then: neither jumps to the middle."""
    tracker = Tracker()
    for frame, t in enumerate(at(10, 3)):
        left, right = bike((200, 500 - 60 * t)), bike((200 + apart, 510 - 60 * t))
        both = Detection(left.kind, 0.7, (*left.box[:2], *right.box[2:]))
        tracks = tracker.update(t, frame, [both] if 15 <= frame < 20 else [left, right])
    points = [point for track in tracks for point in track.points]
    assert [track.id for track in tracks] == [1, 2]
    assert {p.frame for p in points if p.wheels == "hidden" and p.frame > 5} == set(range(15, 20))
    assert all(
        abs(p.ground[0] - (200 + apart * (track.id - 1))) < 8 for track in tracks for p in track.points
    )


def test_one_that_is_lost_casts_no_doubt_on_one_that_is_in_sight() -> None:
    """Where a vehicle may be that nobody sees gets ever less certain: that makes it nobody else's rival."""
    tracker = Tracker()
    lost, seen = moving(200, 400, 0, -30, hidden=(1.0, 9.0)), moving(262, 400, 0, -30)
    for frame, t in enumerate(at(10, 2.4)):
        there = [bike(ground) for place in (lost, seen) if (ground := place(t)) is not None]
        tracks = tracker.update(t, frame, there)
    assert [track.id for track in tracks] == [2]
    assert not any(point.breaks for point in tracks[0].points)


def test_a_second_box_on_a_vehicle_is_no_rival_of_the_first() -> None:
    """Detectors give one vehicle two boxes, of two kinds or sizes: which one is taken is no matter."""
    tracker = Tracker()
    for frame, t in enumerate(at(10, 2)):
        first = bike((200, 500 - 60 * t))
        second = Detection(VehicleKind.CAR, 0.6, (*first.box[:3], first.box[3] + 2))
        tracks = tracker.update(t, frame, [first, second] if frame % 4 == 2 else [first])
    assert [track.id for track in tracks] == [1]
    assert not any(point.breaks for point in tracks[0].points)


def test_a_box_that_suddenly_is_three_times_as_large_may_be_another_vehicle() -> None:
    tracker = Tracker()
    for frame, t in enumerate(at(10, 2)):
        x, y = 300.0, 400 - 40 * t
        width, height = (105, 65) if frame < 12 else (140, 149)
        box = (x - width / 2, y - 65, x + width / 2, y - 65 + height)
        tracks = tracker.update(t, frame, [Detection(VehicleKind.CAR, 0.5, box)])
    odd = [point.frame for track in tracks for point in track.points if point.breaks]
    assert odd == [12] or [track.points[0].frame for track in tracks] == [12]


def test_one_that_something_hides_bit_by_bit_is_found_again_behind_it() -> None:
    """Its box shrinks as it goes behind a bus; unseen it shrinks no further."""
    tracker = Tracker()
    for frame, t in enumerate(at(12, 3)):
        x, shown = 200 + 30 * t, min(1.0, max(0.7, 1 - 1.5 * (t - 0.7)))
        box = (x - 20, 300.0, x + 20, 300 + 90 * (shown if t < 2 else 1.0))
        seen = [] if 1.1 <= t < 2 else [Detection(VehicleKind.MOTORBIKE, 0.8, box)]
        tracks = tracker.update(t, frame, seen)
    assert [track.id for track in tracks] == [1]


def test_one_that_leaves_below_is_followed_until_little_of_it_is_left() -> None:
    """Its box is cut at the picture's edge, ever shorter, while the vehicle goes on."""
    tracker = Tracker(bounds=(0, 0, 640, 480))
    for frame, t in enumerate(at(12, 1.17)):
        y = 300 + 260 * t
        box = (300.0, y - 150, 380.0, min(480.0, y))
        tracks = tracker.update(t, frame, [Detection(VehicleKind.MOTORBIKE, 0.8, box)])
    assert [(track.id, len(track.points)) for track in tracks] == [(1, 14)]


def test_a_break_is_taken_back_once_it_is_plain_who_is_who() -> None:
    """Two that are alike meet while neither is seen for a moment: where they come out again each could be the
    other, half a second later each goes on as it did before."""
    hidden = (1.0, 1.4)
    places = [moving(200, 400, 60, 0, hidden), moving(344, 400, -60, 0, hidden)]
    tracker, doubted = Tracker(), []
    for frame, t in enumerate(at(10, 3.0)):
        seen = [bike(ground) for place in places if (ground := place(t)) is not None]
        tracks = tracker.update(t, frame, seen)
        doubted.append(any(point.breaks for track in tracks for point in track.points))
    assert (doubted[14], doubted[-1]) == (True, False)
    assert [track.points[-1].ground[0] for track in tracks] == [374, 170]


def test_one_that_is_lost_does_not_take_the_looks_of_a_new_one_in_vain() -> None:
    """Its last boxes held light beside it and made it seem to go aside: found again it is too far off to be
    the one that is waited for, and begins a track at once."""
    tracker = Tracker()
    for frame, t in enumerate(at(12, 3)):
        y, light = 400 - 30 * t, 60 * max(0.0, min(1.0, (t - 0.75) / 0.25))
        seen = Detection(VehicleKind.MOTORBIKE, 0.8, (280 + light, y - 90, 320 + light, y))
        known = bool(
            tracker.update(t, frame, [] if 1 <= t < 1.5 else [seen])
            if t < 1.5
            else tracker.update(t, frame, [bike((300.0, y))])
        )
        assert known or t < 0.16 or 1 <= t < 1.75
