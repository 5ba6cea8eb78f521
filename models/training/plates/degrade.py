"""Effects of a street camera on a plate: light, dirt, perspective, distance, blur, noise, compression.

Works on a picture and the plate's outline in it, for drawn plates and for real crops alike, and yields the
reader's input: the rectified crop of ``CROP`` pixels, cut with slightly wrong corners.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.plate.rectify import upright

Image = NDArray[Any]
"""BGR pixels 0..255; OpenCV's own annotations do not keep the element type."""
Quad = NDArray[Any]


def read_picture(path: Path) -> Image:
    """A picture from disk.

    Raises:
        FileNotFoundError: it is missing or not a picture.
    """
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(f"{path} is missing or not a picture; unpack pictures.zip there")
    return image


GROUNDS = {
    "white": ((195, 200, 200), (235, 238, 236)),
    "yellow": ((10, 130, 205), (50, 205, 250)),
    "blue": ((120, 60, 20), (205, 115, 45)),
    "red": ((25, 18, 140), (85, 35, 240)),
}
"""Ground colours of plates, from faded or shaded to overexposed in the sun (BGR)."""


def ground_colour(rng: np.random.Generator, colour: str) -> NDArray[np.float64]:
    """One ground colour (BGR 0..255) out of the range of ``colour``."""
    dark, bright = np.array(GROUNDS[colour], np.float64)
    return np.asarray(np.clip(dark + (bright - dark) * rng.random() + rng.normal(0, 8, 3), 0, 255))


def corners_of(image: Image) -> Quad:
    height, width = image.shape[:2]
    return np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)


def _glare(rng: np.random.Generator, image: NDArray[np.float32]) -> None:
    """A bright band across the plate, as from a lamp or the sky."""
    height, width = image.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.normal(0, 0.6) + (np.pi / 2 if rng.random() < 0.6 else 0)
    along = (xx / width - rng.random()) * np.cos(angle) + (yy / height - rng.random()) * np.sin(angle)
    band = np.exp(-((along / rng.uniform(0.05, 0.4)) ** 2))
    image += band[:, :, None] * rng.uniform(30, 150)


def _bloom(rng: np.random.Generator, image: NDArray[np.float32]) -> None:
    """Red light spilling over the upper edge from a tail lamp."""
    height, width = image.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = ((xx / width - rng.uniform(0.1, 0.9)) / 0.6) ** 2 + (
        (yy / height + rng.uniform(0, 0.25)) / rng.uniform(0.25, 0.8)
    ) ** 2
    glow = np.exp(-distance) * rng.uniform(60, 230)
    image += glow[:, :, None] * np.array((rng.uniform(0.2, 0.7), rng.uniform(0.1, 0.5), 1.0), np.float32)


def _dirt(rng: np.random.Generator, image: NDArray[np.float32]) -> None:
    """Mud, chipped paint, screws and scratches."""
    height, width = image.shape[:2]
    coarse = rng.normal(0, 1, (max(2, height // 12), max(2, width // 12))).astype(np.float32)
    cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    cover = np.clip(cloud - rng.uniform(0.6, 1.6), 0, 1)[:, :, None] * rng.uniform(0.2, 0.75)
    soil = np.array(rng.uniform((40, 50, 60), (150, 170, 190)), np.float32)
    image *= 1 - cover
    image += soil * cover
    for _ in range(rng.integers(0, 5)):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        shade = tuple(float(v) for v in rng.uniform(30, 230) + rng.normal(0, 10, 3))
        cv2.circle(image, (x, y), int(rng.integers(1, max(2, height // 22) + 1)), shade, -1, cv2.LINE_AA)


def _bolts(rng: np.random.Generator, image: NDArray[np.float32]) -> None:
    """Bolt heads that hold a plate, two or four of a kind, often through a character."""
    height, width = image.shape[:2]
    across, down = rng.uniform(0.12, 0.36), rng.uniform(0.1, 0.36)
    size = max(1, round(height * rng.uniform(0.025, 0.075)))
    shade = np.array(rng.uniform(20, 200) * np.array((0.8, 0.9, 1.0)) + rng.normal(0, 8, 3), np.float32)
    for y in (down, 1 - down) if rng.random() < 0.5 else (down,):
        for x in (across, 1 - across):
            centre = (
                round(width * x + rng.normal(0, size * 0.3)),
                round(height * y + rng.normal(0, size * 0.3)),
            )
            cv2.circle(image, centre, size, shade.tolist(), -1, cv2.LINE_AA)
            gleam = (centre[0] - size // 3, centre[1] - size // 3)
            cv2.circle(image, gleam, size // 3, (shade + rng.uniform(10, 70)).tolist(), -1, cv2.LINE_AA)


def _shade(rng: np.random.Generator, image: NDArray[np.float32]) -> None:
    """An edge of shadow, or light that falls off."""
    height, width = image.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (xx / width - rng.random()) * np.cos(angle) + (yy / height - rng.random()) * np.sin(angle)
    soft = 1 / (1 + np.exp(-along * rng.choice((3, 12, 60))))
    image *= (1 - soft * rng.uniform(0.2, 0.65))[:, :, None]


def weather(rng: np.random.Generator, image: Image) -> Image:
    """Light and dirt on the plate itself."""
    canvas = image.astype(np.float32)
    for chance, effect in ((0.3, _dirt), (0.15, _bolts), (0.22, _glare), (0.12, _bloom), (0.3, _shade)):
        if rng.random() < chance:
            effect(rng, canvas)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def _blur(rng: np.random.Generator, image: Image, size: float) -> Image:
    """Defocus or motion, ``size`` being the plate's height in pixels."""
    if rng.random() < 0.5:
        return cv2.GaussianBlur(image, (0, 0), max(0.15, size * rng.uniform(0.003, 0.028)))
    length = int(max(1, size * rng.uniform(0.01, 0.11)))
    kernel = np.zeros((2 * length + 1,) * 2, np.float32)
    angle = rng.uniform(0, np.pi)
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    cv2.line(
        kernel, (round(length - dx), round(length - dy)), (round(length + dx), round(length + dy)), 1.0, 1
    )
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def resample(rng: np.random.Generator, image: Image, most: float) -> Image:
    """Reduces the true resolution: reduced up to ``most`` times and enlarged again, colours more so,
    sometimes with the bright seams of a camera's sharpening."""
    height, width = image.shape[:2]
    reduction = rng.uniform(1.0, max(1.0, min(2.6, most)))
    small = cv2.resize(
        image,
        (max(8, round(width / reduction)), max(8, round(height / reduction))),
        interpolation=cv2.INTER_AREA,
    )
    if rng.random() < 0.5:
        ycc = cv2.cvtColor(small, cv2.COLOR_BGR2YCrCb)
        size = (max(4, small.shape[1] // int(rng.integers(2, 5))), max(4, small.shape[0] // 2))
        coarse = cv2.resize(ycc[:, :, 1:], size, interpolation=cv2.INTER_AREA)
        ycc[:, :, 1:] = cv2.resize(coarse, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
        small = cv2.cvtColor(ycc, cv2.COLOR_YCrCb2BGR)
    if rng.random() < 0.5:
        soft = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.8, 2.0))
        amount = rng.uniform(0.5, 2.2)
        small = cv2.addWeighted(small, 1 + amount, soft, -amount, 0)
    ways = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
    return cv2.resize(small, (width, height), interpolation=ways[rng.integers(3)])


def camera(rng: np.random.Generator, image: Image, size: float) -> Image:
    """Exposure, colour cast, blur, noise, sharpening and JPEG of a picture; its plate is ``size`` px high."""
    canvas = image.astype(np.float32) / 255
    canvas = np.power(np.clip(canvas * rng.uniform(0.75, 1.15), 0, 1), rng.uniform(0.6, 1.8))
    low, high = rng.uniform(0, 0.25), rng.uniform(0.55, 1.1)
    if rng.random() < 0.4:
        canvas = low + canvas * (high - low)
    if rng.random() < 0.15:
        canvas *= rng.uniform(0.2, 0.5)
    canvas *= 1 + rng.normal(0, 0.05, 3).astype(np.float32)
    image = np.clip(canvas * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.65:
        image = _blur(rng, image, size)
    if rng.random() < 0.5:
        noise = rng.standard_normal(image.shape[:2], np.float32)[:, :, None] * rng.uniform(1, 12)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = cv2.addWeighted(image, 2.0 + rng.random(), soft, -1.0 - rng.random() * 0.6, 0)
    if rng.random() < 0.6:
        _, code = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(22, 95))))
        image = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))
    return image


def street(rng: np.random.Generator, image: Image, size: float) -> Image:
    """A plate ``size`` px high through a cheap street camera: soft at pixel level, light clipped, colours at
    half the resolution and exaggerated, sharpening seams, and compression."""
    canvas = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, np.clip(0.055 * size, 0.4, 1.0)))
    level = canvas.astype(np.float32) / 255 * (1 + rng.normal(0, 0.06, 3).astype(np.float32))
    level = np.power(np.clip(level * rng.uniform(0.75, 1.5), 0, 1), rng.uniform(0.7, 1.4))
    level = rng.uniform(0, 0.2) + level * rng.uniform(0.55, 1.0)
    level += rng.standard_normal(image.shape[:2], np.float32)[:, :, None] * rng.uniform(0, 0.02)
    ycc: Image = cv2.cvtColor(np.clip(level, 0, 1).astype(np.float32), cv2.COLOR_BGR2YCrCb)
    luma = ycc[:, :, :1]
    if rng.random() < 0.75:
        soft = cv2.GaussianBlur(luma, (0, 0), rng.uniform(0.7, 1.6))[:, :, None]
        luma = luma + (luma - soft) * rng.uniform(0.3, 2.5)
    chroma = 0.5 + (_coarse(ycc[:, :, 1:], rng.uniform(1.0, 3.0)) - 0.5) * rng.uniform(0.8, 1.9)
    ycc = np.concatenate((luma, chroma), axis=2).astype(np.float32)
    picture = np.clip(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2BGR) * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.8:
        picture = compressed(rng, picture)
    return picture


def compressed(rng: np.random.Generator, picture: Image) -> Image:
    """JPEG compression of medium to good quality."""
    _, code = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))))
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))


def _coarse(image: Image, reduction: float) -> Image:
    """Reduced and enlarged again."""
    height, width = image.shape[:2]
    size = (max(2, round(width / reduction)), max(2, round(height / reduction)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def jitter(rng: np.random.Generator, quad: Quad, amount: float) -> Quad:
    """Corners as a finder would give them: shifted, scaled and each slightly wrong; sometimes very wrong, or
    set upright although the plate leans."""
    if rng.random() < 0.2:
        amount *= 2.2
    if rng.random() < 0.12:
        quad = quad + (upright(quad) - quad) * rng.uniform(0.2, 0.8)
    size = np.array((np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])), np.float32)
    centre = quad.mean(axis=0)
    scaled = centre + (quad - centre) * (1 + rng.normal(0, amount, 2))
    moved = scaled + rng.normal(0, amount, 2) * size + rng.normal(0, amount, (4, 2)) * size
    return np.asarray(moved, np.float32)


def place(rng: np.random.Generator, flat: Image, width: float, backdrop: Image) -> tuple[Image, Quad]:
    """Set a flat plate ``width`` pixels wide into ``backdrop``; returns picture and outline."""
    k = width / flat.shape[1]
    squeezed = rng.random() < 0.3  # some cameras give 16:9 as 4:3
    height = flat.shape[0] * k * (rng.uniform(1.15, 1.45) if squeezed else rng.uniform(0.8, 1.15))
    steep = 2.2 if rng.random() < 0.25 else 1.0
    angle, shear = rng.normal(0, 0.08 * steep), rng.normal(0, 0.12 * steep)
    base = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float32) * (width / 2, height / 2)
    base[:, 0] += shear * base[:, 1]
    turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))), np.float32)
    quad = base @ turn + rng.normal(0, 0.018 * steep, (4, 2)) * (width, height)
    pad = 0.25
    low = quad.min(axis=0) - pad * height
    size = np.ceil(quad.max(axis=0) + pad * height - low).astype(int)
    quad = (quad - low).astype(np.float32)
    scene = cv2.resize(backdrop, (int(size[0]), int(size[1])), interpolation=cv2.INTER_LINEAR)
    if k < 0.6:
        flat = cv2.resize(
            flat, None, fx=min(1.0, 1.6 * k), fy=min(1.0, 1.6 * k), interpolation=cv2.INTER_AREA
        )
    matrix = cv2.getPerspectiveTransform(corners_of(flat), quad)
    cover = cv2.warpPerspective(flat, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    mask = cv2.fillConvexPoly(
        np.zeros(scene.shape[:2], np.uint8), quad.round().astype(np.int32), 255, cv2.LINE_AA
    )
    alpha = mask[:, :, None].astype(np.float32) / 255
    return (cover * alpha + scene * (1 - alpha)).astype(np.uint8), quad


def recolour(rng: np.random.Generator, image: Image, colour: str) -> Image:
    """A real white plate as if its ground were ``colour``: black ink stays on yellow, turns white on red and
    blue."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)[:, :, None] / 255
    low, high = np.percentile(grey, (3, 92))
    level = np.clip((grey - low) / max(0.1, high - low), 0, 1)
    bright = high * rng.uniform(0.8, 1.1)
    ground = ground_colour(rng, colour) / 255
    pen = np.full(3, 0.06) if colour == "yellow" else np.array((0.95, 0.95, 0.95))
    if colour != "yellow":  # white ink that has faded, or taken on some of the ground's colour
        pen += (ground - pen) * rng.uniform(0, 0.3) * (rng.random() < 0.5)
    picture = (ground * level + pen * (1 - level)) * bright * 255
    return np.asarray(np.clip(picture, 0, 255), np.uint8)
