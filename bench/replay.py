"""Cost of the whole pipeline relative to decoding and detecting alone, on the shipped clip, in one run.

`python -m bench.replay`: rounds alternate between both, so that a noisy machine disturbs both alike; only
their ratios and the multiple of real time mean anything. The ratio of processor time is what a node with
several cameras pays; that of the clock also sees that only the networks use more than one core. The second
look is paid for each finding, not for each frame: it is left out there and stated beside it.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from statistics import median

from rich.console import Console

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from contract.signing import SigningKey
from edge.camera import DEFAULT_ROLLS, Eyes, build_camera, open_eyes
from edge.replay import REPLAY_NODE, replay
from edge.results import Outputs
from edge.video.file import FileSource

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of all cores together."""

    clock: float
    processor: float


def measured(work: Callable[[], object]) -> Cost:
    """The cost of doing `work`."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - clock, time.process_time() - processor)


def decode_and_detect(video: Path, eyes: Eyes) -> None:
    """Decodes every frame and detects vehicles in it."""
    for frame in FileSource(video).frames():
        eyes.detector.detect(frame.image)


def whole(video: Path, config: CameraConfig, eyes: Eyes) -> None:
    """Everything but the second look: tracks, lamps, rules, stills, plates, clips, signatures."""
    replay(video, config, replace(eyes, close=None), Outputs(), SigningKey.generate())


def second_looks(video: Path, config: CameraConfig, eyes: Eyes) -> list[Cost]:
    """Cost of examining each finding."""
    source = FileSource(video)
    camera = build_camera(config, REPLAY_NODE, source.ring, eyes, DEFAULT_ROLLS, source.start)
    suspicions = []
    newest = 0.0
    for frame in source.frames():
        camera.pipeline.step(frame)
        newest = frame.t
        suspicions += [camera.prover.gather(incident) for incident in camera.pipeline.due(newest)]
    camera.pipeline.finish(newest)
    suspicions += [camera.prover.gather(incident) for incident in camera.pipeline.due(math.inf)]
    return [measured(suspicion.examined) for suspicion in suspicions]


def main() -> None:
    """Prints seconds, the ratio and the multiple of real time."""
    ask = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    ask.add_argument("--video", type=Path, default=CLIP)
    ask.add_argument("--camera", type=Path, default=CAMERA)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--threads", type=int, default=2)
    args = ask.parse_args()
    eyes, config = open_eyes(args.threads), load_camera(args.camera)
    source = FileSource(args.video)
    seconds = source.announced / source.fps
    pairs = [
        (
            measured(lambda: decode_and_detect(args.video, eyes)),
            measured(lambda: whole(args.video, config, eyes)),
        )
        for _ in range(args.rounds)
    ]
    screen = Console()
    for alone, everything in pairs:
        screen.print(
            f"decode+detect {alone.clock:6.2f} s   whole {everything.clock:6.2f} s   "
            f"ratio {everything.clock / alone.clock:.3f}   "
            f"of processor time {everything.processor / alone.processor:.3f}"
        )
    best = min(everything.clock for _, everything in pairs)
    screen.print(
        f"median ratio {median(e.clock / a.clock for a, e in pairs):.3f}, "
        f"of processor time {median(e.processor / a.processor for a, e in pairs):.3f}; "
        f"best {seconds / best:.2f} × real time "
        f"({seconds:.0f} s of {source.size[0]}×{source.size[1]} at {source.fps:g} fps, "
        f"{args.threads} threads)"
    )
    each = [look.processor for look in second_looks(args.video, config, eyes)]
    if each:
        screen.print(
            f"second look: {len(each)} findings, {median(each):.1f} core-seconds each (most {max(each):.1f})"
        )


if __name__ == "__main__":
    main()
