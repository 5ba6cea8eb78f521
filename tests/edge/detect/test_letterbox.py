"""Boxes survive the way into the network's input and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.detect.letterbox import GREY, letterbox


@pytest.mark.parametrize(
    ("width", "height", "size", "shape"),
    [
        (1280, 720, 640, (384, 640)),  # 16:9 needs no square
        (640, 480, 640, (480, 640)),
        (480, 640, 640, (640, 480)),
        (1920, 1080, 960, (544, 960)),
        (10, 10, 320, (320, 320)),
        (4000, 3, 640, (32, 640)),
    ],
)
def test_input_is_padded_to_the_next_multiple(
    width: int, height: int, size: int, shape: tuple[int, int]
) -> None:
    blob, _ = letterbox(np.zeros((height, width, 3), np.uint8), size, 32)
    assert blob.shape == (1, 3, *shape)


def test_colours_turn_to_rgb_and_padding_is_grey() -> None:
    blue = np.zeros((72, 128, 3), np.uint8)
    blue[..., 0] = 255
    blob, placed = letterbox(blue, 128, 32)
    assert blob[0, :, placed.top + 10, 64].tolist() == [0, 0, 1]
    assert blob[0, :, 0, 64] == pytest.approx(GREY / 255)


sizes = st.integers(40, 3000)


@given(
    width=sizes,
    height=sizes,
    size=st.sampled_from([320, 640, 960]),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
)
@settings(deadline=None)
def test_box_comes_back(
    width: int, height: int, size: int, corners: tuple[float, float, float, float]
) -> None:
    _, placed = letterbox(np.zeros((height, width, 3), np.uint8), size, 32)
    (left, right), (top, bottom) = sorted(corners[:2]), sorted(corners[2:])
    box = np.array([[left * width, top * height, right * width, bottom * height]], np.float32)
    shift = np.array([placed.left, placed.top] * 2, np.float32)
    back = placed.to_picture(box * placed.scale + shift, width, height)
    assert back == pytest.approx(box, abs=0.05 * max(1, max(width, height) / 640))
