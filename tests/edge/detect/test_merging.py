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
    looks += [beside(len(looks) + number) for number in range(4)]
    tracks = followed(looks)
    since = {
        id_: any(point.breaks for point in track.points if point.frame >= first)
        for id_, track in tracks[-1].items()
    }
    assert since == breaks
    if any(breaks.values()):
        assert (tracks[-1][1].after, tracks[-1][2].after) == ((2,), (1,))
