"""The interface of any camera, live or replayed, for the pipeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Protocol

from pydantic import ConfigDict, Field, with_config

from contract.reasons import Reason
from contract.types import FIRST_YEAR, LAST_YEAR
from edge.video.frame import Frame
from edge.video.ring import PacketRing

_Count = Annotated[int, Field(ge=0, le=10**12)]
_Moment = Annotated[
    datetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), lt=datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
]


@with_config(ConfigDict(extra="forbid", allow_inf_nan=False))
@dataclass(frozen=True)
class SourceHealth:
    """State of a source.

    `degraded`: pictures arrive, but something is wrong with the evidence (no record stream, a camera clock
    that was never set). `dropped` counts decoded pictures that analysis was too slow for, `damaged` packets
    that could not be decoded. `camera_offset` is the camera's UTC minus the node's in seconds, if the camera
    reports its time. Values from another process are checked against these limits (`edge.video.messages`):
    beyond them no report of the node could carry them.
    """

    state: Literal["online", "degraded", "offline"]
    reason: Reason | None = None
    frames: _Count = 0
    dropped: _Count = 0
    damaged: _Count = 0
    reconnects: _Count = 0
    fps: float = 0.0
    last_frame_at: _Moment | None = None
    camera_offset: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None


class CameraSource(Protocol):
    """A camera: frames to analyse, and the ring of the evidence stream.

    `frames()` is for one consumer. A file's frames end after its last; a live source's only with `close()`.
    """

    @property
    def ring(self) -> PacketRing: ...

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the frames; None while a live source has not seen one."""

    def frames(self) -> Iterator[Frame]: ...

    def health(self) -> SourceHealth: ...

    def close(self) -> None: ...
