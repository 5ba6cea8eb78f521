"""Decoded pictures in memory that two processes share: one writes, the other reads the newest, neither waits.

Each picture goes into the next of a few places. A place says which picture it holds, and nothing while it is
written, so a reader that was overtaken notices it.
"""

import json
import mmap
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from edge.video.frame import Stamp, VideoError
from edge.video.messages import stamp_of, told_stamp

SLOTS = 5
"""A fifth of a second at 25 pictures a second: so long a reader may take."""

MOST_BYTES = 3840 * 2160 * 3
"""Of one picture; memory that no picture reaches is never taken."""

_ABOUT = 1024
"""Bytes of what is said about the picture in a place; before them its number and their length."""

_NOTHING = -1
_NUMBER = struct.Struct("=q")
_HEAD = struct.Struct("=qi")
_PLACE = _HEAD.size + _ABOUT
_PICTURES = mmap.PAGESIZE * 2
_BYTES = _PICTURES + SLOTS * MOST_BYTES


@dataclass(frozen=True)
class Shown:
    """A picture of a camera: its number and when it was taken."""

    index: int
    stamp: Stamp
    picture: av.VideoFrame


class Slots:
    """The memory behind a file descriptor, on either side."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _BYTES)

    def write(self, shown: Shown) -> None:
        """Puts a picture in the place of an older one; numbers grow by one. Raises VideoError: too large."""
        picture = shown.picture
        planes = [_rows(plane) for plane in picture.planes]
        if sum(rows.size for rows in planes) > MOST_BYTES:
            raise VideoError(f"a picture of {picture.width}×{picture.height} is too large to look at")
        about = json.dumps(_described(shown, planes)).encode()
        at = _NUMBER.size + shown.index % SLOTS * _PLACE
        _HEAD.pack_into(self._memory, at, _NOTHING, len(about))
        self._memory[at + _HEAD.size : at + _HEAD.size + len(about)] = about
        places = self._places(shown.index, [rows.shape for rows in planes])
        for rows, place in zip(planes, places, strict=True):
            place[:] = rows
        _NUMBER.pack_into(self._memory, at, shown.index)
        _NUMBER.pack_into(self._memory, 0, shown.index + 1)

    @property
    def written(self) -> int:
        """How many pictures there were: one more than the number of the newest."""
        (number,) = _NUMBER.unpack_from(self._memory, 0)
        return int(number)

    def stamp(self) -> Stamp | None:
        """Of the newest picture, where there is one. Raises ValueError as `read`."""
        found = self._about(self.written - 1)
        return stamp_of(found["stamp"]) if found else None

    def read(self) -> Shown | None:
        """A copy of the newest picture; None where it was overwritten meanwhile.

        Raises:
            ValueError: what is said of the picture can't be.
        """
        index = self.written - 1
        if (about := self._about(index)) is None:
            return None
        try:
            width, height = about["size"]
            picture = av.VideoFrame(width, height, about["format"])
            picture.colorspace, picture.color_range = about["colours"]
            self._copy(index, about["lines"], [_rows(plane) for plane in picture.planes])
            shown = Shown(index, stamp_of(about["stamp"]), picture)
        except (KeyError, TypeError) as problem:
            raise ValueError(f"not a picture: {about}") from problem
        return shown if self._about(index) == about else None

    def _copy(self, index: int, lines: Sequence[int], planes: Sequence[NDArray[np.uint8]]) -> None:
        shapes = [(rows.shape[0], int(line)) for rows, line in zip(planes, lines, strict=True)]
        for rows, place in zip(planes, self._places(index, shapes), strict=True):
            row = min(rows.shape[1], place.shape[1])
            rows[:, :row] = place[:, :row]

    def _places(self, index: int, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.uint8]]:
        """The planes of a picture, as arrays over the memory."""
        at = _PICTURES + index % SLOTS * MOST_BYTES
        end, places = at + MOST_BYTES, []
        for height, line in shapes:
            if line < 0 or at + height * line > end:
                raise ValueError(f"planes of {shapes} don't fit")
            places.append(np.frombuffer(self._memory, np.uint8, height * line, at).reshape(height, line))
            at += height * line
        return places

    def _about(self, index: int) -> dict[str, Any] | None:
        """What is said of the picture of this number; None once another has its place."""
        at = _NUMBER.size + index % SLOTS * _PLACE
        held, length = _HEAD.unpack_from(self._memory, at)
        if index < 0 or held != index or not 0 < length <= _ABOUT:
            return None
        return dict(json.loads(self._memory[at + _HEAD.size : at + _HEAD.size + length]))


def _described(shown: Shown, planes: Sequence[NDArray[np.uint8]]) -> dict[str, Any]:
    picture = shown.picture
    return {
        "stamp": told_stamp(shown.stamp),
        "size": (picture.width, picture.height),
        "format": picture.format.name,
        "lines": [rows.shape[1] for rows in planes],
        "colours": (int(picture.colorspace), int(picture.color_range)),
    }


def shared_memory() -> int:
    """A file descriptor of memory for `Slots`, which has no name and ends with the processes that hold it."""
    descriptor = os.memfd_create("ngatu-pictures")
    os.ftruncate(descriptor, _BYTES)
    return descriptor


def _rows(plane: "av.video.plane.VideoPlane") -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return whole[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
