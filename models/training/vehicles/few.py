"""Gathers the small set that `taught.py` trains on: labels where there are, two quick looks where not.

Boxes come from our own network; the official network adds what is missing and names buses, `streets.csv`
those of the Hanoi street by eye. A four-wheeled vehicle that only one of them could name has the kind
`UNSURE`: its cells are taught by both networks' scores. People on foot whom the official network sees away
from every vehicle have the kind `ON_FOOT`: no bike is where they are. Of the poles of
`models/evaluation/poles.py` none is in it; `poles` gathers those.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.detect.matching import overlaps
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.pictures import load_picture
from models.evaluation.poles import frames as pole_frames
from models.evaluation.poles import restored
from models.evaluation.sources import picture_name, source_folder
from models.evaluation.vehicles import settled
from models.training.vehicles.augment import ON_FOOT
from models.training.vehicles.closeup import drawn, evaluated, looked_at
from models.training.vehicles.correct import LARGE
from models.training.vehicles.on_foot import walkers, yard
from models.training.vehicles.prepare import (
    CLIPS,
    HANOI_FPS,
    HANOI_STEP,
    STREET_SOURCE,
    frames,
    held_back,
    rendered,
    training_pictures,
)
from models.training.vehicles.settled import add as add_settled
from models.training.vehicles.start import KINDS
from models.training.vehicles.teacher import FAINT, Seen, Teacher
from sample_videos.truth import CLIPS as RENDERED
from sample_videos.truth import Truth

UNSURE = len(KINDS)
SIZE = 736
LARGE_SIZE = 1280
"""Pixels at which the official network looks for people."""
SURE = 0.45
DOUBTED = 0.2
"""Confidence of a vehicle beside which nobody is called a walker."""
SAME = 0.5
FOUR = (VehicleKind.CAR, *LARGE)
SPARSE = 3
"""Of the frames of the clips that `prepare.py` takes every third."""
SQUEEZED = "_mp4-"
"""In the names of riders' pictures that were pressed from 16:9 into a square."""
RENDERED_CLIPS = ("crowd_low_sun", "night_crossing")
"""Those with a bicycle; every `RENDERED_EVERY`-th frame of them, with exact boxes."""
RENDERED_EVERY = 12
IN_SIGHT = 0.3
NO_WALKERS = ("rendered_clip", "rider", "rider_mp4")
"""Sources in which nobody is looked for on foot: exact already, or riders whose bikes no network saw."""
POLE_SHOWN = 100
"""Pictures of each pole in an epoch."""
BICYCLES_SHOWN = 6
"""How often an epoch shows a picture with a bicycle: there are few."""
REPEATS = {"camera": 2, "camera_dusk": 5, "street": 6, "rendered": 3, "rider_mp4": 4, "yard": 2}
"""How often an epoch shows a picture of a source."""

STREETS = Path(__file__).parent / "streets.csv"
"""Picture, kind, and centre as shares of the picture, of its buses and trucks, by eye."""
NEAR = 0.01
NOTHING = ((0.917, 0.6), (0.75, 0.433))
"""Centres in that street of what stock takes for a car: a hoarding and a lamp post."""

Row = tuple[int, Detection]
"""The index of its kind, or `UNSURE` or `ON_FOOT`, and where it is."""
Given = tuple[str, str, Image, list[Row] | None]
"""Source, name, picture, and what is known of it; None if nothing."""


def gathered(data: Path, stock: Path, yard_video: Path) -> Iterator[Given]:
    """All pictures, with labels where somebody settled them."""
    for path in training_pictures(data / "vehicles" / "images"):
        image = load_picture(path).image
        source = "camera_dusk" if path.stem.startswith("cam_02") else "camera"
        known = settled(data / "vehicles" / "labels" / f"{path.stem}.txt", image)
        yield source, path.stem, image, sure_rows(known)
    for path in sorted(source_folder(data / "plates" / "images", STREET_SOURCE).iterdir()):
        yield "street", path.stem, load_picture(path).image, None
    for sample in rendered(Path("sample_videos")):
        yield "rendered", sample.name, sample.image, sure_rows(sample.labels)
    for clip in RENDERED_CLIPS:
        yield from computed(Truth(RENDERED / clip))
    yield from moving(data)
    for name, image, labels in yard(yard_video, Teacher(stock, (640, LARGE_SIZE))):
        yield "yard", name, image, sure_rows(labels)
    by_eye = looked_at()
    for file in (file for file, trained in evaluated(data / "plates") if trained):
        image, name = (
            load_picture(data / "plates" / "images" / file).image,
            f"close_{picture_name(Path(file))}",
        )
        if name in by_eye:
            image, labels = drawn(image, by_eye[name])
            yield "close", name, image, sure_rows(labels)
        else:
            yield "close", name, image, None


def sure_rows(labels: Iterable[Detection]) -> list[Row]:
    """The vehicles of settled labels; a place nobody is sure of is none."""
    return [(KINDS.index(d.kind), d) for d in labels if d.confidence > 0]


def computed(truth: Truth) -> Iterator[Given]:
    """Frames of a rendered clip; people on foot are known too."""
    kinds = {v.id: v.kind for v in truth.document.vehicles}
    for index, image in frames(truth.video, RENDERED_EVERY):
        seen = [look for look in truth.looks if look.frame == index and look.visible >= IN_SIGHT]
        rows: list[Row] = []
        for look in seen:
            kind, box = kinds[look.vehicle], look.clipped(truth.document.detect.size)
            if kind == "pedestrian":
                rows.append((ON_FOOT, Detection(VehicleKind.MOTORBIKE, 1.0, box)))
            else:
                rows.append((KINDS.index(kind), Detection(kind, 1.0, box)))
        yield "rendered_clip", f"{truth.folder.name}_{index:04d}", image, rows


def moving(data: Path) -> Iterator[Given]:
    """Frames of clips, and riders."""
    for index, image in frames(data / "videos" / "hanoi_hang_bai.mp4", HANOI_STEP):
        if not held_back(index / HANOI_FPS):
            yield "hanoi", f"hanoi_{index:04d}", image, None
    for name, step in CLIPS.items():
        for index, image in frames(data / "videos" / f"{name}.mp4", step * SPARSE):
            yield "clip", f"{name}_{index:04d}", image, None
    for number, path in enumerate(sorted((data / "riders" / "images").glob("*.jpg"))):
        pressed = SQUEEZED in path.stem
        if pressed or number % 5 == 0:
            image = restored(load_picture(path).image, 16 / 9 if pressed else None)
            yield "rider_mp4" if pressed else "rider", path.stem, image, None


def looked(mine: Sequence[Detection], stock: Sequence[Detection], close: bool) -> list[Row]:
    """What two networks saw as labels. Near vehicles of the plates' pictures are cars."""
    own = [d for d in mine if d.confidence >= SURE]
    theirs = [d for d in stock if d.confidence >= SURE and d.kind in FOUR]
    new = [d for d in theirs if not own or overlaps([d.box], [m.box for m in own]).max() < SAME]
    return [(kind_of(d, theirs, close), d) for d in (*own, *new)]


def kind_of(d: Detection, theirs: Sequence[Detection], close: bool) -> int:
    """The index of the kind of a vehicle that our network saw, where stock saw `theirs`."""
    if d.kind not in FOUR:
        return KINDS.index(d.kind)
    if close:
        return KINDS.index(VehicleKind.CAR)
    shares = overlaps([d.box], [t.box for t in theirs])[0] if theirs else []
    told = {t.kind for t, share in zip(theirs, shares, strict=True) if share >= SAME}
    if VehicleKind.BUS in told:
        return KINDS.index(VehicleKind.BUS)
    return KINDS.index(d.kind) if told == {d.kind} else UNSURE


def gather(shared: Path, own_card: Path, stock_card: Path, yard_video: Path, out: Path) -> None:
    """Write pictures and labels, at last `out/train.txt`."""
    own, stock = (OnnxVehicleDetector(c, input_size=SIZE, confidence=DOUBTED) for c in (own_card, stock_card))
    people = OnnxVehicleDetector(stock_card, input_size=LARGE_SIZE, confidence=FAINT)
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True, exist_ok=True)
    listed: list[str] = []
    for source, name, image, known in gathered(shared / "data", stock_card, yard_video):
        mine = [] if source == "yard" else own.detect(image)
        rows = looked(mine, stock.detect(image), source == "close") if known is None else known
        height, width = image.shape[:2]
        if source == "street":
            rows = list(named(rows, name, width, height))
        if source not in NO_WALKERS:
            vehicles = [d.box for d in mine] + [d.box for _, d in rows]
            found = walkers(Seen(*people.look(image)), vehicles)
            rows += [(ON_FOOT, Detection(VehicleKind.MOTORBIKE, 1.0, box)) for box in found]
        path = (out / "images" / f"{name}.jpg").resolve()
        cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
        text = "".join(f"{line(kind, d, width, height)}\n" for kind, d in rows)
        (out / "labels" / f"{name}.txt").write_text(text)
        bicycles = any(kind == KINDS.index(VehicleKind.BICYCLE) for kind, _ in rows)
        listed += [str(path)] * max(REPEATS.get(source, 1), BICYCLES_SHOWN * bicycles)
    (out / "train.txt").write_text("".join(f"{path}\n" for path in listed))


def poles(shared: Path, out: Path) -> None:
    """Write the frames of the poles settled by eye, at last `out/train.txt`."""
    for part in ("images", "labels"):
        (out / part).mkdir(parents=True, exist_ok=True)
    settled_frames: dict[str, list[Path]] = {}
    for frame in pole_frames(shared / "data"):
        settled_frames.setdefault(frame.pole, []).append(add_settled(out, frame))
    shown = {pole: round(POLE_SHOWN / len(paths)) for pole, paths in settled_frames.items()}
    listed = [path for pole, paths in settled_frames.items() for path in paths * max(1, shown[pole])]
    (out / "train.txt").write_text("".join(f"{path}\n" for path in listed))


def named(rows: Iterable[Row], picture: str, width: int, height: int) -> Iterator[Row]:
    """The vehicles of a picture of the street, with the kinds seen by eye."""
    with STREETS.open(encoding="utf-8", newline="") as file:
        told = [row for row in csv.DictReader(file) if row["picture"] == picture]
    for kind, d in rows:
        x, y = (d.box[0] + d.box[2]) / 2 / width, (d.box[1] + d.box[3]) / 2 / height
        if d.kind not in FOUR:
            yield kind, d
        elif not any(abs(x - at[0]) <= 2 * NEAR and abs(y - at[1]) <= 2 * NEAR for at in NOTHING):
            kinds = [r["kind"] for r in told if abs(x - float(r["x"])) + abs(y - float(r["y"])) <= NEAR]
            yield (KINDS.index(VehicleKind(kinds[0])) if kinds else kind), d


def line(kind: int, d: Detection, width: int, height: int) -> str:
    """A line of a YOLO label file."""
    x1, y1, x2, y2 = d.box
    numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    return " ".join([str(kind), *(f"{v:.5f}" for v in numbers)])
