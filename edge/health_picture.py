"""A small picture of each camera for the centre's overview: is the lens clean, the scene lit, the direction
right?

It is not evidence, and nobody can be recognised: every detected vehicle is reduced to a few mean colours, and
undetected ones are too small to be readable.
"""

import time
from collections.abc import Callable, Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from contract.topics import NodeTopics
from edge.delivery.session import Letter
from edge.masking.hide import Box, hide
from edge.pipeline import Step
from edge.worker import CameraWorker

WIDTH = 240
"""Width in pixels: a plate of a tenth of the picture's width is 24 pixels wide, its characters two or
three."""

QUALITY = 60

EVERY = 300.0
"""Seconds between two pictures of a camera: some 10 KiB each, 90 MiB a month."""

Image = NDArray[np.uint8]


def small(image: Image, vehicles: Iterable[Box]) -> bytes:
    """The picture as a JPEG of WIDTH pixels across, with its vehicles (boxes in pixels) hidden."""
    height, width = image.shape[:2]
    scale = WIDTH / width
    size = (WIDTH, max(1, round(height * scale)))
    shrunk = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    hide(shrunk, [(x1 * scale, y1 * scale, x2 * scale, y2 * scale) for x1, y1, x2, y2 in vehicles])
    _, encoded = cv2.imencode(".jpg", shrunk, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return encoded.tobytes()


def small_of(step: Step) -> bytes:
    """The small picture of an analysed frame."""
    return small(step.frame.image, [track.points[-1].box for track in step.tracks])


class HealthPictures:
    """Sends a small picture of each camera at intervals; used by the connection's thread.

    Args:
        workers: the current cameras.
    """

    topics: tuple[str, ...] = ()

    def __init__(
        self,
        node: str,
        workers: Callable[[], Iterable[CameraWorker]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._topics = NodeTopics(node)
        self._workers = workers
        self._clock = clock
        self._sent: dict[str, float] = {}

    def connected(self) -> None:
        """A new connection makes nothing due sooner."""

    def received(self, topic: str, payload: bytes) -> None:
        """No messages are expected."""

    def outgoing(self) -> Iterator[Letter]:
        """The pictures that are due."""
        now = self._clock()
        for worker in self._workers():
            camera, step = worker.config.id, worker.newest
            if step is not None and now - self._sent.get(camera, float("-inf")) >= EVERY:
                self._sent[camera] = now
                yield Letter(self._topics.picture(camera, step.frame.captured_at), small_of(step))
