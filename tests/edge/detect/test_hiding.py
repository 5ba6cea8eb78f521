"""A side behind a nearer vehicle does not say where a vehicle ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.hiding import Hidden, Sides, completed, hidden_sides
from edge.detect.matching import Expected, costs
from edge.detect.tracker import Tracker
from edge.rules.inputs import Box

OWN: Box = (100, 200, 160, 260)


def bike(box: Box) -> Detection:
    return Detection(VehicleKind.MOTORBIKE, 0.8, box)


@pytest.mark.parametrize(
    ("others", "sides"),
    [
        ([(158, 210, 200, 280)], (False, True)),
        ([(60, 210, 102, 280)], (True, False)),
        ([(60, 210, 102, 280), (158, 210, 200, 280)], (False, False)),
        ([(158, 190, 200, 255)], (False, False)),
        ([(170, 210, 210, 280)], (False, False)),
        ([(158, 245, 200, 320)], (False, False)),
        ([(120, 210, 150, 280)], (False, False)),
        ([], (False, False)),
    ],
    ids=[
        "right",
        "left",
        "both",
        "farther away",
        "apart",
        "only its lower end",
        "before its middle",
        "alone",
    ],
)
def test_hidden_sides(others: list[Box], sides: Sides) -> None:
    left, right = hidden_sides([bike(OWN), *map(bike, others)])
    assert (left[0], right[0]) == sides


@given(width=st.floats(1, 200), sides=st.sampled_from([(False, False), (True, False), (False, True)]))
def test_a_box_is_completed_on_its_hidden_side_only(width: float, sides: Sides) -> None:
    x1, y1, x2, y2 = completed(OWN, width, sides)
    assert (y1, y2) == (OWN[1], OWN[3])
    assert (x1 != OWN[0], x2 != OWN[2]) == (sides if width > 60 else (False, False))
    assert x2 - x1 == pytest.approx(max(width, 60) if any(sides) else 60)


def test_nothing_hides_nothing() -> None:
    assert [list(side) for side in hidden_sides([])] == [[], []]


STANDS: Box = (200, 215, 240, 285)


def crossing(look: int) -> Box:
    """One who rides to the right behind another who stands: the box ends where the other one begins, until
    it shows on both sides of it."""
    left = 60.0 + 6 * look
    right = left + 60
    return left, 200.0, right if right < 203 or right > 245 else 203.0, 260.0


def test_one_who_rides_behind_another_is_the_same_one_beyond() -> None:
    tracker = Tracker(bounds=(0, 0, 640, 480))
    looks = [tracker.update(0.08 * n, n, [bike(crossing(n)), bike(STANDS)]) for n in range(40)]
    first = looks[-1][0]
    assert {track.id for tracks in looks for track in tracks} == {1, 2}
    assert first.points[-1].box == crossing(39)
    assert not any(point.breaks for track in looks[-1] for point in track.points)


@pytest.mark.parametrize(("width", "cheaper"), [(30.0, True), (90.0, False)])
def test_a_hidden_side_makes_no_box_wider(width: float, cheaper: bool) -> None:
    """A narrower one fits the vehicle better if its side is hidden; a wider one does not."""
    expected = Expected(
        OWN, (8, 8), VehicleKind.MOTORBIKE, None, OWN, 0.1, (0, 0), covered=False, aside=False
    )
    seen, no = [bike((100, 200, 100 + width, 260))], np.array([False])
    hidden, whole = (
        float(costs([expected], seen, Hidden(no, no, np.array([side]))).cost[0, 0]) for side in (True, False)
    )
    assert hidden < whole - 1 if cheaper else hidden == whole
