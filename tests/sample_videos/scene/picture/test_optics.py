"""The camera's two matrices agree, and pixels are where a pinhole puts them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sample_videos.scene.picture.optics import Camera

ANGLES = st.floats(-0.6, 0.6)


@given(
    ANGLES, st.floats(0.05, 0.7), st.floats(400, 3000), st.floats(-8, 8), st.floats(6, 60), st.floats(0, 3)
)
def test_the_matrix_of_the_shaders_gives_the_pixels_of_the_truth(
    yaw: float, pitch: float, focal: float, x: float, y: float, z: float
) -> None:
    camera = Camera((1.0, -2.0, 7.0), yaw, pitch, focal, (1280, 720))
    u, v, depth = camera.project(np.array([[x, y, z]]))[0]
    clip = camera.clip @ np.array([x, y, z, 1.0])
    if depth < 1.5:
        return
    assert np.allclose(clip[:2] / clip[3], (2 * u / 1280 - 1, 1 - 2 * v / 720))
    assert np.isclose(clip[3], depth)


def test_level_camera_by_hand() -> None:
    camera = Camera((0, 0, 5), 0.0, 0.0, 1000, (1280, 720))
    assert np.allclose(camera.project(np.array([[2, 20, 0]])), [[640 + 100, 360 + 250, 20]])


def test_a_larger_picture_shows_the_same() -> None:
    camera = Camera((1, 0, 6), 0.1, 0.3, 1100, (640, 360))
    point = np.array([[2.0, 20.0, 1.0]])
    assert np.allclose(camera.at_size((1920, 1080)).project(point)[0, :2], 3 * camera.project(point)[0, :2])
