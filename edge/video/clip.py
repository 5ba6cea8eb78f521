"""The pictures of a short clip in order, upright: the input for copies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from edge.video.file import open_video
from edge.video.frame import VideoError

Shot = tuple[NDArray[np.uint8], float]
"""A picture (BGR, upright) with its time in seconds from the clip's first."""


@dataclass(frozen=True)
class Clip:
    """`fps` is its usual rate; `shots` can be iterated once."""

    fps: float
    shots: Iterator[Shot]


@contextmanager
def opened(path: Path) -> Iterator[Clip]:
    """The clip at `path`. Raises VideoError, also during iteration: it can't be read."""
    with open_video(path) as container:
        if not container.streams.video:
            raise VideoError(f"{path}: holds no video stream")
        stream = container.streams.video[0]
        yield Clip(float(stream.average_rate or 25), _shots(container.decode(stream), path))


def _shots(frames: Iterator[av.VideoFrame], path: Path) -> Iterator[Shot]:
    first: float | None = None
    try:
        for frame in frames:
            t = float(frame.time or 0.0)
            first = t if first is None else first
            image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            yield np.ascontiguousarray(np.rot90(image, round(frame.rotation / 90) % 4)), t - first
    except av.FFmpegError as problem:
        raise VideoError(f"{path}: no clip that can be read ({problem.strerror})") from problem
