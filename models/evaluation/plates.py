"""Our plate reader against others on the same labelled pictures, in one run: a table and a page with the
errors.

    python -m models.evaluation.plates --labels ../shared/data/plates/labels.csv \
        --images ../shared/data/plates/images --out DIR [--engines ngatu RapidOCR]

Engines that are not installed are left out and named. ``DIR`` gets ``plates.json``, one readings file per
engine for the shared scorer, and ``plates.html`` with pictures: real plates, so it stays out of the
repository.
"""

import argparse
import csv
import json
import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.pictures import load_picture
from models.evaluation.engines import ENGINES, Engine, Said
from models.evaluation.page import write_page
from models.evaluation.scoring import Label, read_labels, sure_readings, tally

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """One engine's answer for every picture, and its time for a picture."""

    engine: str
    said: dict[str, list[Said]]
    milliseconds: float


def run_engine(name: str, engine: Engine, images: Path, labels: dict[str, list[Label]]) -> Run:
    """Runs one engine on every labelled picture."""
    said: dict[str, list[Said]] = defaultdict(list)
    spent = []
    for file in sorted(labels):
        image = load_picture(images / file).image
        began = time.perf_counter()
        said[file] = engine(image)
        spent.append(1000 * (time.perf_counter() - began))
    return Run(name, said, float(np.median(spent)))


def summary(run: Run, labels: dict[str, list[Label]]) -> dict[str, object]:
    """Figures of one engine."""
    groups = tally(labels, run.said)
    sure, wrong = sure_readings(labels, run.said)
    return {
        "engine": run.engine,
        "ms_per_picture": round(run.milliseconds, 1),
        "sure": sure,
        "sure_wrong": len(wrong),
        "groups": {
            group: {name: {"right": t.right, "total": t.total} for name, t in sorted(entries.items())}
            for group, entries in groups.items()
        },
    }


def write_readings(run: Run, path: Path) -> None:
    """Readings in the columns of the shared scorer."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "plate", "confidence", "x1", "y1", "x2", "y2"))
        for name, items in run.said.items():
            for item in items:
                rows.writerow((name, item.text, round(item.confidence, 4), *(item.box or ("",) * 4)))


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--labels", type=Path, required=True)
    ask.add_argument("--images", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    args = ask.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    labels = read_labels(args.labels)
    runs = []
    for name in args.engines:
        try:
            engine = ENGINES[name]()
        except ImportError as missing:
            log.warning("%s is left out: %s (install ngatu[evaluation])", name, missing)
            continue
        run = run_engine(name, engine, args.images, labels)
        write_readings(run, args.out / f"{name.replace(' ', '_')}.csv")
        runs.append(run)
        told = summary(run, labels)
        log.info("%s", json.dumps(told["groups"]))
    figures = [summary(run, labels) for run in runs]
    (args.out / "plates.json").write_text(json.dumps(figures, indent=1))
    write_page(args.out / "plates.html", args.images, labels, {run.engine: run.said for run in runs}, figures)


if __name__ == "__main__":
    main()
