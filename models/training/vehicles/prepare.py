"""Makes the training set for `train.py` out of the shared data: labels by hand, by a teacher, by the scene.

    python -m models.training.vehicles.prepare --shared ../shared --teacher stock.yaml --out SET0
    python -m models.training.vehicles.prepare --shared ../shared --teacher stock.yaml --out SET1 \
        --student round0.yaml

`stock.yaml` is what `export.py` writes for the official weights. The second round labels with the network of
the first and asks the official weights for what it overlooks, for who is on foot and for what is a bicycle.
Held back for testing: the last third by time of `vehicles`, of the Hanoi clip 22 to 34 s and from 52 s on,
and the street pictures after the first `STREETS`.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import cv2
import numpy as np
import yaml

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED, Detection, Image
from edge.detect.matching import overlaps
from edge.detect.tracker import Tracker, TrackerSettings
from edge.pictures import load_picture
from edge.rules.geometry import contained
from edge.rules.inputs import Box
from models.evaluation.sources import source_folder
from models.evaluation.vehicles import settled
from models.training.vehicles.start import KINDS
from models.training.vehicles.teacher import Teacher, label, without_pedestrians

HANOI_FPS = 6.0172
HANOI_STEP = 3
CLIPS = {
    "hanoi_hang_giay_hang_dau_4s": 2,
    "nepal_army_jeep_right": 15,
    "nepal_gray_car_left": 15,
    "nepal_mahindra_left": 15,
    "nepal_white_jeep_and_black_car_right": 15,
    "nepal_yellow_van_right": 15,
    "us_night": 30,
    "intel_car_park_30s": 25,
    "us_overhead_road_20s": 24,
}
"""Clip and how many frames apart its pictures are."""

CARS_ONLY = "us_"
"""Clips whose names start so show nothing but cars and pick-ups. On their dark and
empty roads the student sees what is not there, with confidence: a label must be seen by both networks."""
SEEN_BY_BOTH = 0.4
"""Intersection over union of what two networks call the same vehicle."""
LARGEST = 0.2
"""Share of such a picture that no vehicle exceeds."""

STREET_SOURCE = "set_98f4da"
STREETS = 28
"""Pictures of Hanoi streets of that source among `plates/images` that are trained on."""

RENDERED_STEP = 12
MIN_VISIBLE = 30
"""Percent of a rendered vehicle that must not be hidden."""


@dataclass(frozen=True)
class Sample:
    """A picture to train on, and how often an epoch shows it."""

    name: str
    image: Image
    labels: Sequence[Detection]
    repeat: int = 1


Labeller = Callable[[Image], list[Detection]]


def held_back(seconds: float) -> bool:
    """Whether a moment of the Hanoi clip is kept for testing."""
    return 22 <= seconds <= 34 or seconds >= 52


def training_pictures(folder: Path) -> list[Path]:
    """The first two thirds by time of each camera of `vehicles`."""
    chosen: list[Path] = []
    for camera in ("cam_01", "cam_02"):
        paths = sorted(folder.glob(f"{camera}_*"))
        chosen += paths[: len(paths) * 2 // 3]
    return chosen


def frames(video: Path, step: int) -> Iterator[tuple[int, Image]]:
    """Every `step`-th frame of a clip with its number."""
    with av.open(str(video)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % step == 0:
                yield index, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def hanoi(video: Path, look: Labeller) -> Iterator[Sample]:
    """The Hanoi junction, labelled along tracks: a bike once seen well stays seen when it is seen badly."""
    tracker = Tracker(TrackerSettings(sure=0.4, min_hits=4, max_lost=1.2, max_points=10**6))
    pictures: list[Image] = []
    for index, image in frames(video, 1):
        tracker.update(index / HANOI_FPS, index, sorted(look(image), key=lambda d: -d.confidence))
        pictures.append(image)
    labels: list[list[Detection]] = [[] for _ in pictures]
    for track in tracker.end_all():
        if max(point.confidence for point in track.points) >= 0.45:
            for point in track.points:
                labels[point.frame].append(Detection(track.kind, point.confidence, point.box))
    for index in range(0, len(pictures), HANOI_STEP):
        if not held_back(index / HANOI_FPS):
            yield Sample(f"hanoi_{index:04d}", pictures[index], labels[index], repeat=2)


def clips(folder: Path, look: Labeller, look_twice: Labeller) -> Iterator[Sample]:
    """Frames of the other clips; `look_twice` labels those of cars only."""
    for name, step in CLIPS.items():
        for index, image in frames(folder / f"{name}.mp4", step):
            labels = look_twice(image) if name.startswith(CARS_ONLY) else _sure(look(image), 0.3)
            yield Sample(f"{name}_{index:04d}", image, labels, 1 + name.startswith("hanoi"))


def streets(images: Path, look: Labeller) -> Iterator[Sample]:
    """Hanoi streets from other poles; the pictures were collected for their plates."""
    for path in sorted(source_folder(images, STREET_SOURCE).iterdir())[:STREETS]:
        image = load_picture(path).image
        yield Sample(f"street_{path.stem}", image, _sure(look(image), 0.3), repeat=2)


def handmade(folder: Path, look: Labeller) -> Iterator[Sample]:
    """The labelled street camera, completed with what the teacher is sure of and nobody labelled."""
    for path in training_pictures(folder / "images"):
        image = load_picture(path).image
        known = settled(folder / "labels" / f"{path.stem}.txt", image)
        yield Sample(path.stem, image, [*known, *_new(_sure(look(image), 0.45), known)])


def rendered(folder: Path) -> Iterator[Sample]:
    """Frames of the shipped clip with the scene's own exact boxes."""
    truth = yaml.safe_load((folder / "junction.truth.yaml").read_text(encoding="utf-8"))
    for index, image in frames(folder / "junction.mp4", RENDERED_STEP):
        boxes = [
            (VehicleKind(v["class"]), v["boxes"][index]) for v in truth["vehicles"] if index in v["boxes"]
        ]
        labels = [Detection(kind, 1.0, tuple(b[:4])) for kind, b in boxes if b[4] >= MIN_VISIBLE]
        yield Sample(f"junction_{index:04d}", image, labels)


def _sure(labels: Sequence[Detection], confidence: float) -> list[Detection]:
    return [d for d in labels if d.confidence >= confidence]


def _new(labels: Sequence[Detection], known: Sequence[Detection]) -> list[Detection]:
    """Those of `labels` that are none of `known` under another name or cut."""
    boxes = [d.box for d in known]
    return [
        d
        for d in labels
        if not boxes
        or (overlaps([d.box], boxes).max() <= 0.3 and max(contained(d.box, box) for box in boxes) <= 0.5)
    ]


def _is_one_of(d: Detection, bicycles: Sequence[Box]) -> bool:
    return d.kind in TWO_WHEELED and bool(bicycles) and bool(overlaps([d.box], bicycles).max() > 0.5)


def labeller(teacher: Teacher, student: Teacher | None) -> Labeller:
    """The official weights alone, or the student completed and corrected by them."""

    def look(image: Image) -> list[Detection]:
        seen = teacher.see(image)
        taught = label(seen)
        if student is None:
            return taught
        own = _sure(label(student.see(image)), 0.25)
        overlooked = [
            d
            for d in _sure(taught, 0.5)
            if d in _new([d], [o for o in own if (o.kind in TWO_WHEELED) == (d.kind in TWO_WHEELED)])
        ]
        bicycles = [d.box for d in taught if d.kind is VehicleKind.BICYCLE]
        named = [replace(d, kind=VehicleKind.BICYCLE) if _is_one_of(d, bicycles) else d for d in own]
        return without_pedestrians([*named, *overlooked], seen)

    return look


def by_both(teacher: Teacher, student: Teacher | None) -> Labeller:
    """Cars that both networks see, boxed by the student, and those that only the official weights see."""

    def look(image: Image) -> list[Detection]:
        taught = [d for d in label(teacher.see(image)) if d.kind not in TWO_WHEELED]
        boxes = [d.box for d in taught]
        own = _sure(label(student.see(image)), 0.25) if student is not None and boxes else []
        both = [d for d in own if d.kind not in TWO_WHEELED and overlaps([d.box], boxes).max() > SEEN_BY_BOTH]
        cars = [*both, *_new(_sure(taught, 0.25), both)]
        area = image.shape[0] * image.shape[1]
        return [replace(d, kind=VehicleKind.CAR) for d in cars if _area(d.box) < LARGEST * area]

    return look


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def write(samples: Iterator[Sample], out: Path) -> int:
    """Write pictures, YOLO labels, the list of pictures and the data file; return the number of pictures."""
    (out / "images").mkdir(parents=True)
    (out / "labels").mkdir()
    listed: list[str] = []
    for sample in samples:
        path = (out / "images" / f"{sample.name}.jpg").resolve()
        cv2.imwrite(str(path), sample.image, [cv2.IMWRITE_JPEG_QUALITY, 95])
        height, width = sample.image.shape[:2]
        lines = [yolo(d, width, height) for d in sample.labels]
        (out / "labels" / f"{sample.name}.txt").write_text("".join(f"{line}\n" for line in lines))
        listed += [str(path)] * sample.repeat
    (out / "train.txt").write_text("\n".join(listed) + "\n")
    names = [kind.value for kind in KINDS]
    data = {"path": str(out.resolve()), "train": "train.txt", "val": "train.txt", "names": names}
    (out / "data.yaml").write_text(yaml.safe_dump(data))
    return len(set(listed))


def yolo(d: Detection, width: int, height: int) -> str:
    """A line of a YOLO label file for a vehicle in a picture of `width` x `height`."""
    x1, y1, x2, y2 = d.box
    numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    return " ".join([str(KINDS.index(d.kind)), *(f"{v:.5f}" for v in numbers)])


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--teacher", type=Path, required=True, help="card of the official weights, exported")
    ask.add_argument("--student", type=Path, help="card of the network of the round before")
    args = ask.parse_args()
    data = args.shared / "data"

    def student(sizes: Sequence[int]) -> Teacher | None:
        return Teacher(args.student, sizes) if args.student else None

    def look(sizes: Sequence[int], tile: tuple[int, int, int] | None = None) -> Labeller:
        return labeller(Teacher(args.teacher, sizes, tile), student(sizes))

    def samples() -> Iterator[Sample]:
        tile = None if args.student else (320, 240, 960)
        yield from hanoi(data / "videos" / "hanoi_hang_bai.mp4", look((640, 960), tile))
        strict = by_both(Teacher(args.teacher, (640, 1280)), student((640, 1280)))
        yield from clips(data / "videos", look((640, 1280)), strict)
        yield from streets(data / "plates" / "images", look((640, 1280)))
        yield from handmade(data / "vehicles", look((960,)))
        yield from rendered(Path("sample_videos"))

    print(write(samples(), args.out), "pictures")  # noqa: T201


if __name__ == "__main__":
    main()
