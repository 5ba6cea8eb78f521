"""Asphalt, markings, kerbs and pavements of the junction."""

from math import cos, pi, sin

from . import materials as m
from .mesh import Point, disc, make, sheet
from .script import Street

WHITE, YELLOW = (0.62, 0.62, 0.60), (0.60, 0.36, 0.03)
PAINT_Z, KERB_Z = 0.004, 0.14
LINE_THICKNESS = 0.4


def build_street(street: Street) -> None:
    """Everything flat."""
    asphalt = m.mottled((0.045, 0.045, 0.047), (0.105, 0.104, 0.102), 0.55, 0.9, 3.0, 0.35)
    sheet(((-60, -20, 0), (60, -20, 0), (60, 120, 0), (-60, 120, 0)), asphalt)
    _repairs()
    _lines(street)
    _crosswalk(street, street.stop_line + 1.1, 2.2)
    _crosswalk(street, street.cross_far + 0.8, 2.0)
    _arrow((street.left + street.divider) / 2, 11.8, turn=-1)
    _arrow((street.right + street.divider) / 2, 11.8, turn=1)
    for side in (street.right + 0.3, street.opposing_left - 0.3):
        sign = 1 if side > 0 else -1
        _pavement(side, street.cross_near - 0.5, sign, -1)
        _pavement(side, street.cross_far + 0.5, sign, 1)


def _rectangle(x1: float, y1: float, x2: float, y2: float, material: object, z: float = PAINT_Z) -> None:
    sheet(((x1, y1, z), (x2, y1, z), (x2, y2, z), (x1, y2, z)), material)


def _lines(street: Street) -> None:
    white, yellow = m.road_paint(WHITE, 0.25), m.road_paint(YELLOW, 0.35)
    _rectangle(street.left + 0.1, street.stop_line, street.right, street.stop_line + LINE_THICKNESS, white)
    _rectangle(street.divider - 0.075, street.solid_from, street.divider + 0.075, street.stop_line, white)
    for start, end in ((-10.0, street.stop_line + LINE_THICKNESS), (street.cross_far + 3.0, 100.0)):
        _rectangle(street.right, start, street.right + 0.1, end, white)
        for x in (street.left - 0.1, street.left - 0.4):
            _rectangle(x, start, x + 0.14, end, yellow)
    for k in range(14):
        y = street.cross_far + 3.0 + 4.5 * k
        _rectangle(street.divider - 0.06, y, street.divider + 0.06, y + 2.0, white)
    middle = (street.cross_near + street.cross_far) / 2
    for side in (-1, 1):
        for k in range(5):
            x = (side * (6.2 + 4.0 * k)) - (3.0 if side < 0 else 0.0)
            _rectangle(x, middle - 0.06, x + 1.8, middle + 0.06, white)


def _crosswalk(street: Street, y: float, depth: float) -> None:
    paint = m.road_paint(WHITE, 0.45)
    x = street.opposing_left + 0.3
    while x < street.right - 0.3:
        _rectangle(x, y, x + 0.42, y + depth, paint)
        x += 0.92


def _arrow(x: float, y: float, turn: int) -> None:
    """A straight arrow with a side branch to the left (-1) or right (+1), 4 m long."""
    paint = m.road_paint(WHITE, 0.5)
    z = PAINT_Z
    _rectangle(x - 0.075, y, x + 0.075, y + 2.8, paint)
    make(
        "arrow",
        [(x - 0.3, y + 2.8, z), (x + 0.3, y + 2.8, z), (x, y + 4.0, z)],
        [(0, 1, 2)],
        paint,
        smooth=False,
    )
    branch = [
        (x + turn * 0.075, y + 0.9, z),
        (x + turn * 0.5, y + 1.5, z),
        (x + turn * 0.5, y + 1.78, z),
        (x + turn * 0.075, y + 1.2, z),
    ]
    head = [(x + turn * 0.5, y + 1.15, z), (x + turn * 0.95, y + 1.75, z), (x + turn * 0.5, y + 2.15, z)]
    make("arrow", branch, [(0, 1, 2, 3)], paint, smooth=False)
    make("arrow", head, [(0, 1, 2)], paint, smooth=False)


def _repairs() -> None:
    patch = m.mottled((0.03, 0.03, 0.031), (0.06, 0.06, 0.062), 1.1, 0.9, 1.0, 0.3)
    light = m.mottled((0.085, 0.084, 0.082), (0.14, 0.138, 0.134), 1.0, 0.9, 1.0, 0.3)
    _rectangle(-2.6, 14.6, -0.9, 15.9, patch, 0.0015)
    _rectangle(0.6, 23.0, 2.9, 25.2, patch, 0.0015)
    _rectangle(-8.4, 24.0, 7.5, 24.35, light, 0.0012)
    _rectangle(-4.9, 11.0, -4.3, 18.0, light, 0.0012)
    iron = m.plain((0.05, 0.048, 0.045), 0.55, 0.6)
    for x, y in ((-1.7, 24.9), (2.2, 35.0), (-7.0, 13.0), (-6.2, 20.0)):
        lid = disc((0.0, 0.0, 0.0), 0.36, 0.006, iron)
        lid.rotation_euler = (0, pi / 2, 0)
        lid.location = (x, y, 0.003)


def _pavement(x: float, y: float, side: int, way: int) -> None:
    """A block of pavement with its corner at (x, y), on `side` of the road, extending towards `way` * y."""
    stone, paving = (
        m.mottled((0.26, 0.25, 0.24), (0.40, 0.39, 0.37), 1.3, 0.85),
        m.tiles((0.30, 0.19, 0.15), 0.4),
    )
    for inset, height, material in ((0.0, KERB_Z, stone), (0.28, KERB_Z + 0.006, paving)):
        outline = _corner(x + side * inset, y + way * inset, side, way, 2.6 - inset)
        top = [(px, py, height) for px, py in outline]
        bottom = [(px, py, 0.0) for px, py in outline]
        count = len(outline)
        faces: list[tuple[int, ...]] = [tuple(range(count))]
        faces += [(k, (k + 1) % count, count + (k + 1) % count, count + k) for k in range(count)]
        make("pavement", _points(top, bottom), faces, material, smooth=False)


def _points(top: list[Point], bottom: list[Point]) -> list[Point]:
    return [*top, *bottom]


def _corner(x: float, y: float, side: int, way: int, radius: float) -> list[tuple[float, float]]:
    centre_x, centre_y = x + side * radius, y + way * radius
    arc = [
        (centre_x - side * radius * cos(a), centre_y - way * radius * sin(a))
        for a in (k * pi / 24 for k in range(13))
    ]
    far_x, far_y = x + side * 50.0, y + way * 70.0
    return [(x, far_y), *arc, (far_x, y), (far_x, far_y)]
