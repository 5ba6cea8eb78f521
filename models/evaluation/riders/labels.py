"""Motorbikes whose riders' heads were settled by eye: the labels are here, the pictures are not.

`labels/SOURCE.csv` has a row for each motorbike: picture (stem of the file, or number of a video's frame),
its sha256's first digits, width of the picture, the motorbike's box x1, y1, x2, y2, people, heads. Boxes are
those the node's detector gave; `people` is empty where not all heads show. A head is `x y width state`, the
state one of h (helmet), b (bare: hair, a cap, a hood, a conical hat), u (uncertain); heads are separated by
semicolons.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import av
import cv2
import numpy as np

from edge.pictures import load_picture
from edge.riders.heads import Image
from edge.rules.inputs import Box, HeadState
from models.evaluation.sources import source_folder

FOLDER = Path(__file__).parent / "labels"
COLUMNS = ("picture", "sha256", "width", "x1", "y1", "x2", "y2", "people", "heads")
STATES: Mapping[str, HeadState] = {"h": "helmet", "b": "bare", "u": "unsure"}
DIGITS = 12


@dataclass(frozen=True)
class Source:
    """Where a source's pictures lie below the shared data, and which place they show.

    A `set_` of `plates/images` is a folder with another name there. `width` and `height` are the size that
    squeezed pictures are restored to.
    """

    place: str
    path: str
    size: tuple[int, int] | None = None


SOURCES: Mapping[str, Source] = {
    "campus": Source("campus", "riders/images"),
    "gate": Source("gate", "riders/images"),
    "overpass": Source("overpass", "riders/images"),
    "set_98f4da": Source("hang_giay", "plates/images"),
    "hang_giay": Source("hang_giay", "videos/hanoi_hang_giay_hang_dau_4s.mp4"),
    "hanoi_traffic": Source("hanoi_traffic", "videos/hanoi_traffic_1080p.mp4"),
    "hang_bai": Source("hang_bai", "videos/hanoi_hang_bai.mp4"),
    "thd_day": Source("thd", "cameras/thd_day/images", (1138, 640)),
    "thd_night": Source("thd", "cameras/thd_night/images", (1138, 640)),
}
"""By label file. The pictures of `riders` show several places: an overpass, a gate (its own test
pictures), and roads of a campus."""

PLACES = sorted({source.place for source in SOURCES.values()})


@dataclass(frozen=True)
class LabelledHead:
    """A head: its middle and width in pixels of the picture."""

    x: float
    y: float
    width: float
    state: HeadState


@dataclass(frozen=True)
class Ridden:
    """A motorbike with its riders' heads; `people` is None if not all of them are visible."""

    source: str
    picture: str
    digest: str
    width: int
    box: Box
    people: int | None
    heads: tuple[LabelledHead, ...]


def read(source: str) -> list[Ridden]:
    """The labels of one source, in order of its pictures."""
    with (FOLDER / f"{source}.csv").open(encoding="utf-8", newline="") as file:
        return [_ridden(source, row) for row in csv.DictReader(file)]


def _ridden(source: str, row: Mapping[str, str]) -> Ridden:
    x1, y1, x2, y2 = (float(row[name]) for name in ("x1", "y1", "x2", "y2"))
    return Ridden(
        source,
        row["picture"],
        row["sha256"],
        int(row["width"]),
        (x1, y1, x2, y2),
        int(row["people"]) if row["people"] else None,
        tuple(_head(text) for text in row["heads"].split(";") if text),
    )


def _head(text: str) -> LabelledHead:
    x, y, width, state = text.split()
    return LabelledHead(float(x), float(y), float(width), STATES[state])


def pictures(source: str, shared: Path) -> Iterator[tuple[Image, list[Ridden]]]:
    """Each labelled picture with its motorbikes.

    Raises:
        ValueError: a picture is not the one that was labelled.
    """
    grouped: dict[str, list[Ridden]] = {}
    for ridden in read(source):
        grouped.setdefault(ridden.picture, []).append(ridden)
    where = SOURCES[source]
    for name, image, digest in _images(source, shared / where.path, grouped):
        if digest != grouped[name][0].digest:
            raise ValueError(f"{source}: picture {name} is not the one that was labelled")
        yield (_restored(image, where.size), grouped[name])


def digest_of(path: Path) -> str:
    """The first digits of a file's sha256, as labels have them."""
    return sha256(path.read_bytes()).hexdigest()[:DIGITS]


def _images(source: str, path: Path, wanted: Mapping[str, object]) -> Iterator[tuple[str, Image, str]]:
    if path.is_file():
        digest = digest_of(path)
        yield from ((name, image, digest) for name, image in _frames(path, {int(n) for n in wanted}))
        return
    if source.startswith("set_"):
        path = source_folder(path, source)
    files = {file.stem: file for file in path.iterdir()}
    for name in wanted:
        yield name, load_picture(files[name]).image, digest_of(files[name])


def _frames(video: Path, wanted: set[int]) -> Iterator[tuple[str, Image]]:
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                yield str(number), np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _restored(image: Image, size: tuple[int, int] | None) -> Image:
    return image if size is None else np.asarray(cv2.resize(image, size), np.uint8)
