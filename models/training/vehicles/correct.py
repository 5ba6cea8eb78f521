"""Corrects the labels of a set of `prepare.py` by what looking at them showed, and lists it for training.

    python -m models.training.vehicles.correct --set SET

The pseudo labels of large motorbikes were doubled by a truck's; jeeps and pick-ups were trucks, as in COCO,
while the labelled street camera (and QCVN 41, up to 950 kg of load) calls them cars; most "bicycles" were
motorbikes. `by_eye.yaml` names the single boxes: picture, centre, and the kind they are (`none`: no vehicle).
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from contract.vehicles import VehicleKind
from edge.detect.detector import TWO_WHEELED
from edge.detect.matching import overlaps
from edge.rules.inputs import Box
from models.training.vehicles.start import KINDS

LARGE = (VehicleKind.BUS, VehicleKind.TRUCK)
BY_EYE = Path(__file__).parent / "by_eye.yaml"
DOUBLE = 0.6
NEAR = 0.004
"""Shares of the picture within which a centre is the one meant."""

NO_BICYCLES = ("street_", "hanoi_hang_giay")
"""Pictures whose bicycles are motorbikes, but for those `by_eye.yaml` names."""

NOWHERE: dict[str, tuple[Box, ...]] = {"hanoi_0": ((0, 0, 0.18, 0.18), (0.9, 0.7, 1, 0.82))}
"""Parts of a still camera's picture, as shares of it, in which no vehicle has its centre: a lit screen whose
pictures were cars, and a pavement on which a dog was a motorbike."""

LEFT_OUT = ("us_overhead_road_20s_0408", "us_overhead_road_20s_0432")
"""Pictures with vehicles that have no box."""
CLOSE = ("close_", "lane_")
"""Pictures of `closeup.py`: buses and trucks are jeeps and pick-ups, but for what `by_eye.yaml` names."""
REPEATS = {"cam_02": 4, "hanoi": 3, "street": 2, "close": 6, "lane": 3, "bare": 2}
"""How often an epoch shows pictures whose names start so; dusk in the rain is rare among them, and so is what
fills the picture.
"""


@dataclass(frozen=True)
class Label:
    """One line of a label file: centre and size as shares of the picture."""

    kind: VehicleKind
    centre: tuple[float, float]
    size: tuple[float, float]

    @property
    def box(self) -> Box:
        """Corners, as shares of the picture."""
        (x, y), (w, h) = self.centre, self.size
        return (x - w / 2, y - h / 2, x + w / 2, y + h / 2)


def read(path: Path) -> list[Label]:
    """The labels of a picture."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return [Label(KINDS[int(kind)], (float(x), float(y)), (float(w), float(h))) for kind, x, y, w, h in rows]


def corrected(name: str, labels: list[Label], by_eye: list[list[float | str]]) -> Iterator[Label]:
    """The labels as they should be; `by_eye` holds x, y and kind of single boxes of this picture."""
    bikes = [label.box for label in labels if label.kind in TWO_WHEELED]
    for label in labels:
        if _nowhere(name, label):
            continue
        told = [kind for x, y, kind in by_eye if _near(label, float(x), float(y))]
        if told:
            if told[0] != "none":
                yield replace(label, kind=VehicleKind(str(told[0])))
        elif label.kind is VehicleKind.BICYCLE and name.startswith(NO_BICYCLES):
            yield replace(label, kind=VehicleKind.MOTORBIKE)
        elif label.kind in LARGE and name.startswith(CLOSE):
            yield replace(label, kind=VehicleKind.CAR)
        elif label.kind in TWO_WHEELED or not bikes or overlaps([label.box], bikes).max() <= DOUBLE:
            yield label


def _nowhere(name: str, label: Label) -> bool:
    x, y = label.centre
    zones = [zone for start, found in NOWHERE.items() if name.startswith(start) for zone in found]
    return any(x1 <= x <= x2 and y1 <= y <= y2 for x1, y1, x2, y2 in zones)


def _near(label: Label, x: float, y: float) -> bool:
    return abs(label.centre[0] - x) <= NEAR and abs(label.centre[1] - y) <= NEAR


def repeats(name: str) -> int:
    """How often an epoch shows the picture."""
    if name in LEFT_OUT:
        return 0
    return max((n for start, n in REPEATS.items() if name.startswith(start)), default=1)


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--set", type=Path, required=True, help="folder `prepare.py` wrote")
    folder = ask.parse_args().set
    by_eye = yaml.safe_load(BY_EYE.read_text(encoding="utf-8"))
    listed: list[str] = []
    for path in sorted((folder / "images").glob("*.jpg")):
        target = folder / "labels" / f"{path.stem}.txt"
        lines = [
            f"{KINDS.index(label.kind)} {label.centre[0]:.5f} {label.centre[1]:.5f} {label.size[0]:.5f} "
            f"{label.size[1]:.5f}\n"
            for label in corrected(path.stem, read(target), by_eye.get(path.stem, []))
        ]
        target.write_text("".join(lines))
        listed += [str(path.resolve())] * repeats(path.stem)
    (folder / "train.txt").write_text("\n".join(listed) + "\n")
    print(f"{len(listed)} pictures an epoch")  # noqa: T201


if __name__ == "__main__":
    main()
