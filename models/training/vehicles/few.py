"""Gathers the small set that `taught.py` trains on: labels where there are, two quick looks where not.

    python -m models.training.vehicles.few --shared ../shared --stock stock.yaml --card models/vehicles.yaml \
        --out SET [--yard vtest.avi]

Boxes come from our own network; the official network adds what is missing and names buses, `streets.csv`
those of the Hanoi street by eye. A four-wheeled vehicle that only one of them could name has the kind
`UNSURE`: its cells are taught by both networks' scores. None of the poles of `models/evaluation/poles.py` is
in it.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, Image
from edge.detect.matching import overlaps
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.pictures import load_picture
from models.evaluation.poles import restored
from models.evaluation.sources import picture_name, source_folder
from models.evaluation.vehicles import settled
from models.training.vehicles.closeup import drawn, evaluated, looked_at
from models.training.vehicles.correct import LARGE
from models.training.vehicles.on_foot import TESTED_FROM
from models.training.vehicles.prepare import (
    CLIPS,
    HANOI_FPS,
    STREET_SOURCE,
    frames,
    held_back,
    rendered,
    training_pictures,
)
from models.training.vehicles.start import KINDS

UNSURE = len(KINDS)
SIZE = 736
SURE = 0.45
SAME = 0.5
FOUR = (VehicleKind.CAR, *LARGE)
SPARSE = 3
"""Of the frames of the clips that `prepare.py` takes every third."""
SQUEEZED = "_mp4-"
"""In the names of riders' pictures that were pressed from 16:9 into a square."""
REPEATS = {"camera": 2, "camera_dusk": 5, "street": 6, "rendered": 3, "rider_mp4": 4}
"""How often an epoch shows a picture of a source."""

STREETS = Path(__file__).parent / "streets.csv"
"""Picture, kind, and centre as shares of the picture, of its buses and trucks, by eye."""
NEAR = 0.01
NOTHING = ((0.917, 0.6), (0.75, 0.433))
"""Centres in that street of what stock takes for a car: a hoarding and a lamp post."""

Given = tuple[str, str, Image, list[Detection] | None]
"""Source, name, picture, and what is known of it; None if nothing."""


def gathered(data: Path, yard: Path | None) -> Iterator[Given]:
    """All pictures, with labels where somebody settled them."""
    for path in training_pictures(data / "vehicles" / "images"):
        image = load_picture(path).image
        source = "camera_dusk" if path.stem.startswith("cam_02") else "camera"
        yield source, path.stem, image, settled(data / "vehicles" / "labels" / f"{path.stem}.txt", image)
    for path in sorted(source_folder(data / "plates" / "images", STREET_SOURCE).iterdir()):
        yield "street", path.stem, load_picture(path).image, None
    for sample in rendered(Path("sample_videos")):
        yield "rendered", sample.name, sample.image, list(sample.labels)
    yield from moving(data, yard)
    by_eye = looked_at()
    for file in (file for file, trained in evaluated(data / "plates") if trained):
        image, name = (
            load_picture(data / "plates" / "images" / file).image,
            f"close_{picture_name(Path(file))}",
        )
        known = drawn(image, by_eye[name]) if name in by_eye else (image, None)
        yield "close", name, *known


def moving(data: Path, yard: Path | None) -> Iterator[Given]:
    """Frames of clips, and riders."""
    for index, image in frames(data / "videos" / "hanoi_hang_bai.mp4", 9):
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
    for index, image in frames(yard, 24) if yard else ():
        if index < TESTED_FROM:
            yield "yard", f"foot_{index:04d}", image, None


def looked(
    image: Image, own: OnnxVehicleDetector, stock: OnnxVehicleDetector, close: bool
) -> list[tuple[int, Detection]]:
    """Vehicles with the index of their kind, or `UNSURE`. Near vehicles of the plates' pictures are cars."""
    mine = [d for d in own.detect(image) if d.confidence >= SURE]
    theirs = [d for d in stock.detect(image) if d.confidence >= SURE and d.kind in FOUR]
    new = [d for d in theirs if not mine or overlaps([d.box], [m.box for m in mine]).max() < SAME]
    return [(kind_of(d, theirs, close), d) for d in (*mine, *new)]


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


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--shared", type=Path, required=True)
    ask.add_argument("--stock", type=Path, required=True, help="card of the official weights, exported")
    ask.add_argument("--card", type=Path, required=True, help="the network to be trained")
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--yard", type=Path, help="`vtest.avi` of opencv-doc")
    args = ask.parse_args()
    cv2.setNumThreads(1)
    own, stock = (OnnxVehicleDetector(c, input_size=SIZE, confidence=SURE) for c in (args.card, args.stock))
    for part in ("images", "labels"):
        (args.out / part).mkdir(parents=True, exist_ok=True)
    with (args.out / "train.txt").open("w") as listed:
        for source, name, image, known in gathered(args.shared / "data", args.yard):
            path = (args.out / "images" / f"{name}.jpg").resolve()
            cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
            rows = (
                looked(image, own, stock, source == "close")
                if known is None
                else [(KINDS.index(d.kind), d) for d in known if d.confidence > 0]
            )
            height, width = image.shape[:2]
            if source == "street":
                rows = list(named(rows, name, width, height))
            text = "".join(f"{line(kind, d, width, height)}\n" for kind, d in rows)
            (args.out / "labels" / f"{name}.txt").write_text(text)
            listed.write(f"{path}\n" * REPEATS.get(source, 1))
            listed.flush()


def named(
    rows: Iterable[tuple[int, Detection]], picture: str, width: int, height: int
) -> Iterator[tuple[int, Detection]]:
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


if __name__ == "__main__":
    main()
