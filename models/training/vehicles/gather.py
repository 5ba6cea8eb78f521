"""Gathers the pictures that `learn.py` trains on, with what is settled of them.

`SET/pictures.csv` has a row for each: name, source, the pole it is of (`models/evaluation/poles.py`; empty
elsewhere), and how much of it is known: `whole` (every vehicle), `part` (some), `none`. `SET/images` has the
pictures, at most `WIDEST` wide, `SET/known` the boxes as YOLO lines; the index after the last kind is
`IGNORED`, a place where nobody can tell.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.detect.detector import Detection, Image
from edge.pictures import load_picture
from models.evaluation.poles import FOLDER as SETTLED
from models.evaluation.poles import SOURCES, Frame, Source, restored
from models.evaluation.poles import frames as pole_frames
from models.evaluation.poles import read as read_poles
from models.evaluation.sources import picture_name, source_folder
from models.evaluation.vehicles import settled
from models.training.vehicles.augment import IGNORED, Labels
from models.training.vehicles.clips import (
    CLIPS,
    HANOI_FPS,
    HANOI_STEP,
    STREET_SOURCE,
    frames,
    held_back,
    rendered,
    training_pictures,
)
from models.training.vehicles.closeup import drawn, evaluated, looked_at
from models.training.vehicles.on_foot import yard
from models.training.vehicles.start import KINDS
from models.training.vehicles.store import lines
from models.training.vehicles.teacher import Teacher
from sample_videos.truth import CLIPS as RENDERED
from sample_videos.truth import Truth

WIDEST = 960
QUALITY = 75
COLUMNS = ("name", "source", "pole", "known")
LARGE_SIZE = 1280
"""Pixels at which the official network searches for parked vehicles of the yard."""
SQUEEZED = "_mp4-"
"""Part of the names of riders' pictures that were squeezed from 16:9 into a square."""
RENDERED_CLIPS = ("crowd_low_sun", "night_crossing")
"""Rendered clips with a bicycle; every `RENDERED_EVERY`-th frame is used. The other clips are for testing."""
RENDERED_EVERY = 12
IN_SIGHT = 0.3
CLIP_STEP = 20
"""Frames between two pictures of the pole filmed as a clip."""


@dataclass(frozen=True)
class Gathered:
    """A picture and its known labels."""

    name: str
    source: str
    image: Image
    labels: Labels
    known: str = "none"
    pole: str = ""


def labels_of(found: Iterable[Detection]) -> Labels:
    """Settled detections as labels; one without confidence is a place to ignore."""
    rows = [[KINDS.index(d.kind) if d.confidence > 0 else IGNORED, *d.box] for d in found]
    return np.array(rows, np.float32).reshape(-1, 5)


def gathered(data: Path, stock: Path, yard_video: Path) -> Iterator[Gathered]:
    """All pictures."""
    for path in training_pictures(data / "vehicles" / "images"):
        image = load_picture(path).image
        known = labels_of(settled(data / "vehicles" / "labels" / f"{path.stem}.txt", image))
        source = "camera_dusk" if path.stem.startswith("cam_02") else "camera"
        yield Gathered(path.stem, source, image, known, "part")
    for path in sorted(source_folder(data / "plates" / "images", STREET_SOURCE).iterdir()):
        yield Gathered(path.stem, "street", load_picture(path).image, labels_of(()))
    for name, image, found in rendered(Path("sample_videos")):
        yield Gathered(name, "rendered", image, labels_of(found), "whole")
    for clip in RENDERED_CLIPS:
        yield from computed(Truth(RENDERED / clip))
    for name, image, found in yard(yard_video, Teacher(stock, (640, LARGE_SIZE))):
        yield Gathered(name, "yard", image, labels_of(found), "whole")
    yield from moving(data)
    yield from close(data / "plates")
    for frame in pole_frames(data):
        yield Gathered(f"pole_{frame.name}", "settled", frame.image, pole_labels(frame), "whole", frame.pole)
    for pole_source, place in SOURCES.items():
        yield from unsettled(data, pole_source, place)


def computed(truth: Truth) -> Iterator[Gathered]:
    """Frames of a rendered clip."""
    kinds = {v.id: v.kind for v in truth.document.vehicles}
    for index, image in frames(truth.video, RENDERED_EVERY):
        looks = [look for look in truth.looks if look.frame == index and look.visible >= IN_SIGHT]
        boxes = [(kinds[look.vehicle], look.clipped(truth.document.detect.size)) for look in looks]
        rows = [[KINDS.index(kind), *box] for kind, box in boxes if kind != "pedestrian"]
        labels = np.array(rows, np.float32).reshape(-1, 5)
        yield Gathered(f"{truth.folder.name}_{index:04d}", "rendered", image, labels, "whole")


def moving(data: Path) -> Iterator[Gathered]:
    """Frames of clips, and riders."""
    for index, image in frames(data / "videos" / "hanoi_hang_bai.mp4", HANOI_STEP):
        if not held_back(index / HANOI_FPS):
            yield Gathered(f"hanoi_{index:04d}", "hanoi", image, labels_of(()))
    for name, step in CLIPS.items():
        for index, image in frames(data / "videos" / f"{name}.mp4", step):
            yield Gathered(f"{name}_{index:04d}", "clip", image, labels_of(()))
    for path in sorted((data / "riders" / "images").glob("*.jpg")):
        pressed = SQUEEZED in path.stem
        image = restored(load_picture(path).image, 16 / 9 if pressed else None)
        yield Gathered(f"rider_{path.stem}", "rider", image, labels_of(()))


def close(plates: Path) -> Iterator[Gathered]:
    """Pictures of near vehicles, some labelled by eye."""
    by_eye = looked_at()
    for file in (file for file, trained in evaluated(plates) if trained):
        image, name = load_picture(plates / "images" / file).image, f"close_{picture_name(Path(file))}"
        if name in by_eye:
            image, found = drawn(image, by_eye[name])
            yield Gathered(name, "close", image, labels_of(found), "whole")
        else:
            yield Gathered(name, "close", image, labels_of(()))


def pole_labels(frame: Frame) -> Labels:
    """Labels of a settled frame; parked vehicles count, unclear places are ignored."""
    rows = []
    for label in frame.labels:
        unsure = label.kind is None or label.note == "unsure"
        kind = IGNORED if unsure or label.kind is None else KINDS.index(label.kind)
        rows.append([kind, *label.pixels(frame.image)])
    return np.array(rows, np.float32).reshape(-1, 5)


def unsettled(data: Path, name: str, source: Source) -> Iterator[Gathered]:
    """Unlabelled frames of a pole."""
    known, nothing = read_poles(SETTLED / f"{name}.csv"), labels_of(())
    path = data / source.path
    if path.is_dir():
        for file in sorted(path.glob("*.jpg")):
            if file.stem not in known:
                image = restored(load_picture(file).image, source.aspect)
                yield Gathered(f"pole_{name}_{file.stem}", "unsettled", image, nothing, "none", source.pole)
        return
    for index, image in frames(path, CLIP_STEP):
        if str(index) not in known:
            yield Gathered(
                f"pole_{name}_{index:04d}",
                "unsettled",
                restored(image, None),
                labels_of(()),
                "none",
                source.pole,
            )


def smaller(image: Image, labels: Labels) -> tuple[Image, Labels]:
    """At most `WIDEST` pixels on the longer side."""
    scale = min(1.0, WIDEST / max(image.shape[:2]))
    if scale == 1.0:
        return image, labels
    resized = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8), labels * np.array([1, scale, scale, scale, scale], np.float32)


def gather(pictures: Iterable[Gathered], out: Path) -> None:
    """Writes a set, its list last."""
    for part in ("images", "known"):
        (out / part).mkdir(parents=True, exist_ok=True)
    listed: list[Sequence[str]] = []
    for given in pictures:
        image, labels = smaller(given.image, given.labels)
        name = given.name.replace(" ", "_")
        cv2.imwrite(str(out / "images" / f"{name}.webp"), image, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        height, width = image.shape[:2]
        (out / "known" / f"{name}.txt").write_text(lines(labels, width, height))
        listed.append((name, given.source, given.pole, given.known))
    with (out / "pictures.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *listed])
