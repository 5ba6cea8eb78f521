"""What must be rendered again in a frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.blender.rectangles import Rectangle, feather, merged, padded

RECTANGLES = st.builds(
    lambda x, y, w, h: (x, y, x + w, y + h),
    st.integers(0, 1100),
    st.integers(0, 600),
    st.integers(20, 180),
    st.integers(20, 120),
)


def _painted(rectangles: list[Rectangle]) -> np.ndarray:
    canvas = np.zeros((720, 1280), dtype=bool)
    for x1, y1, x2, y2 in rectangles:
        canvas[y1:y2, x1:x2] = True
    return canvas


@given(st.lists(RECTANGLES, max_size=8))
def test_merging_covers_everything_and_never_costs_more(rectangles: list[Rectangle]) -> None:
    joined = merged(rectangles)
    assert (_painted(joined) >= _painted(rectangles)).all()
    assert len(joined) <= len(rectangles)


@pytest.mark.parametrize(
    ("boxes", "joined"),
    [
        ([(0, 0, 100, 100), (50, 50, 150, 150)], [(0, 0, 150, 150)]),
        ([(0, 0, 100, 100), (900, 500, 1000, 600)], [(0, 0, 100, 100), (900, 500, 1000, 600)]),
        ([], []),
    ],
)
def test_near_rectangles_are_joined_and_far_ones_are_not(
    boxes: list[Rectangle], joined: list[Rectangle]
) -> None:
    assert merged(boxes) == joined


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((100.2, 50.0, 120.0, 80.9), (90, 40, 131, 91)),
        ((-30.0, 700.0, 40.0, 900.0), (0, 690, 51, 720)),
        ((-300.0, 10.0, -200.0, 60.0), None),
    ],
)
def test_padding(box: tuple[float, ...], expected: Rectangle | None) -> None:
    assert padded(np.array(box), 10, 1280, 720) == expected


def test_feathering_spares_the_edges_of_the_picture() -> None:
    weights = feather((0, 100, 40, 140), 8, 1280, 720)
    assert weights.shape == (40, 40)
    assert weights[20, 0] == 1.0
    assert weights[20, -1] == pytest.approx(0.0625)
    assert weights[0, 10] == pytest.approx(0.0625)
