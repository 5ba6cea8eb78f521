"""What the whole pipeline costs over decoding and detecting alone, on the shipped clip, in one run.

`python -m bench.replay`: rounds alternate between both, so that a noisy machine disturbs both alike; only
their ratio and the multiple of real time mean anything.
"""

import argparse
import time
from importlib.resources import files
from pathlib import Path
from statistics import median

from rich.console import Console

from contract.signing import SigningKey
from edge.camera import Eyes, open_eyes
from edge.config import CameraConfig
from edge.config_check import load_camera
from edge.replay import Outputs, replay
from edge.video.file import FileSource

CLIP = Path(str(files("sample_videos"))) / "junction.mp4"
CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"


def decode_and_detect(video: Path, eyes: Eyes) -> float:
    """Seconds to decode every frame and look for vehicles in it."""
    began = time.perf_counter()
    for frame in FileSource(video).frames():
        eyes.detector.detect(frame.image)
    return time.perf_counter() - began


def whole(video: Path, config: CameraConfig, eyes: Eyes) -> float:
    """Seconds for everything: tracks, lamps, rules, stills, plates, clips, signatures."""
    began = time.perf_counter()
    replay(video, config, eyes, Outputs(), SigningKey.generate())
    return time.perf_counter() - began


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
        (decode_and_detect(args.video, eyes), whole(args.video, config, eyes)) for _ in range(args.rounds)
    ]
    screen = Console()
    for alone, everything in pairs:
        screen.print(
            f"decode+detect {alone:6.2f} s   whole {everything:6.2f} s   ratio {everything / alone:.3f}"
        )
    best = min(everything for _, everything in pairs)
    screen.print(
        f"median ratio {median(e / a for a, e in pairs):.3f}; best {seconds / best:.2f} × real time "
        f"({seconds:.0f} s of {source.size[0]}×{source.size[1]} at {source.fps:g} fps, "
        f"{args.threads} threads)"
    )


if __name__ == "__main__":
    main()
