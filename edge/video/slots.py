"""Decoded pictures in memory that two processes share: one writes what was asked for, the other reads it.

Only a picture that the reader asked for is copied: most of a stream is never looked at. Neither waits for the
other. Pictures go into two places in turn; a place says which of them it holds, and nothing while it is
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

SLOTS = 2
"""One that is read while the other is written: more are never asked for in the time that reading takes."""

MOST_BYTES = 3840 * 2160 * 3
"""Of one picture; memory that no picture reaches is never taken."""

_ABOUT = 1024
"""Bytes of what is said about the picture in a place; before them its number and their length."""

_NOTHING = -1
_NUMBER = struct.Struct("=q")
_HEAD = struct.Struct("=qi")
_PLACE = _HEAD.size + _ABOUT
_WRITTEN, _WANTED, _PLACES = 0, _NUMBER.size, 2 * _NUMBER.size
_PICTURES = mmap.PAGESIZE * 2
_BYTES = _PICTURES + SLOTS * MOST_BYTES


@dataclass(frozen=True)
class Shown:
    """A picture of a camera: its number among all that were decoded, and when it was taken."""

    index: int
    stamp: Stamp
    picture: av.VideoFrame


class Slots:
    """The memory behind a file descriptor, on either side."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _BYTES)

    def ask(self) -> None:
        """The reader wants the next picture there is."""
        _NUMBER.pack_into(self._memory, _WANTED, 1)

    @property
    def asked(self) -> bool:
        """Whether a picture is wanted that is not written yet."""
        return bool(_NUMBER.unpack_from(self._memory, _WANTED)[0])

    def write(self, shown: Shown) -> None:
        """Puts a picture in the place of an older one. Raises VideoError: too large."""
        picture = shown.picture
        planes = [_rows(plane) for plane in picture.planes]
        if sum(rows.size for rows in planes) > MOST_BYTES:
            raise VideoError(f"a picture of {picture.width}×{picture.height} is too large to look at")
        # Before it is copied: who asks meanwhile wants a newer one.
        _NUMBER.pack_into(self._memory, _WANTED, 0)
        about = json.dumps(_described(shown, planes)).encode()
        number = self.written
        at = _PLACES + number % SLOTS * _PLACE
        _HEAD.pack_into(self._memory, at, _NOTHING, len(about))
        self._memory[at + _HEAD.size : at + _HEAD.size + len(about)] = about
        places = self._places(number, [rows.shape for rows in planes])
        for rows, place in zip(planes, places, strict=True):
            place[:] = rows
        _NUMBER.pack_into(self._memory, at, number)
        _NUMBER.pack_into(self._memory, _WRITTEN, number + 1)

    @property
    def written(self) -> int:
        """How many pictures were written."""
        (number,) = _NUMBER.unpack_from(self._memory, _WRITTEN)
        return int(number)

    def newest(self) -> tuple[int, Stamp] | None:
        """Number and stamp of the newest picture, where there is one. Raises ValueError as `read`."""
        found = self._about(self.written - 1)
        return (int(found["index"]), stamp_of(found["stamp"])) if found else None

    def read(self, written: int) -> Shown | None:
        """A copy of the picture that was the newest when so many were `written`; None where another has its
        place by now.

        Raises:
            ValueError: what is said of the picture can't be.
        """
        number = written - 1
        if (about := self._about(number)) is None:
            return None
        try:
            width, height = about["size"]
            picture = av.VideoFrame(width, height, about["format"])
            picture.colorspace, picture.color_range = about["colours"]
            self._copy(number, about["lines"], [_rows(plane) for plane in picture.planes])
            shown = Shown(int(about["index"]), stamp_of(about["stamp"]), picture)
        except (KeyError, TypeError) as problem:
            raise ValueError(f"not a picture: {about}") from problem
        return shown if self._about(number) == about else None

    def _copy(self, number: int, lines: Sequence[int], planes: Sequence[NDArray[np.uint8]]) -> None:
        shapes = [(rows.shape[0], int(line)) for rows, line in zip(planes, lines, strict=True)]
        for rows, place in zip(planes, self._places(number, shapes), strict=True):
            row = min(rows.shape[1], place.shape[1])
            rows[:, :row] = place[:, :row]

    def _places(self, number: int, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.uint8]]:
        """The planes of the picture that was or is written as the `number`-th, as arrays over the memory."""
        at = _PICTURES + number % SLOTS * MOST_BYTES
        end, places = at + MOST_BYTES, []
        for height, line in shapes:
            if line < 0 or at + height * line > end:
                raise ValueError(f"planes of {shapes} don't fit")
            places.append(np.frombuffer(self._memory, np.uint8, height * line, at).reshape(height, line))
            at += height * line
        return places

    def _about(self, number: int) -> dict[str, Any] | None:
        """What is said of the picture written as the `number`-th; None once another has its place."""
        at = _PLACES + number % SLOTS * _PLACE
        held, length = _HEAD.unpack_from(self._memory, at)
        if number < 0 or held != number or not 0 < length <= _ABOUT:
            return None
        return dict(json.loads(self._memory[at + _HEAD.size : at + _HEAD.size + length]))


def _described(shown: Shown, planes: Sequence[NDArray[np.uint8]]) -> dict[str, Any]:
    picture = shown.picture
    return {
        "index": shown.index,
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
