"""Static surroundings: road, paint, pavements, houses, trees, poles."""

from itertools import pairwise

import numpy as np

from .bodies.shapes import (
    ASPHALT,
    FACADE,
    GLOW,
    GRASS,
    LEAVES,
    MARKING,
    PAVING,
    Look,
    Mesh,
    Point,
    Rgb,
    ball,
    box,
    limb,
    sheet,
    tube,
)
from .street import FARTHEST, LINE_WIDTH, NEAREST, STOP_WIDTH, ZEBRA, Junction, Lane, SignalHead, Street

WHITE, YELLOW = Look((0.72, 0.72, 0.69), MARKING), Look((0.62, 0.42, 0.06), MARKING)
KERB = Look((0.32, 0.31, 0.3))
POLE = Look((0.16, 0.17, 0.17))
SIDE = 75.0
"""Half length of the modelled cross street."""
CORNER = 5.0
PAVEMENT = 4.2
LENS = {"red": (0.95, 0.03, 0.02), "amber": (0.95, 0.42, 0.02), "green": (0.03, 0.85, 0.35)}
_WALLS: tuple[Rgb, ...] = (
    (0.52, 0.46, 0.34),
    (0.55, 0.53, 0.48),
    (0.36, 0.42, 0.44),
    (0.5, 0.34, 0.25),
    (0.42, 0.47, 0.36),
    (0.58, 0.5, 0.24),
    (0.3, 0.31, 0.33),
)


def surroundings(street: Street, seed: int) -> Mesh:
    """The mesh of all static objects."""
    mesh, random = Mesh(), np.random.default_rng(seed)
    ground = [
        (-120.0, NEAREST - 20, 0.0),
        (120.0, NEAREST - 20, 0.0),
        (120.0, 260.0, 0.0),
        (-120.0, 260.0, 0.0),
    ]
    sheet(mesh, ground, Look((1, 1, 1), ASPHALT))
    _paint(mesh, street)
    for x, y in _blocks(mesh, street):
        _houses(mesh, street, x, y, random)
    _trees_and_poles(mesh, street, random)
    for head in street.heads:
        _pole(mesh, head)
    return mesh


def signal_head() -> Mesh:
    """A head with three lenses, its front in y = 0 facing -y, its lower edge in z = 0."""
    mesh = Mesh()
    wide, high = SignalHead.WIDTH, SignalHead.HEIGHT
    box(mesh, (0, 0.12, high / 2), (wide, 0.24, high), Look((0.02, 0.022, 0.02)))
    for number, (name, colour) in enumerate(reversed(list(LENS.items()))):
        z = high * (2 * number + 1) / 6
        slot = 6 + list(LENS).index(name)
        tube(mesh, (0, 0.02, z), (0, -0.012, z), (0.15, 0.15), Look(colour, GLOW, slot), 16)
        hood = [(0.165 * np.cos(a), -0.17, z + 0.165 * np.sin(a)) for a in np.linspace(0, np.pi, 9)]
        for (x1, y1, z1), (x2, _, z2) in pairwise(hood):
            sheet(
                mesh, [(x1, 0.0, z1), (x2, 0.0, z2), (x2, y1, z2), (x1, y1, z1)], Look((0.015, 0.015, 0.015))
            )
    return mesh


def street_lamps(street: Street) -> list[Point]:
    """Positions of six street lamps."""
    j = street.junction
    ys = (8.0, 26.0, 46.0) if j is None else (j.stop - 9.0, j.far + 3.0, j.far + 24.0)
    return [(x, y, 8.4) for y in ys for x in (street.left - 0.2, street.right + 0.2)]


def _strip(mesh: Mesh, x: float, start: float, end: float, look: Look, width: float = LINE_WIDTH) -> None:
    """A painted line along y, cut into pieces so that each is shaded at its own position."""
    a, b = x - width / 2, x + width / 2
    sheet(mesh, [(a, start, 0.006), (b, start, 0.006), (b, end, 0.006), (a, end, 0.006)], look)


def _paint(mesh: Mesh, street: Street) -> None:
    for solid in street.solids:
        _strip(mesh, solid.x, solid.start, solid.end, YELLOW if solid.separates == "opposing" else WHITE)
    for x, start, end in street.dashes:
        for y in np.arange(start, end - 1.0, 4.0):
            _strip(mesh, x, float(y), float(min(y + 1.6, end)), WHITE)
    _strip(
        mesh,
        street.left + 0.25,
        NEAREST,
        FARTHEST if street.junction is None else street.junction.near - 6,
        WHITE,
    )
    _strip(
        mesh,
        street.right - 0.25,
        NEAREST,
        FARTHEST if street.junction is None else street.junction.near - 6,
        WHITE,
    )
    for zone in street.zones:
        xs, ys = zip(*zone.corners, strict=True)
        _hatch(mesh, min(xs), max(xs), min(ys), max(ys))
    if street.junction is not None:
        _paint_junction(mesh, street, street.junction)
    for lane in street.lanes:
        if lane.up and lane.movements:
            for y in (8.5, 15.0) if street.junction is None else (street.junction.stop - 9.5,):
                _arrow(mesh, lane, y)


def _paint_junction(mesh: Mesh, street: Street, j: Junction) -> None:
    left, right = street.approach
    y = j.stop
    sheet(mesh, _flat(left, right - 0.25, y, y + STOP_WIDTH), WHITE)
    for x in np.arange(street.left + 0.6, street.right - 0.6, 0.95):
        sheet(mesh, _flat(float(x), float(x) + 0.45, j.stop + ZEBRA[0], j.stop + ZEBRA[1]), WHITE)
        sheet(mesh, _flat(float(x), float(x) + 0.45, j.far + 1.5, j.far + 4.5), WHITE)
    far = j.far + 7.0
    _strip(mesh, left, far, FARTHEST, YELLOW)
    for x in np.arange(-SIDE, SIDE, 4.0):
        if not street.left - 7 < x < street.right + 6:
            sheet(mesh, _flat(float(x), float(x) + 1.8, j.middle - 0.07, j.middle + 0.07), YELLOW)


def _arrow(mesh: Mesh, lane: Lane, y: float) -> None:
    """Direction arrows of a lane: a stem with a head each way it leads."""
    x = lane.middle
    sheet(mesh, _flat(x - 0.09, x + 0.09, y, y + 2.6), WHITE)
    if "straight" in lane.movements:
        tip = [
            (x - 0.38, y + 2.5, 0.007),
            (x + 0.38, y + 2.5, 0.007),
            (x, y + 3.9, 0.007),
            (x, y + 3.9, 0.007),
        ]
        sheet(mesh, tip, WHITE)
    for side, movement in ((-1, "left"), (1, "right")):
        if movement in lane.movements:
            sheet(mesh, _flat(min(x, x + side * 0.55), max(x, x + side * 0.55), y + 1.7, y + 1.95), WHITE)
            a, b = x + side * 0.5, x + side * 1.05
            point = [(a, y + 1.4, 0.007), (b, y + 1.82, 0.007), (b, y + 1.83, 0.007), (a, y + 2.25, 0.007)]
            sheet(mesh, point, WHITE)


def _hatch(mesh: Mesh, left: float, right: float, start: float, end: float) -> None:
    """A zone's border and a zigzag in it, in yellow."""
    for x in (left, right):
        _strip(mesh, x, start, end, YELLOW, 0.12)
    for y in (start, end):
        sheet(mesh, _flat(left, right, y - 0.06, y + 0.06), YELLOW)
    for y in np.arange(start, end - 0.9, 1.8):
        a, b = float(y), float(min(y + 1.8, end))
        corners = [(left, a, 0.007), (left, a + 0.16, 0.007), (right, b, 0.007), (right, b - 0.16, 0.007)]
        sheet(mesh, corners, YELLOW)


def _flat(left: float, right: float, start: float, end: float) -> list[Point]:
    return [(left, start, 0.006), (right, start, 0.006), (right, end, 0.006), (left, end, 0.006)]


def _blocks(mesh: Mesh, street: Street) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Raised pavements; returns the building ground of each block as x and y ranges (from street to back)."""
    found = []
    for side, edge in ((-1, street.left), (1, street.right)):
        spans = [(NEAREST - 20, FARTHEST)]
        if street.junction is not None:
            spans = [(NEAREST - 20, street.junction.near), (street.junction.far, FARTHEST)]
        for start, end in spans:
            _pavement(mesh, edge, edge + side * SIDE, start, end, street.junction)
            pads = (PAVEMENT if start > NEAREST - 20 else 0, PAVEMENT if end < FARTHEST else 0)
            found.append(
                ((edge + side * PAVEMENT, edge + side * (PAVEMENT + 14)), (start + pads[0], end - pads[1]))
            )
    return found


def _pavement(
    mesh: Mesh, edge: float, back: float, start: float, end: float, junction: Junction | None
) -> None:
    """A block of paving 0.14 m high with a kerb; its corner at the junction is round."""
    side = 1 if back > edge else -1
    outline = [(edge, start), (edge, end)]
    if junction is not None:
        turn = np.linspace(0, np.pi / 2, 8)
        corner = end if abs(end - junction.near) < 0.1 else start
        way = -1 if corner == end else 1
        centre = (edge + side * CORNER, corner + way * CORNER)
        arc = [(centre[0] - side * CORNER * np.cos(a), centre[1] - way * CORNER * np.sin(a)) for a in turn]
        outline = (
            [(edge, start), *arc, (back, end)] if corner == end else [(back, start), *arc[::-1], (edge, end)]
        )
    high, far = 0.14, (back, (start + end) / 2)
    for (x1, y1), (x2, y2) in pairwise(outline):
        top = [(x1, y1, high), (x2, y2, high), (*far, high), (*far, high)]
        sheet(mesh, top, Look((0.34, 0.31, 0.29), PAVING))
        sheet(mesh, [(x1, y1, 0.0), (x2, y2, 0.0), (x2, y2, high), (x1, y1, high)], KERB)


def _houses(
    mesh: Mesh, street: Street, xs: tuple[float, float], ys: tuple[float, float], random: np.random.Generator
) -> None:
    """Narrow houses along both streets, shops below."""
    front, back = xs
    y = ys[0]
    while y < min(ys[1], 110.0) - 3:
        wide = float(min(random.uniform(4.0, 6.5), ys[1] - y))
        if y > 2.0:
            _house(mesh, (front, back), (y, y + wide), random, toward=0)
        y += wide
    if street.junction is None:
        return
    side = 1 if back > front else -1
    edge = ys[1] if abs(ys[1] + PAVEMENT - street.junction.near) < 0.1 else ys[0]
    way = -1 if edge == ys[1] else 1
    x = back
    while abs(x) < SIDE - 8:
        wide = float(random.uniform(4.0, 6.5))
        span = sorted((x, x + side * wide))
        _house(mesh, (span[0], span[1]), (edge, edge + way * 12), random, toward=way)
        x += side * wide


def _house(
    mesh: Mesh, xs: tuple[float, float], ys: tuple[float, float], random: np.random.Generator, *, toward: int
) -> None:
    """A house; `toward` 0 if it looks at our road along x, else the sign of y behind its front."""
    floors = int(random.integers(2, 6))
    high = 3.6 * floors
    look = Look(_WALLS[int(random.integers(len(_WALLS)))], FACADE)
    (x1, x2), (y1, y2) = (min(xs), max(xs)), (min(ys), max(ys))
    walls = [
        [(x1, y1), (x2, y1)],
        [(x2, y1), (x2, y2)],
        [(x2, y2), (x1, y2)],
        [(x1, y2), (x1, y1)],
    ]
    for (ax, ay), (bx, by) in walls:
        wide = max(1, round(float(np.hypot(bx - ax, by - ay)) / 2.0))
        shift = float(random.integers(0, 50))
        uv = [(shift, 0), (shift + wide, 0), (shift + wide, floors), (shift, floors)]
        sheet(mesh, [(ax, ay, 0.0), (bx, by, 0.0), (bx, by, high), (ax, ay, high)], look, uv)
    sheet(mesh, [(x1, y1, high), (x2, y1, high), (x2, y2, high), (x1, y2, high)], Look((0.3, 0.29, 0.28)))
    sign = Look(tuple(float(c) for c in random.choice([0.05, 0.12, 0.3, 0.42], 3)))  # type: ignore[arg-type]
    if toward:
        y = ys[0] - toward * 0.08
        middle = (x1 + x2) / 2
        box(mesh, (middle, y, 1.45), ((x2 - x1) * 0.8, 0.1, 2.5), Look((0.03, 0.032, 0.035)))
        box(mesh, (middle, y - toward * 0.1, 3.2), ((x2 - x1) * 0.94, 0.25, 0.75), sign)
    else:
        x = xs[0] - (0.08 if xs[1] > xs[0] else -0.08)
        middle = (y1 + y2) / 2
        box(mesh, (x, middle, 1.45), (0.1, (y2 - y1) * 0.8, 2.5), Look((0.03, 0.032, 0.035)))
        box(mesh, (x, middle, 3.2), (0.3, (y2 - y1) * 0.94, 0.75), sign)


def _trees_and_poles(mesh: Mesh, street: Street, random: np.random.Generator) -> None:
    j = street.junction
    for edge, side in ((street.left, -1), (street.right, 1)):
        for y in np.arange(19.0, 110.0, 9.5):
            if j is not None and j.near - 9 < y < j.far + 7:
                continue
            _tree(mesh, edge + side * 1.1, float(y), random)
    for x, y, z in street_lamps(street):
        side = 1 if x > (street.left + street.right) / 2 else -1
        limb(
            mesh,
            [(x + side * 0.9, y, 0), (x + side * 0.9, y, z), (x, y, z + 0.25)],
            [0.1, 0.07, 0.05],
            POLE,
            6,
        )
        box(mesh, (x - side * 0.1, y, z + 0.2), (0.7, 0.26, 0.1), Look((1.0, 0.8, 0.5), GLOW, 9))


def _tree(mesh: Mesh, x: float, y: float, random: np.random.Generator) -> None:
    high = float(random.uniform(3.6, 4.8))
    limb(mesh, [(x, y, 0), (x + 0.1, y, high)], [0.16, 0.1], Look((0.1, 0.075, 0.055)), 6)
    for _ in range(5):
        dx, dy, dz = (float(v) for v in random.uniform(-0.9, 0.9, 3))
        size = float(random.uniform(0.9, 1.5))
        leaves = Look((0.05, float(random.uniform(0.1, 0.16)), 0.03), LEAVES)
        ball(mesh, (x + dx, y + dy, high + 0.9 + dz * 0.7), (size, size, size * 0.8), leaves, sides=10)
    sheet(
        mesh,
        [
            (x - 0.5, y - 0.5, 0.15),
            (x + 0.5, y - 0.5, 0.15),
            (x + 0.5, y + 0.5, 0.15),
            (x - 0.5, y + 0.5, 0.15),
        ],
        Look((0.06, 0.07, 0.03), GRASS),
    )


def _pole(mesh: Mesh, head: SignalHead) -> None:
    x, y = head.x + head.arm, head.y + 0.35
    top = head.bottom + SignalHead.HEIGHT
    limb(mesh, [(x, y, 0), (x, y, top + (0.3 if head.arm else -0.2))], [0.11, 0.09], POLE, 8)
    if head.arm:
        limb(mesh, [(x, y, top + 0.2), (head.x - 0.3, y, top + 0.2)], [0.08, 0.05], POLE, 8)
    box(mesh, (head.x, y - 0.1, head.bottom + 0.5), (0.08, 0.3, 0.08), POLE)
