"""The node that is measured, as `ngatu edge run` starts it: `python -m bench.live.node NODE_YAML`.

A line on its input asks for a line of JSON on its output: its processor time and looks so far.
"""

import json
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from configs.node_check import load_cameras, load_node
from edge.camera import open_eyes
from edge.detect.detector import Detection, Image, VehicleDetector
from edge.evidence.keys import load_centre_key, load_or_make_node_key
from edge.node import Node
from ngatu.logs import log_to_stderr


class Counted:
    """A detector that counts its calls, by thread, and their processor time."""

    def __init__(self, detector: VehicleDetector) -> None:
        self._detector = detector
        self.looks: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()

    def detect(self, image: Image) -> list[Detection]:
        """See `VehicleDetector.detect`."""
        began = time.thread_time()
        found = self._detector.detect(image)
        name = threading.current_thread().name
        self.looks[name] += 1
        self.spent[name] += time.thread_time() - began  # type: ignore[assignment]  # a Counter adds floats too
        return found


def told(detector: Counted) -> dict[str, dict[str, float]]:
    """So far: looks of each thread; processor seconds of each thread, of the detector in it, and in total."""
    threads = {
        thread.name: time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        for thread in threading.enumerate()
        if thread.ident is not None
    }
    spent = {**threads, "process": time.process_time()}
    return {"looks": dict(detector.looks), "detector": dict(detector.spent), "threads": spent}


def _answer(detector: Counted) -> None:
    for _ in sys.stdin:
        sys.stdout.write(json.dumps(told(detector)) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Runs until stopped."""
    log_to_stderr()
    config = load_node(Path(sys.argv[1]))
    eyes = open_eyes()
    detector = Counted(eyes.detector)
    node = Node(
        config,
        list(load_cameras(config)),
        replace(eyes, detector=detector),
        load_or_make_node_key(config.data),
        load_centre_key(config.centre_key),
        {},
    )
    threading.Thread(target=_answer, args=(detector,), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: node.stop())
    node.run()


if __name__ == "__main__":
    main()
