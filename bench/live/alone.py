"""The detector alone, timed while the node works: the reference for the node's looks."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

from edge.camera import DETECT_SIZE, TRACKING_CONFIDENCE
from edge.detect.detector import Image
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.video.file import FileSource
from models.card import packaged_card

EVERY, LOOKS = 4.0, 6
"""Seconds between two rounds and looks in each; the first, with cold caches, does not count. It uses a
twentieth of two cores."""


def some_pictures(clip: Path, number: int) -> list[Image]:
    """Pictures spread over a clip."""
    source = FileSource(clip)
    step = source.announced // number
    return [frame.image for frame in source.frames() if frame.index % step == 0]


class Alone:
    """Runs a node's detector on pictures in a thread, until the block ends."""

    def __init__(self, pictures: Sequence[Image]) -> None:
        self._pictures = pictures
        self._detector = OnnxVehicleDetector(
            packaged_card("vehicles"), input_size=DETECT_SIZE, threads=1, confidence=TRACKING_CONFIDENCE
        )
        self._spent: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def cost(self) -> float:
        """Processor seconds per look: the median of the rounds' means."""
        return median(self._spent)

    def round(self) -> float:
        """Processor seconds per look in one round."""
        self._detector.detect(self._pictures[0])
        began = time.thread_time()
        for number in range(1, LOOKS):
            self._detector.detect(self._pictures[number % len(self._pictures)])
        return (time.thread_time() - began) / (LOOKS - 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._spent.append(self.round())
            self._stop.wait(EVERY)

    def __enter__(self) -> Self:
        self._spent = []
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
