"""Bodies have the size and wheels they claim, and their faces look outwards."""

import numpy as np
import pytest

from sample_videos.scene.bodies import bikes, cars, people
from sample_videos.scene.bodies.body import Body
from sample_videos.scene.bodies.shapes import HEAD_PART, Look, Mesh, ball, box, limb, tube, wheel

BODIES = {
    **{name: cars.car(shape) for name, shape in cars.SHAPES.items()},
    **{"bus": cars.bus(), "lorry": cars.lorry()},
    **{"underbone": bikes.underbone(), "scooter": bikes.scooter(), "bicycle": bikes.bicycle()},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_mesh_fills_the_body(body: Body) -> None:
    low, high = body.mesh.points.min(axis=0), body.mesh.points.max(axis=0)
    assert low[1] == pytest.approx(body.back, abs=0.12)
    assert high[1] == pytest.approx(body.front, abs=0.3)
    assert high[0] == pytest.approx(-low[0], abs=0.05)
    assert body.half_width - 0.05 < high[0] < body.half_width + 0.35
    assert low[2] == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_plates_face_away_from_the_body(body: Body) -> None:
    for number, quad in enumerate(body.plates):
        left_top, right_top, _, left_bottom = np.array(quad)
        outwards = np.cross(left_bottom - left_top, right_top - left_top)
        assert np.sign(outwards[1]) == (-1 if number == 0 else 1)


@pytest.mark.parametrize("solid", ["box", "tube", "limb", "ball", "wheel"])
def test_every_triangle_of_a_solid_looks_outwards(solid: str) -> None:
    mesh = Mesh()
    {
        "box": lambda: box(mesh, (0, 0, 0), (1, 2, 3), Look()),
        "tube": lambda: tube(mesh, (0, 0, -1), (0, 0, 1), (0.5, 0.3), Look()),
        "limb": lambda: limb(mesh, [(0, -1, 0), (0, 0, 0), (0, 1, 0)], [0.3, 0.4, 0.3], Look()),
        "ball": lambda: ball(mesh, (0, 0, 0), (1, 2, 1), Look()),
        "wheel": lambda: wheel(mesh, (0, 0, 0), 0.3, 0.2),
    }[solid]()
    corners = mesh.points.reshape(-1, 3, 3)
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((faces * corners.mean(axis=1)).sum(axis=1) > -1e-9).all()


@pytest.mark.parametrize("name", people.SEATS)
def test_a_head_sits_on_the_shoulders_and_is_a_part_of_its_own(name: str) -> None:
    seat = people.SEATS[name]
    mesh = people.head(seat, 3, helmet=True)
    assert set(mesh.vertices[:, 13]) == {HEAD_PART + 3}
    assert mesh.points[:, 2].min() > seat.hips[2] + 0.4 * seat.size
