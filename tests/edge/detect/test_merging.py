"""Two riders who become one box and part again: their tracks say that each may be either."""

from collections.abc import Callable

import pytest

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.tracker import Tracker
from edge.rules.inputs import Box, Track

PICTURE = (0.0, 0.0, 1280.0, 720.0)
STEP = 0.08

Boxes = tuple[Box, ...]


def bike(box: Box) -> Detection:
    return Detection(VehicleKind.MOTORBIKE, 0.8, box)


def beside(number: int) -> Boxes:
    """Two who drive up the picture side by side, ever smaller and nearer to each other."""
    height = 160.0 - 5 * number
    top, left, right = 520.0 - 16 * number, 380 + 7.0 * number, 470 + 4.5 * number
    width = height / 2
    return (
        (left - width / 2, top, left + width / 2, top + height),
        (right - width / 2, top, right + width / 2, top + height),
    )


def one(boxes: Boxes) -> Boxes:
    """Both in a single box."""
    (a, b, c, d), (e, f, g, h) = boxes
    return ((min(a, e), min(b, f), max(c, g), max(d, h)),)


def half(boxes: Boxes) -> Boxes:
    """The left one's box holds much of the right one already."""
    left, right = boxes
    return (left[0], left[1], left[2] + 0.45 * (right[2] - left[2]), left[3]), right


def followed(looks: list[Boxes]) -> list[dict[int, Track]]:
    tracker = Tracker(bounds=PICTURE)
    return [
        {track.id: track for track in tracker.update(number * STEP, number, [bike(box) for box in boxes])}
        for number, boxes in enumerate(looks)
    ]


@pytest.mark.parametrize(
    ("together", "breaks"),
    [
        ([half, half, one], {1: True, 2: True}),
        ([half, half, lambda boxes: boxes[:1]], {1: False, 2: False}),
        ([], {1: False, 2: False}),
    ],
    ids=["one box", "one unseen, no wide box", "never one"],
)
def test_who_parts_from_one_box_may_be_either(
    together: list[Callable[[Boxes], Boxes]], breaks: dict[int, bool]
) -> None:
    first = 15
    looks = [beside(number) for number in range(first)]
    looks += [how(beside(first + number)) for number, how in enumerate(together)]
    looks += [beside(len(looks) + number) for number in range(8)]
    tracks = followed(looks)
    since = {
        id_: any(point.breaks for point in track.points if point.frame >= first)
        for id_, track in tracks[-1].items()
    }
    assert since == breaks
    if any(breaks.values()):
        assert (tracks[-1][1].after, tracks[-1][2].after) == ((2,), (1,))


STANDS: Box = (870, 295, 913, 358)
BEHIND: list[Boxes] = [
    ((825, 278, 874, 340), STANDS),  # seen in part already
    ((835, 279, 880, 340), STANDS),
    ((850, 279, 915, 358),),
    ((855, 278, 926, 358),),
    ((865, 278, 936, 353),),
    ((867, 279, 947, 347), (867, 283, 913, 359)),
    ((870, 277, 958, 345),),
    ((878, 278, 970, 341), STANDS),
]
"""One who crosses behind one who stands, as a network saw them."""


def rides_on(number: int) -> Boxes:
    """The one who crossed rides on as fast as before; the other stands as before."""
    return (890.0 + 12 * number, 278.0, 960.0 + 12 * number, 340.0), STANDS


def stops(number: int) -> Boxes:
    """One of the two stands beyond the other: either that one started, or who crossed stopped."""
    left = min(890.0 + 12 * number, 914.0)
    return (left, 278.0, left + 62, 340.0), STANDS


@pytest.mark.parametrize(("after", "breaks"), [(rides_on, False), (stops, True)])
def test_who_passed_behind_one_that_stands_is_known_again_if_only_one_can_be_that_fast(
    after: Callable[[int], Boxes], breaks: bool
) -> None:
    before = [((709.0 + 9 * n, 279.0, 779.0 + 9 * n, 340.0), STANDS) for n in range(13)]
    looks = followed(before + BEHIND + [after(n) for n in range(2, 14)])
    parted = len(before) + len(BEHIND) - 1
    assert {track.id for track in looks[len(before)].values()} == {1, 2}
    assert any(any(p.breaks for p in track.points) for look in looks[parted:] for track in look.values())
    for number in (1, 2):
        assert any(point.breaks for point in looks[-1][number].points) is breaks
