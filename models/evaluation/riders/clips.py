"""What the rules about riders find in real clips, with the whole picture as rider zone:

    python -m models.evaluation.riders.clips ../shared/data/videos/*.mp4 [--card RIDERS.yaml]

No second look and no evidence: these are the suspicions. Looks are as dense as a node's (about 6 a second).
"""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2

from configs.camera import CameraConfig
from edge.camera import DEFAULT_ROLLS, Eyes, build_camera, open_eyes
from edge.replay import REPLAY_NODE, in_words
from edge.riders.network import HeadNetwork
from edge.rules.inputs import Finding
from edge.video.file import FileSource
from models.card import packaged_card

LOOKS = 6.0
"""Frames a second in which vehicles are detected."""


def camera_of(source: FileSource) -> CameraConfig:
    """A camera that judges riders everywhere in the picture."""
    width, height = source.size
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    return CameraConfig.model_validate(
        {
            "id": "clip",
            "site": {"id": "clip", "name": "clip"},
            "calibration": "none",
            "size": source.size,
            "rider_zones": [{"id": "all", "polygon": corners}],
            "detect": {"interval": max(1, round(source.fps / LOOKS))},
            "rules": {"no_helmet": {}, "passengers": {}},
        }
    )


def watched(video: Path, eyes: Eyes) -> tuple[list[Finding], float, dict[str, int]]:
    """Findings, analysed minutes, counts."""
    source = FileSource(video)
    camera = build_camera(camera_of(source), REPLAY_NODE, source.ring, eyes, DEFAULT_ROLLS, source.start)
    found: list[Finding] = []
    last = 0.0
    for frame in source.frames():
        last = frame.t
        found += camera.pipeline.step(frame).findings
    found += camera.pipeline.finish(last)
    return found, last / 60, camera.pipeline.funnel.as_dict()


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("videos", type=Path, nargs="+")
    ask.add_argument("--card", type=Path, default=packaged_card("riders"))
    args = ask.parse_args()
    cv2.setNumThreads(1)
    eyes = replace(open_eyes(), heads=HeadNetwork(args.card))
    whole = 0.0
    for video in args.videos:
        found, minutes, counts = watched(video, eyes)
        whole += minutes
        print(video.name, f"{minutes:.2f} min", counts.get("rider_looks", 0), "looks", flush=True)  # noqa: T201
        for finding in found:
            box = [round(v) for v in finding.point.box]
            print("  ", f"{finding.t:.2f} s", box, finding.decision, in_words(finding), flush=True)  # noqa: T201
    print(f"{whole:.2f} minutes in all")  # noqa: T201


if __name__ == "__main__":
    main()
