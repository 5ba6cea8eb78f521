"""A picture with its capture time and the uncertainty of that: the input of every later step."""

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from contract.manifest import Clock


class VideoError(Exception):
    """An unusable video; the message names it and says what to do."""


@dataclass(frozen=True)
class Stamp:
    """When a picture was taken.

    `t` is seconds on the stream clock: 0 is the first frame of a file, or the moment a live source was made.
    It only increases and no step of a wall clock affects it; rules and timers use only this. `captured_at` is
    the same moment in UTC, `clock` its source and possible error. Between pictures of different `run`s (see
    `edge.video.continuity`) the difference of `t` is meaningless.
    """

    t: float
    captured_at: datetime
    clock: Clock
    run: int = 0


@dataclass(frozen=True)
class Frame:
    """One picture: `index` its number in the stream, `image` BGR of shape (height, width, 3), upright; the
    rest as in its `Stamp`. `damaged`: it, or one it depends on, could not be decoded completely, or it
    replaces one that could not be decoded at all (only set for pictures decoded for evidence)."""

    index: int
    t: float
    captured_at: datetime
    clock: Clock
    image: NDArray[np.uint8]
    run: int = 0
    damaged: bool = False


@lru_cache(maxsize=1000)
def clock_of(source: str, uncertainty_ms: int) -> Clock:
    """The clock of many pictures, made once because validation is expensive. Raises ValueError: it is
    invalid."""
    return Clock.model_validate({"source": source, "uncertainty_ms": uncertainty_ms})


_OF_THREAD = threading.local()
"""A thread's converter. PyAV would make one for each picture, each with as many threads as there are
cores."""


def frame_of(index: int, stamp: Stamp, picture: av.VideoFrame, rotation: int = 0) -> Frame:
    """The decoded `picture` as a frame, turned upright by `rotation` degrees counter-clockwise."""
    converter: VideoReformatter | None = getattr(_OF_THREAD, "converter", None)
    if converter is None:
        converter = _OF_THREAD.converter = VideoReformatter()
    image = np.asarray(converter.reformat(picture, format="bgr24", threads=1).to_ndarray(), dtype=np.uint8)
    quarter_turns = round(rotation / 90) % 4
    upright = np.ascontiguousarray(np.rot90(image, quarter_turns))
    return Frame(index, stamp.t, stamp.captured_at, stamp.clock, upright, stamp.run)
