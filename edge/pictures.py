"""Still pictures from disk, one by one, for the commands `ngatu read` and `ngatu see`."""

import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_PIXELS = 100_000_000
"""Larger pictures are refused: no camera makes them, and the networks would take minutes."""


class PictureError(ValueError):
    """The file is not a readable picture; the message names it and says why."""


@dataclass(frozen=True)
class Picture:
    """A decoded still, BGR, H x W x 3."""

    path: Path
    image: NDArray[np.uint8]


def load_picture(path: Path) -> Picture:
    """Decodes one file.

    Raises:
        PictureError: missing, unreadable, or not a picture.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise PictureError(f"{path}: a pipe or a device, not a picture's file")
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as problem:
        raise PictureError(f"{path}: {problem.strerror or problem}") from problem
    if data.size == 0:
        raise PictureError(f"{path}: the file is empty")
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error as problem:
        if "CV_IO_MAX_IMAGE" in str(problem):
            raise PictureError(_too_large(path)) from None
        raise PictureError(f"{path}: the picture is damaged") from problem
    if image is None and data[:4].tobytes().startswith(_BEGINNINGS):
        raise PictureError(f"{path}: the picture is cut off, damaged, or of a kind OpenCV can't decode")
    if image is None:
        raise PictureError(f"{path}: not a picture OpenCV can decode (JPEG, PNG, WebP, BMP, TIFF)")
    if image.shape[0] * image.shape[1] > MAX_PIXELS:
        raise PictureError(_too_large(path))
    return Picture(path, np.asarray(image, np.uint8))


def _too_large(path: Path) -> str:
    return f"{path}: more than {MAX_PIXELS:,} pixels; scale it down first"


def find_pictures(path: Path) -> list[Path]:
    """The named file, or all files below a folder with a picture's extension or content, sorted by name.

    Raises:
        PictureError: the path does not exist, or the folder holds no picture or is not readable.
    """
    try:
        path.stat()
    except OSError as problem:
        raise PictureError(f"{path}: {problem.strerror or problem}") from problem
    if not path.is_dir():
        return [path]
    if not os.access(path, os.R_OK | os.X_OK):
        raise PictureError(f"{path}: the folder may not be read; check its permissions")
    found = sorted(p for p in path.rglob("*") if p.is_file() and is_picture(p))
    if not found:
        raise PictureError(f"{path}: no picture in this folder ({', '.join(sorted(_ENDINGS))})")
    return found


def is_picture(path: Path) -> bool:
    """By its extension, whatever its content, so that a damaged picture is reported; else by its content."""
    return path.suffix.lower() in _ENDINGS or cv2.haveImageReader(str(path))


_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8", b"II*\x00", b"MM\x00*")

_ENDINGS = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".jp2", ".png", ".webp", ".avif", ".gif"),
    *(".heic", ".heif", ".jxl"),
    *(".bmp", ".dib", ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".pnm"),
}

STILL_SIZES = (640, 960)
"""Least and most pixels of the longer side for vehicle detection: a still allows more time."""


def still_size(image: NDArray[np.uint8]) -> int:
    """Input size for a still (a multiple of 32): its own longer side, within `STILL_SIZES`."""
    least, most = STILL_SIZES
    longer: int = max(image.shape[:2])
    return min(most, max(least, -(-longer // 32) * 32))
