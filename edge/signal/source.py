"""Source of a head's phases: reading the lamp in the picture, or the controller's report."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from configs.camera import CameraConfig
from configs.scene import Head
from edge.rules.inputs import SignalHistory
from edge.signal.controller import ControllerSource
from edge.signal.lamp import Image, LampReader
from edge.signal.links import open_link
from edge.signal.timeline import SignalTimeline


class SignalSource(Protocol):
    """Provides the phases of one lamp head."""

    def observe(self, t: float, image: Image) -> None:
        """Take the frame of stream time `t` seconds (BGR, the whole picture of the detect stream).

        Called for every frame, in order. Never raises for what the picture shows.
        """
        ...

    def interrupt(self) -> None:
        """The next frame does not continue the earlier ones: the time in between is unknown."""
        ...

    def snapshot(self) -> SignalHistory:
        """The head's phases up to the newest frame."""
        ...

    def close(self) -> None:
        """Closes connections; the source is not used afterwards."""
        ...


class VisionSource:
    """Reads the lamp in the picture."""

    def __init__(self, head: Head, reader: LampReader) -> None:
        """Watch the head of this configuration."""
        self._head = head
        self._reader = reader
        self._timeline = SignalTimeline(head.id, "vision")

    def observe(self, t: float, image: Image) -> None:
        """See `SignalSource.observe`."""
        self._timeline.observe(t, self._reader.read(image, self._head.box, self._head.layout).colour)

    def interrupt(self) -> None:
        """See `SignalSource.interrupt`."""
        self._timeline.interrupt()

    def snapshot(self) -> SignalHistory:
        """See `SignalSource.snapshot`."""
        return self._timeline.snapshot()

    def close(self) -> None:
        """Nothing to close."""


def signal_sources(config: CameraConfig) -> Mapping[str, SignalSource]:
    """The source of every head of a camera, by the head's id.

    Raises:
        ModelCardError: a head is read by vision and the packaged lamp reader is missing or not its card's.
    """
    seen = any(head.source == "vision" for head in config.heads)
    reader = LampReader() if seen else None
    sources: dict[str, SignalSource] = {}
    for head in config.heads:
        if head.controller is not None:
            sources[head.id] = ControllerSource(
                head.id, head.controller.group, partial(open_link, head.controller.url)
            )
        elif reader is not None:
            sources[head.id] = VisionSource(head, reader)
    return sources
