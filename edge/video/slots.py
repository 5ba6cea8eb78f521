"""Decoded pictures in memory shared by two processes: one writes requested pictures, the other reads them.

Only a picture that the reader requested is copied: most of a stream is never analysed. Neither waits for the
other. Pictures go into two slots in turn; a slot states which of them it holds, and nothing while it is being
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
"""One is read while the other is written: reading is faster than the next request."""

MOST_BYTES = 3840 * 2160 * 3
"""Most bytes of one picture; memory never written to is never allocated."""

_ABOUT = 1024
"""Bytes of the picture's description in a slot, preceded by its number and length."""

_NOTHING = -1
_NUMBER = struct.Struct("=q")
_HEAD = struct.Struct("=qi")
_PLACE = _HEAD.size + _ABOUT
_WRITTEN, _WANTED, _PLACES = 0, _NUMBER.size, 2 * _NUMBER.size
_PICTURES = mmap.PAGESIZE * 2
_BYTES = _PICTURES + SLOTS * MOST_BYTES


@dataclass(frozen=True)
class Shown:
    """A picture of a camera: its number among all decoded ones, and its stamp."""

    index: int
    stamp: Stamp
    picture: av.VideoFrame


class Slots:
    """The memory behind a file descriptor, for either side."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _BYTES)

    def ask(self) -> None:
        """The reader requests the next picture."""
        _NUMBER.pack_into(self._memory, _WANTED, 1)

    @property
    def asked(self) -> bool:
        """Whether a picture is requested that is not written yet."""
        return bool(_NUMBER.unpack_from(self._memory, _WANTED)[0])

    def write(self, shown: Shown) -> None:
        """Writes a picture over an older one. Raises VideoError: too large."""
        picture = shown.picture
        planes = [_rows(plane) for plane in picture.planes]
        if sum(rows.size for rows in planes) > MOST_BYTES:
            raise VideoError(f"a picture of {picture.width}×{picture.height} is too large to look at")
        # Before copying: a request made meanwhile is for a newer one.
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
        """Number of pictures written."""
        (number,) = _NUMBER.unpack_from(self._memory, _WRITTEN)
        return int(number)

    def newest(self) -> tuple[int, Stamp] | None:
        """Number and stamp of the newest picture, if there is one. Raises ValueError as `read`."""
        found = self._about(self.written - 1)
        return (int(found["index"]), stamp_of(found["stamp"])) if found else None

    def read(self, written: int) -> Shown | None:
        """A copy of the picture that was the newest when so many were `written`; None if it was overwritten
        since.

        Raises:
            ValueError: the picture's description is invalid.
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
        """The planes of the `number`-th picture, as arrays over the memory."""
        at = _PICTURES + number % SLOTS * MOST_BYTES
        end, places = at + MOST_BYTES, []
        for height, line in shapes:
            if line < 0 or at + height * line > end:
                raise ValueError(f"planes of {shapes} don't fit")
            places.append(np.frombuffer(self._memory, np.uint8, height * line, at).reshape(height, line))
            at += height * line
        return places

    def _about(self, number: int) -> dict[str, Any] | None:
        """The description of the `number`-th picture; None once it is overwritten."""
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
    """A file descriptor of anonymous memory for `Slots`, freed when the processes that hold it end."""
    descriptor = os.memfd_create("ngatu-pictures")
    os.ftruncate(descriptor, _BYTES)
    return descriptor


def _rows(plane: "av.video.plane.VideoPlane") -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    return whole[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
