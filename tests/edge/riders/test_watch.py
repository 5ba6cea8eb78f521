"""Which motorbikes are looked at, when, on which pictures."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest

from configs.scene import RiderZone, Scene
from contract.manifest import Clock
from contract.vehicles import VehicleKind
from edge.riders.full_size import same_stream
from edge.riders.heads import Image, SeenHead
from edge.riders.watch import MOST_A_FRAME, MOST_LOOKS, RiderWatch
from edge.rules.inputs import Box, Track, TrackPoint
from edge.video.frame import Frame

SCENE = Scene(
    size=(640, 480), rider_zones=(RiderZone(id="z", polygon=((0, 200), (640, 200), (640, 480), (0, 480))),)
)
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


@dataclass
class Finder:
    """A head at the top of every motorbike; remembers the boxes it was asked of."""

    asked: list[Box] = field(default_factory=list)

    def find(self, image: Image, motorbike: Box) -> tuple[SeenHead, ...]:
        self.asked.append(motorbike)
        x1, y1, x2, _ = motorbike
        middle = (x1 + x2) / 2
        return (SeenHead((middle - 10, y1, middle + 10, y1 + 20), 0.95, 0.97),)


def frame(t: float, size: tuple[int, int] = (640, 480)) -> Frame:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    return Frame(round(t * 10), t, NOON, Clock(source="file", uncertainty_ms=0), image)


def bike(
    number: int,
    t: float,
    x: float,
    y: float,
    *,
    height: float = 120,
    kind: VehicleKind = VehicleKind.MOTORBIKE,
) -> Track:
    """Seen for a second up to `t`, driving down the picture to where its box ends at (x, y)."""
    points = []
    for ago in range(10, -1, -1):
        bottom = y - 10 * ago
        box = (x - height / 4, bottom - height, x + height / 4, bottom)
        points.append(TrackPoint(t - ago / 10, box, round(t * 10) - ago))
    return Track(number, kind, 0.9, tuple(points))


def test_a_motorbike_is_looked_at_now_and_then_and_not_for_ever() -> None:
    finder = Finder()
    watch = RiderWatch(finder, SCENE, same_stream)
    counts = [watch.look(frame(t / 10), [bike(1, t / 10, 300, 300)]) for t in range(100)]
    assert counts[:4] == [1, 0, 0, 1]
    assert sum(counts) == len(finder.asked) == MOST_LOOKS
    riders = watch.of(bike(1, 9.9, 300, 300))
    assert riders is not None
    assert (riders.people, riders.heads[0].state) == (1, "bare")
    watch.forget(1)
    assert watch.of(bike(1, 9.9, 300, 300)) is None


def test_a_motorbike_that_comes_much_nearer_is_looked_at_again() -> None:
    finder = Finder()
    watch = RiderWatch(finder, SCENE, same_stream)

    def looks(t: float, height: float) -> int:
        return watch.look(frame(t), [bike(1, t, 300, 300, height=height)])

    assert sum(looks(t / 2, 100) for t in range(20)) == MOST_LOOKS
    assert looks(10.5, 120) == 0
    assert looks(11.0, 140) == 1
    riders = watch.of(bike(1, 11.0, 300, 300, height=140))
    assert riders is not None
    assert len(riders.looks) == MOST_LOOKS
    assert riders.looks[-1].t == 11.0


@pytest.mark.parametrize(
    "track",
    [
        bike(1, 1.0, 300, 190),
        bike(1, 1.0, 300, 300, height=80),
        bike(1, 1.0, 20, 300),
        bike(1, 1.0, 300, 300, kind=VehicleKind.CAR),
        bike(1, 1.0, 300, 300, kind=VehicleKind.BICYCLE),
    ],
    ids=["outside the zone", "head too small", "cut by the edge", "car", "bicycle"],
)
def test_what_can_not_be_told_is_not_looked_at(track: Track) -> None:
    assert RiderWatch(Finder(), SCENE, same_stream).look(frame(1.0), [track]) == 0


def test_who_is_hidden_by_a_nearer_vehicle_is_not_looked_at() -> None:
    watch = RiderWatch(Finder(), SCENE, same_stream)
    behind, before = bike(1, 1.0, 300, 300), bike(2, 1.0, 310, 340, kind=VehicleKind.CAR, height=200)
    assert watch.look(frame(1.0), [behind, before]) == 0


def test_of_a_crowd_the_nearest_come_first_and_the_others_next() -> None:
    finder = Finder()
    watch = RiderWatch(finder, SCENE, same_stream)

    def crowd(t: float) -> list[Track]:
        return [bike(n, t, 70 * n, 260 + 10 * n) for n in range(1, 7)]

    assert watch.look(frame(1.0), crowd(1.0)) == MOST_A_FRAME
    assert {box[3] for box in finder.asked} == {320, 310, 300, 290}
    assert watch.look(frame(1.1), crowd(1.1)) == 2


def test_a_larger_picture_of_another_moment_is_looked_at_where_the_vehicle_was_then() -> None:
    finder = Finder()
    watch = RiderWatch(finder, SCENE, lambda shown: frame(shown.t - 0.3, (1280, 960)))
    assert watch.look(frame(1.0), [bike(1, 1.0, 300, 300, height=60)]) == 1
    (box,) = finder.asked
    assert box == pytest.approx((570, 420, 630, 540))
    riders = watch.of(bike(1, 1.0, 300, 300, height=60))
    assert riders is not None
    assert riders.looks[0].box == pytest.approx((285, 210, 315, 270))


def test_no_picture_no_look() -> None:
    assert RiderWatch(Finder(), SCENE, lambda _: None).look(frame(1.0), [bike(1, 1.0, 300, 300)]) == 0
