"""Frames of street cameras whose vehicles were settled by eye: the labels are here, the pictures are not.

`poles/NAME.csv` has a row for each vehicle: frame, kind, x1, y1, x2, y2 as shares of the picture, note. A
frame without a vehicle has one row without a kind. `kind` may be `ignore`: an unclear place, in which neither
finding nor missing counts. Notes: `parked` stands still in every frame (one car would count forty times, so
it counts as a place to ignore, but may be trained on); `three_wheels` and `unsure` look like their kind, but
the picture does not settle it.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from contract.vehicles import VehicleKind
from edge.detect.detector import Image
from edge.pictures import load_picture
from edge.rules.inputs import Box

FOLDER = Path(__file__).parent / "poles"
DRAWN = Path(__file__).parent / "drawn"
"""Boxes drawn by eye to one or two pixels without any network's proposal, for some vehicles of a frame."""
WIDEST = 1280
"""Pixels: larger pictures are reduced to the size of a detect stream, so that 30 px mean the same
everywhere."""
COLUMNS = ("frame", "kind", "x1", "y1", "x2", "y2", "note")
IGNORE = "ignore"
NOT_COUNTED = ("parked", "three_wheels", "unsure")


@dataclass(frozen=True)
class Source:
    """Where the frames of one label file are in the shared data, and which pole they show.

    Frames of a clip are named by their number. `aspect` is the true width over height of squeezed pictures,
    None for others.
    """

    pole: str
    path: str
    aspect: float | None = None


SOURCES: Mapping[str, Source] = {
    "thd_day": Source("thd", "cameras/thd_day/images", 16 / 9),
    "thd_night": Source("thd", "cameras/thd_night/images", 16 / 9),
    "donghai_leloi": Source("donghai_leloi", "cameras/donghai_leloi/images", 16 / 9),
    "yellow_box": Source("yellow_box", "cameras/yellow_box/images", 16 / 9),
    "hanoi_traffic": Source("hanoi_traffic", "videos/hanoi_traffic_1080p.mp4"),
}
POLES = sorted({source.pole for source in SOURCES.values()})


@dataclass(frozen=True)
class Labelled:
    """One vehicle, or a place to ignore (`kind` None); `box` in shares of the picture."""

    kind: VehicleKind | None
    box: Box
    note: str = ""

    @property
    def counts(self) -> bool:
        """Whether it must be found."""
        return self.kind is not None and self.note not in NOT_COUNTED

    def pixels(self, image: Image) -> Box:
        """The box in pixels of its picture."""
        height, width = image.shape[:2]
        x1, y1, x2, y2 = self.box
        return (x1 * width, y1 * height, x2 * width, y2 * height)


@dataclass(frozen=True)
class Frame:
    """A picture (BGR) with all its labels."""

    name: str
    pole: str
    image: Image
    labels: tuple[Labelled, ...]


def read(path: Path) -> dict[str, tuple[Labelled, ...]]:
    """The labels of a file by frame.

    Raises:
        ValueError: a row has an unknown kind, or a box that is none.
    """
    frames: dict[str, tuple[Labelled, ...]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            known = frames.setdefault(row["frame"], ())
            if row["kind"]:
                x1, y1, x2, y2 = (float(row[side]) for side in ("x1", "y1", "x2", "y2"))
                if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
                    raise ValueError(f"{path}:{number}: {x1}, {y1}, {x2}, {y2} is no box in a picture")
                kind = None if row["kind"] == IGNORE else VehicleKind(row["kind"])
                frames[row["frame"]] = (*known, Labelled(kind, (x1, y1, x2, y2), row["note"]))
    return frames


def frames(data: Path, names: Mapping[str, Source] = SOURCES, folder: Path = FOLDER) -> Iterator[Frame]:
    """Every frame of the named sources for which `folder` has labels; `data` is `../shared/data`.

    Raises:
        FileNotFoundError: a labelled picture is not there.
    """
    for name, source in names.items():
        file = folder / f"{name}.csv"
        labels = read(file) if file.exists() else {}
        for frame, image in _pictures(data / source.path, sorted(labels)):
            yield Frame(f"{name}_{frame}", source.pole, restored(image, source.aspect), labels[frame])


def _pictures(path: Path, wanted: list[str]) -> Iterator[tuple[str, Image]]:
    if path.is_dir():
        for name in wanted:
            yield name, load_picture(path / f"{name}.jpg").image
        return
    numbers = {int(name): name for name in wanted}
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in numbers:
                yield numbers[index], np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def restored(image: Image, aspect: float | None) -> Image:
    """The picture in its true aspect ratio, at most `WIDEST` wide."""
    height, width = image.shape[:2]
    wide = round(height * aspect) if aspect else width
    scale = min(1.0, WIDEST / wide)
    size = (round(wide * scale), round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)
