"""When a picture's time goes on and when it does not: the rule that files and live cameras share."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.video.continuity import Continuity, Outliers, Verdict, unwrapped

FRAME = 0.04
WRAP = 2**33 / 90_000


@pytest.mark.parametrize(
    ("ahead", "keyframe", "elapsed", "verdict"),
    [
        (0.04, False, None, "on"),
        (1.9, False, None, "on"),
        (2.1, False, None, "gap"),
        (9.0, True, 0.04, "gap"),
        (10.1, False, None, "jump"),
        (25_200.0, False, None, "jump"),
        (60.0, True, 60.0, "gap"),  # the camera was silent so long: time passed
        (60.0, True, 0.04, "jump"),
        (0.0, False, None, "jitter"),
        (-0.03, True, None, "jitter"),
        (
            -0.95,
            False,
            None,
            "set_back",
        ),  # leans on the picture before: the same recording, its clock set back
        (-0.95, True, None, "jump"),  # of a file: another recording that overlaps
        (-0.95, True, 0.04, "set_back"),  # of a camera that went on sending
        (-0.95, True, 5.0, "jump"),
        (-1.1, False, 0.04, "jump"),
        (-4.0, True, None, "jump"),
        (-3600.0, False, 0.04, "jump"),
    ],
)
def test_verdicts(ahead: float, keyframe: bool, elapsed: float | None, verdict: Verdict) -> None:
    continuity = Continuity(FRAME)
    continuity.judge(500.0, True, reordered=False, elapsed=None)
    assert continuity.judge(500.0 + ahead, keyframe, reordered=False, elapsed=elapsed) == verdict


@pytest.mark.parametrize("order", [[0, 3, 1, 2], [0, 4, 2, 1, 3], [0, 8, 4, 2, 1, 3, 6, 5, 7]])
@pytest.mark.parametrize("interval", [0.04, 0.2])
def test_reordered_pictures_are_no_step_back(order: list[int], interval: float) -> None:
    continuity = Continuity(interval)
    length = max(order)
    shown = [(group * (length + 1) + number) * interval for group in range(20) for number in order]
    verdicts = {continuity.judge(pts, False, reordered=True, elapsed=interval) for pts in shown}
    assert verdicts == {"on"}


def test_a_step_back_shows_among_reordered_pictures_too() -> None:
    continuity = Continuity(FRAME)
    for number in range(60):
        continuity.judge(number * FRAME, False, reordered=True, elapsed=FRAME)
    assert continuity.judge(60 * FRAME - 0.95, False, reordered=True, elapsed=FRAME) == "set_back"


@pytest.mark.parametrize(
    ("pts", "newest", "expected"),
    [
        (5.0, None, 5.0),
        (0.03, WRAP - 0.01, WRAP + 0.03),
        (WRAP - 0.01, WRAP + 0.03, WRAP - 0.01),  # a reordered picture from before
        (1.0, 3 * WRAP + 0.9, 3 * WRAP + 1.0),
        (11.4, 1004.0, 11.4),
        (1.4, 50_000.0, 1.4),
    ],
)
def test_an_overflow_of_33_bits_is_no_jump(pts: float, newest: float | None, expected: float) -> None:
    assert unwrapped(pts, newest) == pytest.approx(expected)


def _through(times: list[float], *, reordered: bool = False) -> list[float]:
    outliers: Outliers[int] = Outliers(reordered=reordered)
    out = [timed for number, pts in enumerate(times) for timed in outliers.take(pts, number)]
    out += outliers.rest()
    assert [timed.item for timed in out] == list(range(len(times)))
    return [timed.pts for timed in out]


@pytest.mark.parametrize("off", [-9_800.0, -6.0, 11.0, 37_600.0, WRAP])
@pytest.mark.parametrize("where", [[7], [7, 8], [3, 7, 12], [7, 19]])
def test_single_wild_stamps_are_put_between_their_neighbours(off: float, where: list[int]) -> None:
    true = [number * FRAME for number in range(20)]
    mended = _through([t + off * (number in where) for number, t in enumerate(true)])
    inner = [number for number in range(20) if not (number in where and number > 17)]
    assert [mended[n] for n in inner] == pytest.approx([true[n] for n in inner], abs=FRAME)
    assert all(one < other for one, other in pairwise(mended[:19]))


@pytest.mark.parametrize("off", [-4.0, -993.0, 25_200.0])
def test_a_time_that_holds_is_believed_from_its_first_picture(off: float) -> None:
    times = [number * FRAME + off * (number >= 9) for number in range(20)]
    assert _through(times) == times


ORDERS = [[3, 1, 2], [4, 2, 1, 3], [8, 4, 2, 1, 3, 6, 5, 7]]
"""In what order the pictures of a group are encoded."""


def _encoded(order: list[int], groups: int = 8) -> list[int]:
    """The numbers of pictures as they are encoded: the first, then groups of this order."""
    return [0, *(group * len(order) + number for group in range(groups) for number in order)]


@pytest.mark.parametrize("off", [-9_800.0, -6.0, 11.0, 25_200.0])
@pytest.mark.parametrize("order", ORDERS)
def test_a_gap_between_reordered_pictures_leaves_their_times(order: list[int], off: float) -> None:
    for first in range(9, 9 + len(order)):
        times = [number * FRAME + off * (number >= first) for number in _encoded(order)]
        assert _through(times, reordered=True) == times


@pytest.mark.parametrize("off", [-9_800.0, 11.0, 37_600.0])
@pytest.mark.parametrize("where", [[7], [7, 8], [3, 12, 22]])
@pytest.mark.parametrize("order", ORDERS)
def test_single_wild_stamps_among_reordered_pictures_are_put_near_their_neighbours(
    order: list[int], where: list[int], off: float
) -> None:
    shown = _encoded(order)
    mended = _through([n * FRAME + off * (at in where) for at, n in enumerate(shown)], reordered=True)
    assert mended == pytest.approx([n * FRAME for n in shown], abs=(len(order) + 1) * FRAME)
    assert [t for at, t in enumerate(mended) if at not in where] == [
        n * FRAME for at, n in enumerate(shown) if at not in where
    ]


@pytest.mark.parametrize("reordered", [False, True])
@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_every_picture_comes_through_in_order(reordered: bool, times: list[float]) -> None:
    _through(times, reordered=reordered)


@given(st.lists(st.booleans(), min_size=60, max_size=60))
def test_never_many_reordered_pictures_are_held_back(wild: list[bool]) -> None:
    outliers: Outliers[int] = Outliers(reordered=True)
    given_on = 0
    for number, far in enumerate(wild):
        given_on += sum(1 for _ in outliers.take(number * FRAME + 100.0 * far, number))
        assert number + 1 - given_on <= 80
