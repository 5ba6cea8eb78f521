"""How long each network takes for one picture, on one and two threads, as ratios in one run.

`python -m bench.models [--torch WEIGHTS.pt]`: with `--torch` (extra `training`) the checkpoint runs in plain
torch beside its export. Rounds go through all candidates in turn, so noise disturbs them alike.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from statistics import median

import av
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.plate.find import PlateFinder
from edge.plate.read import OnnxPlateReader
from models import load_path
from models.card import packaged_card

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
SIZES = (480, 640, 960)
THREADS = (1, 2)
FRAME = 120
"""A frame of the sample clip with several vehicles and legible plates."""

PLATE = np.array(((316, 435), (374, 435), (374, 466), (316, 466)), np.float32)
"""Corners of a car's plate in that frame."""

Image = NDArray[np.uint8]


def picture() -> Image:
    """The benchmark's picture: 1280×720, BGR."""
    with av.open(str(CLIP)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == FRAME:
                return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    raise RuntimeError(f"{CLIP} has fewer than {FRAME} frames")


def candidates(image: Image, weights: Path | None) -> dict[str, Callable[[], object]]:
    """The networks to time, by name; the first is the reference."""
    timed: dict[str, Callable[[], object]] = {}
    for size in SIZES:
        for threads in THREADS:
            detector = OnnxVehicleDetector(packaged_card("vehicles"), input_size=size, threads=threads)
            timed[f"vehicles {size}, onnxruntime, {threads} thread(s)"] = partial(detector.detect, image)
        if weights is not None:
            from edge.detect.ultralytics_backend import UltralyticsVehicleDetector

            theirs = UltralyticsVehicleDetector(weights, input_size=size)
            timed[f"vehicles {size}, torch"] = partial(theirs.detect, image)
    for threads in THREADS:
        finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"), threads)
        reader = OnnxPlateReader(load_path("plate_reader"), threads)
        timed[f"plate finder, 1280×720, {threads} thread(s)"] = partial(finder.find, image)
        timed[f"plate reader, one plate, {threads} thread(s)"] = partial(reader.read, image, PLATE)
    return timed


def main() -> None:
    """Prints milliseconds (smallest and median) and each as a multiple of the first."""
    ask = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    ask.add_argument("--rounds", type=int, default=15)
    ask.add_argument("--torch", type=Path, default=None, help="vehicle checkpoint to run in plain torch")
    args = ask.parse_args()
    timed = candidates(picture(), args.torch)
    spent: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(args.rounds + 1):
        for name, run in timed.items():
            began = time.perf_counter()
            run()
            spent[name].append((time.perf_counter() - began) * 1000)
    table = Table("network", "min ms", "median ms", "ratio of minima")
    base = min(next(iter(spent.values()))[1:])
    for name, rounds in spent.items():
        best = min(rounds[1:])
        table.add_row(name, f"{best:.1f}", f"{median(rounds[1:]):.1f}", f"{best / base:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
