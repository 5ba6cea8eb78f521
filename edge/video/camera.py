"""What the pipeline may expect of any camera, live or replayed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from contract.reasons import Reason
from edge.video.frame import Frame
from edge.video.ring import PacketRing


@dataclass(frozen=True)
class SourceHealth:
    """How a source does now.

    `degraded`: pictures come, but something is wrong with the evidence (no record stream, a camera clock
    nobody has set). `dropped` counts decoded pictures that analysis was too slow for, `damaged` packets
    that could not be decoded. `camera_offset` is the camera's UTC minus the node's in seconds, where the
    camera tells its time.
    """

    state: Literal["online", "degraded", "offline"]
    reason: Reason | None = None
    frames: int = 0
    dropped: int = 0
    damaged: int = 0
    reconnects: int = 0
    fps: float = 0.0
    last_frame_at: datetime | None = None
    camera_offset: float | None = None


class CameraSource(Protocol):
    """A camera: frames to analyse, and the ring of the stream that is evidence.

    `frames()` is for one consumer. A file's ends after its last frame; a live source's only with `close()`.
    """

    @property
    def ring(self) -> PacketRing: ...

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the frames; None while a live source has not seen one."""

    def frames(self) -> Iterator[Frame]: ...

    def health(self) -> SourceHealth: ...

    def close(self) -> None: ...
