"""The node's networks for the page: loaded on first use, with their results cached.

The same recording is analysed again after each moved line; the vehicles in it don't change by that.
"""

import threading
from dataclasses import replace
from hashlib import blake2b

from edge.camera import Eyes, open_eyes
from edge.detect.detector import Detection, Image, VehicleDetector
from edge.second_look.looking import Close

THREADS = 2
"""Threads for each network: an installer is waiting."""

REMEMBERED = 20_000
"""Pictures whose results are cached: some minutes of one or two cameras."""


class RememberingDetector:
    """A detector that analyses each picture once."""

    def __init__(self, detector: VehicleDetector) -> None:
        self._detector = detector
        self._seen: dict[bytes, list[Detection]] = {}

    def detect(self, image: Image) -> list[Detection]:
        """As `VehicleDetector.detect`; for a known picture the cached result."""
        key = blake2b(image.tobytes(), digest_size=16).digest()
        if key not in self._seen:
            while len(self._seen) >= REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[key] = self._detector.detect(image)
        return self._seen[key]


class RememberingClose:
    """The second look's detector, which analyses each picture once at each size."""

    def __init__(self, close: Close) -> None:
        self._close = close
        self._sizes: dict[int, RememberingDetector] = {}

    def at(self, input_size: int) -> RememberingDetector:
        """As `Close.at`."""
        if input_size not in self._sizes:
            self._sizes[input_size] = RememberingDetector(self._close.at(input_size))
        return self._sizes[input_size]


class Sight:
    """The networks, for one task at a time."""

    def __init__(self) -> None:
        self._eyes: Eyes | None = None
        self.busy = threading.Lock()
        """Held during analysis: two cameras' tasks wait for each other."""

    @property
    def eyes(self) -> Eyes:
        """The networks. Raises ModelCardError if one is missing or not the one its card describes."""
        if self._eyes is None:
            eyes = open_eyes(THREADS)
            close = RememberingClose(eyes.close) if eyes.close is not None else None
            self._eyes = replace(eyes, detector=RememberingDetector(eyes.detector), close=close)
        return self._eyes
