"""Procedural textures: grain for every surface, and the plates."""

import cv2
import numpy as np
import numpy.typing as npt

from ..plate_pictures import draw
from ..plates import Colour, Format

Bytes = npt.NDArray[np.uint8]
PLATE_SIZE = (256, 192)
"""Each plate is stretched to this many pixels; the plate's mesh has the right shape."""


def grain(seed: int, side: int = 512) -> Bytes:
    """Four channels of tileable noise, each with coarse and fine parts, full contrast (side, side, 4)."""
    random = np.random.default_rng(seed)
    channels = [_octaves(random, side, first) for first in (4, 8, 4, 16)]
    return np.stack(channels, axis=-1)


def white(seed: int, side: int = 512) -> Bytes:
    """Noise without grain but slightly soft, as from a sensor (side, side, 4)."""
    random = np.random.default_rng(seed)
    raw = random.normal(0.5, 0.2, (side, side, 4)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), 0.6, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(np.clip(soft * 255, 0, 255), dtype=np.uint8)


def plate(text: str, plate_format: Format, colour: Colour) -> Bytes:
    """A plate stretched to `PLATE_SIZE`."""
    picture = draw(text, plate_format, colour, 2.0).resize(PLATE_SIZE)
    return np.asarray(picture, dtype=np.uint8)


def _octaves(random: np.random.Generator, side: int, first: int) -> Bytes:
    total = np.zeros((side, side), np.float32)
    cells, weight = first, 1.0
    while cells <= side // 2:
        small = random.normal(0, 1, (cells, cells)).astype(np.float32)
        total += weight * _enlarged(small, side)
        cells, weight = cells * 2, weight * 0.72
    flat = (total - total.mean()) / total.std()
    return np.asarray(np.clip(127.5 + 60 * flat, 0, 255), dtype=np.uint8)


def _enlarged(small: npt.NDArray[np.float32], side: int) -> npt.NDArray[np.float32]:
    """Cubic enlargement that joins at the edges."""
    pad = 4
    wrapped = np.pad(small, pad, mode="wrap")
    scale = side // len(small)
    large = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large[pad * scale : -pad * scale, pad * scale : -pad * scale], dtype=np.float32)


def smaller(picture: Bytes, size: tuple[int, int]) -> Bytes:
    """A picture scaled down without aliasing."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
