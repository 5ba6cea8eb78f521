"""Motorbikes and bicycles without their riders."""

from .body import Body, Quad, hang_plate
from .cars import BEAM, BLACK, CHROME, SKIN, TAIL, TRIM
from .shapes import PAINT, Look, Mesh, ball, box, limb, tube, wheel

SEAT = Look((0.025, 0.024, 0.024))
METAL = Look((0.28, 0.28, 0.29), PAINT)
WHEELBASE = 1.24


def underbone() -> Body:
    """The common step-through with a slim frame (Wave, Sirius)."""
    mesh = Mesh()
    _wheels(mesh, 0.29, 0.085)
    limb(mesh, [(0, -0.36, 0.72), (0, 0.05, 0.62), (0, 0.42, 0.52)], [0.09, 0.12, 0.1], SKIN)
    limb(mesh, [(0, 0.38, 0.46), (0, 0.72, 0.5), (0, 0.93, 0.78)], [0.11, 0.09, 0.07], SKIN)
    ball(mesh, (0, 0.42, 0.3), (0.15, 0.22, 0.14), METAL, sides=8)
    for x in (-1, 1):
        box(mesh, (x * 0.15, 0.86, 0.58), (0.09, 0.06, 0.5), SKIN, tilt=-0.28)
    _common(mesh, exhaust=0.3)
    plate = _tail(mesh, 0.66)
    return Body(mesh, -0.47, 1.55, 0.36, 1.08, WHEELBASE, 0.0, "motorbike", (plate,))


def scooter() -> Body:
    """An automatic scooter with a broad tail and leg shield (Vision, Lead)."""
    mesh = Mesh()
    _wheels(mesh, 0.26, 0.11)
    limb(mesh, [(0, -0.36, 0.66), (0, 0.0, 0.56), (0, 0.36, 0.48)], [0.13, 0.19, 0.17], SKIN, 10)
    box(mesh, (0, 0.62, 0.29), (0.34, 0.5, 0.09), TRIM)
    box(mesh, (0, 0.9, 0.58), (0.42, 0.12, 0.66), SKIN, tilt=-0.22, top=0.8)
    ball(mesh, (0, 1.0, 0.62), (0.2, 0.12, 0.22), SKIN, sides=8)
    _common(mesh, exhaust=0.26)
    plate = _tail(mesh, 0.6)
    return Body(mesh, -0.47, 1.53, 0.36, 1.1, WHEELBASE, 0.0, "motorbike", (plate,))


def bicycle() -> Body:
    """A city bicycle; it has no plate."""
    mesh = Mesh()
    base = 1.06
    for y in (0.0, base):
        wheel(mesh, (0, y, 0.33), 0.33, 0.045, 0.1)
    joints = [(0, 0, 0.33), (0, 0.42, 0.3), (0, 0.95, 0.8)]
    limb(mesh, joints, [0.02, 0.025, 0.025], SKIN, 5)
    limb(mesh, [(0, 0.42, 0.3), (0, 0.26, 0.86)], [0.02, 0.02], SKIN, 5)
    limb(mesh, [(0, 0, 0.33), (0, 0.3, 0.72)], [0.015, 0.015], SKIN, 5)
    limb(mesh, [(0, base, 0.33), (0, 0.92, 1.0)], [0.02, 0.02], SKIN, 5)
    box(mesh, (0, 0.22, 0.9), (0.16, 0.24, 0.07), SEAT)
    limb(mesh, [(-0.27, 0.8, 1.02), (0, 0.92, 1.0), (0.27, 0.8, 1.02)], [0.018, 0.018, 0.018], BLACK, 5)
    box(mesh, (0, -0.33, 0.5), (0.05, 0.03, 0.05), TAIL)
    return Body(mesh, -0.34, 1.4, 0.3, 1.05, base, 0.0, "motorbike", ())


def _wheels(mesh: Mesh, radius: float, width: float) -> None:
    for y in (0.0, WHEELBASE):
        wheel(mesh, (0, y, radius), radius, width, 0.6)
    limb(
        mesh, [(0, WHEELBASE + 0.17, radius + 0.14), (0, WHEELBASE, radius * 2 + 0.07)], [0.06, 0.07], SKIN, 6
    )
    limb(
        mesh, [(0, WHEELBASE, radius * 2 + 0.07), (0, WHEELBASE - 0.24, radius + 0.12)], [0.07, 0.05], SKIN, 6
    )


def _common(mesh: Mesh, exhaust: float) -> None:
    """Fork, handlebar, mirrors, lamp, seat, exhaust pipe, stand."""
    for x in (-0.09, 0.09):
        limb(mesh, [(x, WHEELBASE, 0.29), (x * 0.8, 0.98, 0.9)], [0.03, 0.03], METAL, 6)
    ball(mesh, (0, 0.99, 0.95), (0.15, 0.13, 0.12), SKIN, sides=8)
    box(mesh, (0, 1.1, 0.94), (0.16, 0.05, 0.1), BEAM)
    limb(mesh, [(-0.34, 0.82, 1.0), (0, 0.95, 1.0), (0.34, 0.82, 1.0)], [0.02, 0.02, 0.02], BLACK, 6)
    for x in (-1, 1):
        limb(mesh, [(x * 0.24, 0.88, 1.0), (x * 0.33, 0.93, 1.16)], [0.008, 0.008], BLACK, 4)
        ball(mesh, (x * 0.34, 0.92, 1.2), (0.055, 0.02, 0.04), CHROME, sides=6)
    limb(mesh, [(0, -0.34, 0.8), (0, 0.1, 0.76), (0, 0.46, 0.72)], [0.1, 0.12, 0.09], SEAT, 8)
    limb(mesh, [(0.17, 0.2, exhaust), (0.18, -0.36, exhaust + 0.12)], [0.045, 0.06], METAL, 8)
    tube(mesh, (-0.2, 0.3, 0.3), (0.2, 0.3, 0.3), (0.02, 0.02), BLACK, 5)
    limb(mesh, [(-0.1, -0.32, 0.82), (0, -0.47, 0.84), (0.1, -0.32, 0.82)], [0.018, 0.018, 0.018], METAL, 5)


def _tail(mesh: Mesh, height: float) -> Quad:
    """Lamp, mudguard and plate at the rear."""
    box(mesh, (0, -0.44, height + 0.06), (0.2, 0.08, 0.09), TAIL)
    box(mesh, (0, -0.37, height - 0.16), (0.15, 0.04, 0.4), TRIM, tilt=0.25)
    return hang_plate(mesh, "motorbike", (0, -0.45, height - 0.12), tilt=0.3)
