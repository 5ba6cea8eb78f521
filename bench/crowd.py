"""Cost of tracking and judging a full junction, relative to detecting its vehicles.

`python -m bench.crowd`: motorbikes come up to the stop line of `configs/cameras/crossroads.yaml` (every rule
on) and wait there, one in four past the line, while the lamp stays red. What tracker and rules need for one
frame is compared with one pass of the vehicle network, in one run on one thread.
"""

import argparse
import random
import sys
import time
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from bench.models import picture
from configs.camera_check import load_camera
from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.detect.tracker import Tracker
from edge.rules.inputs import Phase, SignalHistory
from edge.rules.rulebook import Rulebook
from models.card import packaged_card

CAMERA = Path(str(files("configs"))) / "cameras" / "crossroads.yaml"
HEIGHT, WIDTH, COLUMNS = 50.0, 24.0, 10
START = datetime(2026, 11, 26, tzinfo=UTC)
SPEED = 60.0
"""Speed in pixels a second of an approaching motorbike."""


def boxes(number: int, t: float, rng: random.Random) -> list[Detection]:
    """A detector's boxes of the crowd at `t`: rows behind the line, with jitter."""
    seen = []
    for place in range(number):
        row, column = divmod(place, COLUMNS)
        stops_at = 525.0 + 18.0 * row + (-30.0 if place % 4 == 0 else 8.0)
        y = max(stops_at, 719.0 - SPEED * max(0.0, t - 0.7 * row)) + rng.gauss(0, 0.5)
        x = 430.0 + 46.0 * column + rng.gauss(0, 0.5)
        seen.append(Detection(VehicleKind.MOTORBIKE, 0.8, (x, y - HEIGHT, x + WIDTH, y)))
    return seen


def follow_and_judge(number: int, seconds: float, fps: float) -> tuple[float, float]:
    """Processor milliseconds per frame of the tracker and of the rules."""
    config, rng = load_camera(CAMERA), random.Random(1)
    rulebook, tracker = Rulebook(config.rules, config, START), Tracker()
    tracked = judged = 0.0
    frames = round(seconds * fps)
    for frame in range(frames):
        t = frame / fps
        red = Phase("red", 0.0, t, True, 0.04)
        signals = {head.id: SignalHistory(head.id, "vision", (red,), True) for head in config.heads}
        detections = boxes(number, t, rng)
        began = time.process_time()
        tracks = tracker.update(t, frame, detections)
        between = time.process_time()
        for track in tracks:
            rulebook.judge(track, signals, t)
        tracked += between - began
        judged += time.process_time() - between
    return 1000 * tracked / frames, 1000 * judged / frames


def look(rounds: int) -> float:
    """Processor milliseconds of one pass of the vehicle network at a node's input size."""
    detector, image = OnnxVehicleDetector(packaged_card("vehicles"), threads=1), picture()
    detector.detect(image)
    began = time.process_time()
    for _ in range(rounds):
        detector.detect(image)
    return 1000 * (time.process_time() - began) / rounds


def main() -> None:
    """Prints milliseconds a frame and their share of one look."""
    ask = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    ask.add_argument("--vehicles", type=int, default=40)
    ask.add_argument("--seconds", type=float, default=60.0)
    ask.add_argument("--fps", type=float, default=25.0)
    args = ask.parse_args()
    tracker, rules = follow_and_judge(args.vehicles, args.seconds, args.fps)
    network = look(rounds=20)
    ratio = (tracker + rules) / network
    sys.stdout.write(
        f"{args.vehicles} motorbikes for {args.seconds:.0f} s at {args.fps:g} fps, a frame: "
        f"tracker {tracker:.2f} ms, rules {rules:.2f} ms; one look {network:.1f} ms; ratio {ratio:.3f}\n"
    )


if __name__ == "__main__":
    main()
