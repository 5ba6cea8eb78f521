"""What the renderer draws agrees with the camera and with what hides what; needs a software GL."""

import numpy as np
import pytest

from sample_videos.scene.bodies.shapes import ASPHALT, Look, Mesh, box, sheet
from sample_videos.scene.picture.light import LIGHTS
from sample_videos.scene.picture.optics import Camera
from sample_videos.scene.picture.things import Moment, Thing

moderngl = pytest.importorskip("moderngl", reason="rendering needs moderngl (pip install moderngl)")
CAMERA = Camera((0.0, 0.0, 4.0), 0.0, 0.15, 300, (320, 180))
NEAR, FAR = Thing("cube", (0.0, 12.0, 0.0, 0.0), id=5), Thing("cube", (0.6, 20.0, 0.0, 0.0), id=7)


@pytest.fixture(scope="module")
def renderer() -> object:
    from sample_videos.scene.picture.gl import Renderer

    ground, cube = Mesh(), Mesh()
    sheet(ground, [(-50, 0, 0), (50, 0, 0), (50, 90, 0), (-50, 90, 0)], Look((1, 1, 1), ASPHALT))
    box(cube, (0, 0, 0.75), (1.5, 1.5, 1.5), Look((0.8, 0.1, 0.1)))
    blank = np.full((192, 256, 3), 255, np.uint8)
    try:
        made = Renderer({"static": ground, "cube": cube}, [blank], LIGHTS["day"], [], (0, 20, 30), 1)
    except Exception as error:
        pytest.skip(f"no software GL here: {error}")
    return made


def test_a_cube_is_where_the_camera_says(renderer: object) -> None:
    ids = renderer.ids(CAMERA, [NEAR]) >> 5  # type: ignore[attr-defined]
    rows, columns = np.nonzero(ids == 5)
    corners = CAMERA.project(
        np.array([(x, 12 + y, z) for x in (-0.75, 0.75) for y in (-0.75, 0.75) for z in (0, 1.5)])
    )
    assert columns.min() == pytest.approx(corners[:, 0].min(), abs=1.0)
    assert columns.max() + 1 == pytest.approx(corners[:, 0].max(), abs=1.0)
    assert rows.max() + 1 == pytest.approx(corners[:, 1].max(), abs=1.0)
    assert set(np.unique(ids)) == {0, 5}


def test_the_far_cube_is_partly_hidden_and_whole_alone(renderer: object) -> None:
    both = renderer.ids(CAMERA, [NEAR, FAR]) >> 5  # type: ignore[attr-defined]
    free = renderer.ids(CAMERA, [FAR]) >> 5  # type: ignore[attr-defined]
    tiles = {5: (0, 0), 7: (300, 10)}
    alone = renderer.alone(CAMERA, [NEAR, FAR], tiles, (1024, 512)) >> 5  # type: ignore[attr-defined]
    assert 0 < (both == 7).sum() < (free == 7).sum()
    assert (alone == 7).sum() == (free == 7).sum()
    assert (alone == 5).sum() == (both == 5).sum()


def test_the_picture_shows_cube_shadow_and_the_same_again(renderer: object) -> None:
    empty = renderer.picture(CAMERA, Moment(()), 0).astype(int)  # type: ignore[attr-defined]
    full = renderer.picture(CAMERA, Moment((NEAR,)), 0).astype(int)  # type: ignore[attr-defined]
    again = renderer.picture(CAMERA, Moment((NEAR,)), 0)  # type: ignore[attr-defined]
    cube = renderer.ids(CAMERA, [NEAR]) > 0  # type: ignore[attr-defined]
    darker = (empty - full).sum(axis=2) > 60
    assert np.abs(full - empty)[cube].sum(axis=1).mean() > 60
    assert (darker & ~cube).sum() > 40, "no shadow on the ground"
    assert (again == full).all()
