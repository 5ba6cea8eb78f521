"""Harder variants of a clip's video: `python -m sample_videos.scene.variants CLIP OUT`.

The clip's truth stays valid; its pixels are off only by the few by which the picture shakes. Lower rates keep
every n-th frame: frame k of the variant is frame k * n of the truth.
"""

import argparse
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from ..truth import Truth
from .picture.textures import Bytes
from .writing import Film

Change = Callable[[Bytes, float, np.random.Generator], Bytes]
"""From a picture, its time in seconds and a random generator to the changed picture."""


def shake(picture: Bytes, t: float, random: np.random.Generator) -> Bytes:
    """The pole sways by up to three pixels and jerks a little."""
    x, y = 2.2 * np.sin(7.1 * t) + random.normal(0, 0.6), 1.6 * np.sin(5.3 * t + 1) + random.normal(0, 0.5)
    height, width = picture.shape[:2]
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return _bytes(cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE))


def rain(picture: Bytes, _t: float, random: np.random.Generator) -> Bytes:
    """Streaks of falling drops."""
    drops = (random.random(picture.shape[:2]) > 0.9985).astype(np.float32)
    streak = np.zeros((19, 19), np.float32)
    cv2.line(streak, (7, 0), (11, 18), 1.0)
    fall = cv2.GaussianBlur(cv2.filter2D(drops, -1, streak), (0, 0), 0.7)[..., None]
    return _bytes(np.clip(picture * 0.92 + 95.0 * fall, 0, 255))


def noise(picture: Bytes, _t: float, random: np.random.Generator) -> Bytes:
    """A sensor at high gain."""
    return _bytes(np.clip(picture + random.normal(0, 13, picture.shape), 0, 255))


def grey(picture: Bytes, _t: float, random: np.random.Generator) -> Bytes:
    """No colour, and noise: the infrared mode of a cheap camera."""
    flat = picture @ np.array([0.4, 0.35, 0.25]) + random.normal(0, 9, picture.shape[:2])
    return _bytes(np.repeat(np.clip(flat, 0, 255)[..., None], 3, axis=2))


def dark(picture: Bytes, _t: float, random: np.random.Generator) -> Bytes:
    """A third of the light, and noise."""
    return _bytes(np.clip(picture * 0.35 + random.normal(0, 6, picture.shape), 0, 255))


def defocus(picture: Bytes, t: float, _random: np.random.Generator) -> Bytes:
    """Out of focus for half a second, every five seconds."""
    return _bytes(cv2.GaussianBlur(picture, (0, 0), 5.0)) if 2.0 <= t % 5.0 < 2.5 else picture


CHANGES: dict[str, Change] = {
    "shake": shake,
    "rain": rain,
    "noise": noise,
    "grey": grey,
    "dark": dark,
    "defocus": defocus,
}
RATES = (2, 3)
"""Every n-th frame is kept in the variants of lower rate: 6¼ and a bit more than 4 a second of 12½."""


def write_variants(truth: Truth, out: Path) -> list[Path]:
    """All variants of a clip's detect stream as OUT/NAME_VARIANT.mp4; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    made = [_write(truth, out, name, 1, change) for name, change in CHANGES.items()]
    return made + [_write(truth, out, f"every_{step}", step, None) for step in RATES]


def _write(truth: Truth, out: Path, name: str, step: int, change: Change | None) -> Path:
    file = out / f"{truth.folder.name}_{name}.mp4"
    film = Film(file, truth.document.detect.size, truth.fps / Fraction(step), 24)
    random = np.random.default_rng(truth.document.seed)
    for number, picture in enumerate(_pictures(truth.video)):
        if number % step == 0:
            film.add(picture if change is None else change(picture, number / float(truth.fps), random))
    film.close()
    return file


def _pictures(file: Path) -> Iterator[Bytes]:
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            yield _bytes(frame.to_ndarray(format="rgb24"))


def _bytes(picture: object) -> Bytes:
    return np.asarray(picture).astype(np.uint8)


def main() -> None:
    """Write the variants of one clip."""
    ask = argparse.ArgumentParser(prog="python -m sample_videos.scene.variants", description=main.__doc__)
    ask.add_argument("clip", type=Path, help="folder of the clip")
    ask.add_argument("out", type=Path)
    args = ask.parse_args()
    write_variants(Truth(args.clip), args.out)


if __name__ == "__main__":
    main()
