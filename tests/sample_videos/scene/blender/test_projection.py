"""The pinhole camera that truth and renderer share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.blender.projection import Camera

LEVEL = Camera(width=1280, height=720, focal_px=1000.0, x=0.0, y=0.0, z=4.0, pitch_down=0.0)
TILTED = Camera(width=1280, height=720, focal_px=2350.0, x=0.2, y=0.0, z=4.2, pitch_down=13.1)


@pytest.mark.parametrize(
    ("point", "pixel"),
    [
        ((0.0, 10.0, 4.0), (640.0, 360.0, 10.0)),
        ((1.0, 10.0, 4.0), (740.0, 360.0, 10.0)),
        ((0.0, 10.0, 3.0), (640.0, 460.0, 10.0)),
    ],
)
def test_a_level_camera_by_hand(point: tuple[float, ...], pixel: tuple[float, ...]) -> None:
    assert LEVEL.project(np.array(point)) == pytest.approx(pixel)


@given(st.floats(11.0, 40.0), st.floats(0.1, 5.0))
def test_farther_ground_is_higher_in_the_picture(y: float, farther: float) -> None:
    near, far = TILTED.project(np.array([(0.0, y, 0.0), (0.0, y + farther, 0.0)]))
    assert far[1] < near[1]


@given(st.floats(1.0, 60.0), st.floats(-5.0, 5.0), st.floats(0.0, 3.0))
def test_the_optical_axis_meets_the_middle_of_the_picture(distance: float, x: float, z: float) -> None:
    pitch = np.radians(TILTED.pitch_down)
    axis = np.array([TILTED.x, distance * np.cos(pitch), TILTED.z - distance * np.sin(pitch)])
    assert TILTED.project(axis)[:2] == pytest.approx((640.0, 360.0))
    mirrored = TILTED.project(np.array([(TILTED.x - x, 20.0, z), (TILTED.x + x, 20.0, z)]))
    assert mirrored[0][0] + mirrored[1][0] == pytest.approx(1280.0)


def test_a_box_is_clipped_to_the_picture_or_gone() -> None:
    assert TILTED.clip(np.array([-50.0, 10.0, 100.0, 800.0])) == pytest.approx([0.0, 10.0, 100.0, 720.0])
    assert TILTED.clip(np.array([-50.0, 10.0, -10.0, 80.0])) is None


def test_points_behind_the_camera_do_not_stretch_a_box() -> None:
    box = LEVEL.box(np.array([(0.0, 10.0, 4.0), (1.0, 10.0, 3.0), (5.0, -20.0, 0.0)]))
    assert box == pytest.approx([640.0, 360.0, 740.0, 460.0])
