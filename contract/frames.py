"""Do the pictures of a package come from its clip? The clip is decoded again and each is looked for in it.

A picture's frame is named by its PTS and number (`ClipFrame`). What it shows must be what that frame shows,
but for what JPEG and scaling change: the means of small blocks of the brightness, of which neither changes
much, while anything that stands elsewhere does. Who can't name a frame (packages of version 1, pictures from
before the clip) has nothing to prove here.

The clip is somebody's bytes: it is decoded in one thread, within a number of pixels and never past the last
frame that is named.
"""

import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from contract.manifest import ClipFrame, EvidenceFile, ViolationManifest
from contract.reasons import Reason, Value, reason

TOLERANCE = 8.0
"""Grey levels (of 255) by which the mean of a block may differ; JPEG and scaling change it by 1."""

BLOCK = 8
"""Pixels: the side of a block, that of JPEG's own."""

MOST_PIXELS = 40_000_000
"""Of one picture."""

MOST_DECODED = 20_000_000_000
"""Pixels of all decoded frames together: two minutes of 25 pictures of 6 megapixels a second."""

_Image = NDArray[np.uint8]


class FrameError(ValueError):
    """A picture is not the frame it is said to be, or it can't be told; `reason` is the code with values."""

    def __init__(self, why: Reason, words: str) -> None:
        super().__init__(words)
        self.reason = why


@dataclass(frozen=True)
class Picture:
    """A picture of a package as encoded bytes, and the frame and part of it that it is said to be."""

    name: str
    data: bytes
    frame: ClipFrame
    crop: tuple[int, int, int, int] | None = None


def takes(manifest: ViolationManifest) -> list[tuple[EvidenceFile | None, tuple[EvidenceFile, ...]]]:
    """The pictures of a package that name a frame, by camera, each with the clip they name it of (None: there
    is none)."""
    found = []
    for camera in dict.fromkeys(file.camera for file in manifest.files):
        files = [file for file in manifest.files if file.camera == camera]
        clip = next((file for file in files if file.role == "clip"), None)
        if named := tuple(file for file in files if file.frame is not None):
            found.append((clip, named))
    return found


def prove(clip: bytes, pictures: Sequence[Picture]) -> None:
    """Finds every picture in the clip, in the frame it names.

    Raises:
        FrameError: `frames.clip_unreadable`, `frames.too_large`, `frames.no_such_frame`,
            `frames.picture_unreadable` or `frames.another_frame`.
    """
    try:
        with _open(clip) as container:
            shown = _shown_times(container)
        waiting: dict[int, list[Picture]] = defaultdict(list)
        for picture in pictures:
            waiting[_named(picture, shown)].append(picture)
        with _open(clip) as container:
            for pts, image in _decoded(container, waiting):
                for picture in waiting.pop(pts):
                    _compare(picture, image)
                if not waiting:
                    return
    except FrameError:
        raise
    except (av.error.FFmpegError, cv2.error, ValueError) as problem:
        raise _fault("clip_unreadable", f"the clip can't be decoded: {problem}") from problem
    name = next(iter(waiting.values()))[0].name
    raise _fault("clip_unreadable", f"{name}: its frame of the clip can't be decoded", file=name)


def pictures_of(clip: bytes, wanted: Collection[ClipFrame]) -> dict[ClipFrame, NDArray[np.uint8]]:
    """These frames of the clip, BGR and upright, as whoever checks the package will see them; one that can't
    be decoded is left out."""
    found: dict[ClipFrame, _Image] = {}
    try:
        with _open(clip) as container:
            shown = _shown_times(container)
        frames = {shown[named.pts * Fraction(*named.time_base)][0]: named for named in wanted}
        with _open(clip) as container:
            for pts, image in _decoded(container, frames):
                found[frames[pts]] = image
                if len(found) == len(frames):
                    break
    except (av.error.FFmpegError, KeyError, ValueError):
        return found
    return found


def _open(clip: bytes) -> InputContainer:
    container = av.open(io.BytesIO(clip), "r", metadata_errors="replace")
    if not container.streams.video:
        raise ValueError("it holds no video")
    context = container.streams.video[0].codec_context
    context.thread_count = 1
    context.options = {"max_pixels": str(MOST_PIXELS)}
    return container


def _shown_times(container: InputContainer) -> dict[Fraction, tuple[int, int]]:
    """(PTS, number in the order they are shown) of each frame by its time in seconds; those that an edit list
    puts before the beginning are decoded for the others' sake and not shown."""
    stream = container.streams.video[0]
    packets = (packet for packet in container.demux(stream) if packet.size and not packet.is_discard)
    times = {packet.pts for packet in packets if packet.pts is not None}
    if stream.time_base is None or not times:
        raise ValueError("its frames carry no time")
    return {pts * stream.time_base: (pts, number) for number, pts in enumerate(sorted(times))}


def _named(picture: Picture, shown: Mapping[Fraction, tuple[int, int]]) -> int:
    """The PTS, in the clip's own units, of the frame that a picture names."""
    named = picture.frame
    pts, number = shown.get(named.pts * Fraction(*named.time_base), (0, None))
    if number != named.number:
        words = f"{picture.name} is said to be frame {named.number} of the clip, which has none at that time"
        raise _fault("no_such_frame", words, file=picture.name, number=named.number)
    return pts


def _decoded(container: InputContainer, wanted: Mapping[int, object]) -> Iterator[tuple[int, _Image]]:
    """The wanted frames with their PTS, upright, in BGR."""
    pixels = 0
    for frame in container.decode(video=0):
        pixels += frame.width * frame.height
        if pixels > MOST_DECODED:
            raise _fault("too_large", "the clip has more pixels than are looked at")
        if frame.pts is not None and frame.pts in wanted:
            image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            yield frame.pts, np.rot90(image, round(frame.rotation / 90) % 4)


def _compare(picture: Picture, image: _Image) -> None:
    still = _still(picture)
    if picture.crop is not None:
        x1, y1, x2, y2 = picture.crop
        image = image[y1:y2, x1:x2]
    if not image.size:
        raise _fault("another_frame", f"{picture.name} shows a part outside the clip", file=picture.name)
    off = _difference(still, image)
    if off > TOLERANCE:
        number = picture.frame.number
        words = f"{picture.name} is not frame {number} of the clip: it differs by {off:.0f} grey levels"
        raise _fault("another_frame", words, file=picture.name, number=number, grey_levels=round(off))


def _difference(still: _Image, image: _Image) -> float:
    """The largest difference between the brightness of the same block of both, in grey levels."""
    height, width = still.shape[:2]
    if image.shape[:2] != (height, width):
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    blocks = max(1, width // BLOCK), max(1, height // BLOCK)
    ours, theirs = (
        cv2.resize(
            cv2.cvtColor(np.ascontiguousarray(one), cv2.COLOR_BGR2GRAY), blocks, interpolation=cv2.INTER_AREA
        )
        for one in (still, image)
    )
    return float(cv2.absdiff(ours, theirs).max())


def _still(picture: Picture) -> _Image:
    width, height = _jpeg_size(picture.data)
    if not 0 < width * height <= MOST_PIXELS:
        raise _fault("picture_unreadable", f"{picture.name} is no JPEG of a usual size", file=picture.name)
    image = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise _fault("picture_unreadable", f"{picture.name} can't be decoded", file=picture.name)
    return np.asarray(image, np.uint8)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """(width, height) as the frame header says, before anything is decoded; (0, 0) of what is no JPEG."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in _NOT_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return 0, 0


_NOT_FRAMES = (0xC4, 0xC8, 0xCC)  # tables that share the numbers of JPEG's frame headers


def _fault(code: str, words: str, **values: Value) -> FrameError:
    return FrameError(reason(f"frames.{code}", **values), words)
