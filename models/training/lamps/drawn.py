"""Draws lamp heads of many designs: one to five cells, discs, arrows and countdown digits, by day and in
glare.

Crops of a few junctions teach a network those junctions. Drawn heads teach what all have in common: a colour,
red and green at the ends, amber in the middle. Pictures are BGR float32 in 0..1, upright, of the network's
input size.
"""

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.signal.lamp import CROP_HEIGHT, CROP_WIDTH

Picture = NDArray[np.float32]
Mask = NDArray[np.uint8]
Hues = dict[str, tuple[float, float]]

LARGER = 4
"""Factor by which heads are drawn larger than the network's input."""

WIDTH, HEIGHT = CROP_WIDTH * LARGER, CROP_HEIGHT * LARGER
PLACES: dict[str, int] = {"red": 0, "amber": 1, "green": 2}

HUES: Hues = {"red": (-25, 12), "amber": (21, 54), "green": (138, 188)}
"""Degrees. Cameras turn green LEDs to cyan, and red to magenta by night."""

HUES_BY_PLACE: Hues = HUES | {"red": (-25, 26), "amber": (14, 56)}
"""If the position in the head distinguishes red from amber, their hues may overlap."""


HUES_ALONE: Hues = {"red": (-28, 5), "amber": (17, 52), "green": (138, 188)}
"""Hues of small pale lights, whose position gives no information and which a camera's white balance shifts by
some degrees."""


def head(colour: str, patch: Picture, rng: np.random.Generator) -> Picture:
    """A head with one lamp lit, and perhaps a countdown or an arrow of the same colour above it."""
    cells = int(rng.choice([1, 3, 3, 3, 4, 5]))
    canvas = _housing(cells, patch, rng)
    if cells == 1:
        _light(canvas, (0, 1), _bgr(HUES[colour], rng), _shape(0.5, rng), rng)
        return _seen(canvas)
    place = PLACES[colour] if rng.random() < 0.8 else 2 - PLACES[colour]
    light = _bgr(HUES_BY_PLACE[colour], rng)
    if cells > 3 and rng.random() < 0.8:
        _light(canvas, (int(rng.integers(cells - 3)), cells), light, _shape(0.2, rng), rng)
    _light(canvas, (cells - 3 + place, cells), light, _shape(0.8, rng), rng)
    return _seen(canvas)


def countdown(colour: str, patch: Picture, rng: np.random.Generator) -> Picture:
    """A countdown of the lit colour that fills the crop; dark segments show faintly."""
    canvas = np.asarray(cv2.resize(patch, (WIDTH, HEIGHT)) * rng.uniform(0.4, 1.1), np.float32)
    margin = rng.uniform(0, (0.2, 0.12)) * (WIDTH, HEIGHT)
    x, y = (int(v) for v in margin)
    body = rng.uniform(0.02, 0.45)
    canvas[y : HEIGHT - y, x : WIDTH - x] = body + rng.uniform(-0.03, 0.03, 3)
    axes = (round(WIDTH * rng.uniform(0.3, 0.42)), round(HEIGHT * rng.uniform(0.3, 0.45)))
    unlit = np.full(3, body * rng.uniform(0.7, 1.7), np.float32)
    _shine(canvas, _segments("88", axes, int(rng.integers(6, 11))), unlit)
    shaped = _segments(f"{rng.integers(0, 100):2d}", axes, int(rng.integers(6, 11)))
    if rng.random() < 0.5:
        halo = cv2.GaussianBlur(shaped, (0, 0), rng.uniform(2, 9)) * rng.uniform(0.4, 1.5)
        _shine(canvas, np.asarray(np.clip(halo, 0, 1), np.float32), _bgr(HUES_ALONE[colour], rng))
    _shine(canvas, shaped, _pale(colour, rng))
    return _seen(canvas)


def _shine(canvas: Picture, mask: Picture, light: Picture) -> None:
    """Blends `light` over the canvas where `mask` is 1, partly where it is less."""
    canvas[:] = canvas * (1 - mask[..., None]) + mask[..., None] * light


_SEGMENTS = {
    " ": "", "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc",
    "7": "abc", "8": "abcdefg", "9": "abcdfg",
}  # fmt: skip
_ENDS = {
    "a": (0, 0, 1, 0), "b": (1, 0, 1, 1), "c": (1, 1, 1, 2), "d": (0, 2, 1, 2), "e": (0, 1, 0, 2),
    "f": (0, 0, 0, 1), "g": (0, 1, 1, 1),
}  # fmt: skip
"""Start and end of each segment, in half heights and widths of a digit."""


def _segments(text: str, axes: tuple[int, int], thick: int) -> Picture:
    """A mask of two digits of seven segments, within `axes` of the middle."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    wide, high = axes[0] * 0.75, axes[1] - thick
    for digit, left in zip(text, (WIDTH / 2 - axes[0], WIDTH / 2 + axes[0] - wide), strict=True):
        for segment in _SEGMENTS[digit]:
            x1, y1, x2, y2 = _ENDS[segment]
            ends = np.array(((x1, y1), (x2, y2))) * (wide, high) + (left, HEIGHT / 2 - high)
            start, end = ends.round().astype(int).tolist()
            cv2.line(mask, start, end, 255, thick, cv2.LINE_AA)
    return np.asarray(mask / np.float32(255), np.float32)


def column(colour: str, patch: Picture, rng: np.random.Generator) -> Picture:
    """A thin post in front of sky or street with the same light twice, pale and small: by day and far
    away."""
    grey = patch.mean(axis=2, keepdims=True)
    calm = cv2.resize(patch * 0.3 + grey * 0.7, (WIDTH, HEIGHT))
    canvas = np.asarray(calm * rng.uniform(0.15, 0.5) + rng.uniform(0.1, 0.65), np.float32)
    middle, half = WIDTH * rng.uniform(0.35, 0.65), WIDTH * rng.uniform(0.12, 0.3)
    canvas[:, max(0, round(middle - half)) : round(middle + half)] *= rng.uniform(0.3, 0.8)
    light, pale = _bgr(HUES_ALONE[colour], rng), _pale(colour, rng)
    gap, first = rng.uniform(0.12, 0.6), rng.uniform(0.08, 0.35)
    size = (round(half * rng.uniform(0.6, 1.3)), round(HEIGHT * rng.uniform(0.04, 0.13)))
    for height in (first, min(0.95, first + gap)):
        shaped = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.ellipse(shaped, (round(middle), round(HEIGHT * height)), size, 0, 0, 360, 255, -1, cv2.LINE_AA)
        for blur, shade in ((rng.uniform(3, 10), light), (rng.uniform(1, 4), pale)):
            mask = cv2.GaussianBlur(shaped / np.float32(255), (0, 0), blur)
            _shine(canvas, np.asarray(mask, np.float32), shade)
    return _seen(canvas)


def _pale(colour: str, rng: np.random.Generator) -> Picture:
    """A slightly overexposed light: less saturated, nearer to white; amber rather to yellow."""
    full = _bgr(HUES_ALONE[colour], rng)
    blue = rng.uniform(0.5, 0.9) if colour == "amber" else 0.92
    return np.asarray(full + rng.uniform(0, 0.7) * (np.array((blue, 0.9, 1.0)) - full), np.float32)


def two(patch: Picture, rng: np.random.Generator) -> Picture:
    """A head with two colours lit at once."""
    canvas = _housing(3, patch, rng)
    for colour in rng.choice(list(PLACES), 2, replace=False):
        _light(canvas, (PLACES[colour], 3), _bgr(HUES[colour], rng), _shape(0.9, rng), rng, glare=0.3)
    return _seen(canvas)


def low_sun(patch: Picture, rng: np.random.Generator) -> Picture:
    """A head with every glass lit by the sun (phantom light): its state can't be seen."""
    canvas = _housing(3, patch, rng, rng.uniform(0.6, 0.9))
    if rng.random() < 0.6:
        colour = str(rng.choice(list(PLACES)))
        _light(canvas, (PLACES[colour], 3), _bgr(HUES[colour], rng), "disc", rng, glare=0)
    return _seen(canvas)


def dark(patch: Picture, rng: np.random.Generator) -> Picture:
    """A head with nothing lit."""
    return _seen(_housing(int(rng.choice([1, 3, 3, 3, 4])), patch, rng))


def _bgr(hues: tuple[float, float], rng: np.random.Generator) -> Picture:
    hue = rng.uniform(*hues) % 360 / 360
    red, green, blue = colorsys.hsv_to_rgb(hue, rng.uniform(0.55, 1.0), rng.uniform(0.75, 1.0))
    return np.array((blue, green, red), np.float32)


def _shape(disc: float, rng: np.random.Generator) -> str:
    return str(rng.choice(["disc", "arrow", "digits"], p=[disc, (1 - disc) / 2, (1 - disc) / 2]))


def _housing(cells: int, patch: Picture, rng: np.random.Generator, sun: float = 0.0) -> Picture:
    """A dark box of unlit cells in front of scenery; `sun`: brightness of their glass in sunlight, 0 for
    other light."""
    canvas = np.asarray(cv2.resize(patch, (WIDTH, HEIGHT)) * rng.uniform(0.3, 1.1), np.float32)
    left, right, top, bottom = (
        int(v) for v in rng.uniform(0, (0.2, 0.2, 0.08, 0.08)) * (WIDTH, WIDTH, HEIGHT, HEIGHT)
    )
    body = np.clip(rng.uniform(0.02, 0.35) + rng.uniform(-0.04, 0.04, 3), 0, 1)
    canvas[top : HEIGHT - bottom, left : WIDTH - right] = body
    tinted = sun > 0 or rng.random() < 0.8
    for cell in range(cells):
        glass = np.asarray(np.clip(body + rng.uniform(-0.05, 0.12), 0, 1), np.float32)
        if tinted and cell >= cells - 3:
            glass = _unlit_glass(cell - cells + 3 if cells > 1 else int(rng.integers(3)), sun, rng)
        shade = tuple(float(v) for v in glass)
        cv2.ellipse(canvas, _centre(cell, cells), _axes(cells), 0, 0, 360, shade, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        _hoods(canvas, cells, rng)
    return canvas


def _hoods(canvas: Picture, cells: int, rng: np.random.Generator) -> None:
    """A dark rim above each glass and sky in its lower half, as a hood leaves it by day."""
    dark, bright = (np.full(3, value, np.float32) for value in rng.uniform((0.0, 0.35), (0.2, 0.8)))
    size, thick = rng.uniform(0.9, 1.15), int(rng.integers(3, 9))
    for cell in range(cells):
        axes = tuple(round(side * size) for side in _axes(cells))
        for shade, begin, end in ((dark, 180, 360), (bright, 20, 160)):
            arc = np.zeros((HEIGHT, WIDTH), np.uint8)
            cv2.ellipse(arc, _centre(cell, cells), axes, 0, begin, end, 255, thick, cv2.LINE_AA)
            _shine(canvas, np.asarray(arc / np.float32(255) * rng.uniform(0.2, 1.0), np.float32), shade)


def leaves(picture: Picture, patch: Picture, rng: np.random.Generator) -> Picture:
    """The head partly covered by scenery, at one side or in spots."""
    spots = cv2.GaussianBlur(rng.normal(0, 1, (CROP_HEIGHT, CROP_WIDTH)), (0, 0), rng.uniform(0.8, 3))
    spots = spots + np.linspace(-1, 1, CROP_WIDTH)[None] * rng.uniform(-2, 2) * spots.std()
    mask = (spots > np.quantile(spots, 1 - rng.uniform(0.05, 0.3)))[..., None]
    return np.where(mask, patch, picture)


def _unlit_glass(place: int, sun: float, rng: np.random.Generator) -> Picture:
    """Coloured glass in daylight: the hue of its position, dim."""
    colour = next(name for name, at in PLACES.items() if at == place)
    return np.asarray(_bgr(HUES[colour], rng) * (sun or rng.uniform(0.1, 0.5)), np.float32)


def _centre(cell: int, cells: int) -> tuple[int, int]:
    return WIDTH // 2, round((cell + 0.5) * HEIGHT / cells)


def _axes(cells: int) -> tuple[int, int]:
    return round(WIDTH * 0.36), round(min(HEIGHT / cells * 0.4, HEIGHT * 0.36))


def _light(
    canvas: Picture,
    at: tuple[int, int],
    light: Picture,
    shape: str,
    rng: np.random.Generator,
    glare: float = 0.55,
) -> None:
    """Lights the cell `at` (index, number of cells), often overexposed, with a halo over the housing."""
    centre, axes = _centre(*at), _axes(at[1])
    shaped = np.zeros((HEIGHT, WIDTH), np.uint8)
    _SHAPES[shape](shaped, centre, axes, rng)
    mask = np.asarray(shaped / np.float32(255), np.float32)
    lit = np.asarray(mask[..., None] * light, np.float32)
    if rng.random() < glare:
        spread = float(rng.choice([rng.uniform(2, 20), rng.uniform(20, 70)]))
        halo = cv2.GaussianBlur(mask, (0, 0), spread)[..., None] * rng.uniform(0.5, 6)
        heart = np.clip(cv2.GaussianBlur(mask, (0, 0), spread / 4) * rng.uniform(0.8, 2) - 0.5, 0, 1)[
            ..., None
        ]
        warm = np.maximum(light, np.array((rng.uniform(0.4, 1), 1, 1), np.float32) * (light.max() > 0))
        lit = np.asarray(
            np.maximum(lit, np.clip(halo, 0, 1) * light) * (1 - heart) + heart * warm, np.float32
        )
        mask = np.asarray(np.clip(halo[..., 0], 0, 1), np.float32)
    canvas[:] = canvas * (1 - np.clip(mask, 0, 1)[..., None]) + lit


def _disc(mask: Mask, centre: tuple[int, int], axes: tuple[int, int], rng: np.random.Generator) -> None:
    size = rng.uniform(0.6, 1.05)
    cv2.ellipse(mask, centre, (round(axes[0] * size), round(axes[1] * size)), 0, 0, 360, 255, -1, cv2.LINE_AA)


def _arrow(mask: Mask, centre: tuple[int, int], axes: tuple[int, int], rng: np.random.Generator) -> None:
    angle = float(rng.choice([0, np.pi / 2, np.pi]))
    x, y = round(np.cos(angle) * axes[0] * 0.9), round(-np.sin(angle) * axes[1] * 0.9)
    tail, tip = (centre[0] - x, centre[1] - y), (centre[0] + x, centre[1] + y)
    cv2.arrowedLine(mask, tail, tip, 255, int(rng.integers(4, 12)), cv2.LINE_AA, tipLength=0.5)


def _digits(mask: Mask, centre: tuple[int, int], axes: tuple[int, int], rng: np.random.Generator) -> None:
    text = str(rng.integers(0, 100)).zfill(int(rng.integers(1, 3)))
    thick = int(rng.integers(3, 9))
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 2, thick)
    drawn = np.zeros((height + 2 * thick, width + 2 * thick), np.uint8)
    cv2.putText(drawn, text, (thick, height + thick), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, thick, cv2.LINE_AA)
    x, y = centre[0] - axes[0], centre[1] - axes[1]
    fitted = cv2.resize(drawn, (2 * axes[0], 2 * axes[1]), interpolation=cv2.INTER_AREA)
    mask[y : y + 2 * axes[1], x : x + 2 * axes[0]] = fitted


_SHAPES = {"disc": _disc, "arrow": _arrow, "digits": _digits}


def _seen(canvas: Picture) -> Picture:
    small = cv2.resize(canvas, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small, 0, 1), np.float32)
