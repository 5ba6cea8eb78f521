"""Plates of the shipped clip, whose scene tells the truth exactly: how many are found and read at which size.

    python -m models.evaluation.clip [--errors docs/pictures/plate_errors.png]

Looks at every `STEP`-th frame as `ngatu read` does, without the vote of a track. The clip is rendered and its
plates are invented, so its errors may be shown; those on real pictures may not.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from contract.plates import normalise
from edge.plate.find import PlateFinder
from edge.plate.read import OnnxPlateReader
from edge.plate.rectify import rectify
from edge.plate.stills import FoundPlate, read_picture
from edge.video.file import FileSource
from models import load_path

SAMPLES = Path(str(files("sample_videos")))
STEP = 6
MIN_VISIBLE = 90
"""Percent of a plate that must be visible."""
HEIGHTS = (4, 6, 8, 10)
"""Lower limits of the classes, in pixels of a character."""
SHOWN = 12
TILE = (256, 128)

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Seen:
    """A plate of the scene on one frame: text, corners, character height, and the reading."""

    text: str
    quad: NDArray[np.float32]
    height: float
    found: FoundPlate | None
    image: Image

    @property
    def said(self) -> str:
        """The text read, or an empty string."""
        return self.found.reading.text if self.found and self.found.reading else ""

    @property
    def confidence(self) -> float:
        """Confidence of the reading."""
        return self.found.reading.confidence if self.found and self.found.reading else 0.0

    @property
    def size(self) -> int:
        """Lower limit of its height class; 0 below all of them."""
        return max((limit for limit in HEIGHTS if self.height >= limit), default=0)


def plates() -> Iterator[Seen]:
    """Every visible plate of the analysed frames, with the finding at its place."""
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"))
    reader = OnnxPlateReader(load_path("plate_reader"))
    truth = yaml.safe_load((SAMPLES / "junction.truth.yaml").read_text(encoding="utf-8"))
    for frame in FileSource(SAMPLES / "junction.mp4").frames():
        if frame.index % STEP == 0:
            found = read_picture(frame.image, finder, reader)
            for vehicle in truth["vehicles"]:
                *quad, height, visible = vehicle["plates"].get(frame.index, (0, 0))
                if visible >= MIN_VISIBLE and height >= HEIGHTS[0]:
                    corners = np.array(quad, np.float32)
                    at = next((f for f in found if f.box.covers(*corners.mean(axis=0).tolist())), None)
                    yield Seen(normalise(vehicle["plate"]), corners, height, at, frame.image)


def sheet(errors: list[Seen]) -> Image:
    """The errors as one picture, enlarged, each with the truth, the reading and its confidence."""
    tiles = []
    for seen in errors:
        tile = np.full((TILE[1] + 36, TILE[0], 3), 255, np.uint8)
        crop = cv2.resize(rectify(seen.image, seen.quad, 0.15), TILE, interpolation=cv2.INTER_CUBIC)
        tile[: TILE[1]] = crop
        words = (
            f"{seen.text}, {seen.height:.1f} px",
            f"read {seen.said or 'nothing'} ({seen.confidence:.2f})",
        )
        for line, text in enumerate(words):
            place = (4, TILE[1] + 14 + 16 * line)
            cv2.putText(tile, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
        tiles.append(np.pad(tile, ((4, 4), (4, 4), (0, 0)), constant_values=230))
    tiles += [np.full_like(tiles[0], 230)] * (-len(tiles) % 4)
    rows = [np.hstack(tiles[start : start + 4]) for start in range(0, len(tiles), 4)]
    return np.asarray(np.vstack(rows), np.uint8)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--errors", type=Path, help="write the worst errors here, as a picture")
    args = ask.parse_args()
    seen = list(plates())
    wrong = [plate for plate in seen if plate.said != plate.text]
    total, found, missed = (
        Counter(p.size for p in some) for some in (seen, [p for p in seen if p.found], wrong)
    )
    print("character height | found | read exactly")  # noqa: T201
    for size in sorted(total, reverse=True):
        right = total[size] - missed[size]
        print(f"{size} px and more | {found[size]} of {total[size]} | {right}")  # noqa: T201
    worst = sorted(wrong, key=lambda p: (-p.confidence, -p.height))[:SHOWN]
    if args.errors and worst:
        cv2.imwrite(str(args.errors), sheet(worst))


if __name__ == "__main__":
    main()
