"""Do the pictures of a package come from its clip? The clip is decoded again and each picture is compared
with it.

A picture's frame is named by its PTS and number (`ClipFrame`). The picture must show the content of that
frame, apart from changes by JPEG and scaling: compared are the means of small blocks of brightness and
colour, which those hardly change, while a moved object or another lamp colour does. It must have been taken
when the clip shows it. Packages that can't name a frame (version 1, pictures from before the clip) have
nothing to prove here.

The clip is untrusted data: it is decoded in one thread, within a number of pixels and never past the last
named frame.
"""

import io
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import av
import cv2
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from contract.manifest import ClipFrame, EvidenceFile, ViolationManifest
from contract.reasons import Reason, Value, reason
from contract.types import FileRole

TOLERANCE = 8.0
"""Grey levels (of 255) by which the mean of a block may differ; JPEG and scaling change it by 1."""

BLOCK = 8
"""Side of a block in pixels, the same as JPEG's."""

COLOUR_TOLERANCE, COLOUR_BLOCK = 16.0, 16
"""The same for colours, whatever their brightness (Cr and Cb of JPEG, stored at half the size)."""

MOST_PIXELS = 40_000_000
"""Most pixels of one picture."""

MOST_DECODED = 20_000_000_000
"""Most pixels of all decoded frames together: two minutes of 25 pictures of 6 megapixels a second."""

TIME_TOLERANCE = timedelta(seconds=5)
"""Most difference between a picture's time and the clip's: a camera's clock may be set while it records."""

_DAMAGED = "evidence.picture_damaged"
_ORDER: tuple[FileRole, ...] = ("before", "over", "continuing")

_Image = NDArray[np.uint8]


class FrameError(ValueError):
    """A picture is not the frame it claims to be, or that can't be checked; `reason` is the code with
    values."""

    def __init__(self, why: Reason, words: str) -> None:
        super().__init__(words)
        self.reason = why


@dataclass(frozen=True)
class Picture:
    """A picture of a package as encoded bytes, with the frame and part of it that it claims to be."""

    name: str
    data: bytes
    frame: ClipFrame
    crop: tuple[int, int, int, int] | None = None
    captured_at: datetime | None = None


def check_told(manifest: ViolationManifest) -> None:
    """A package's data about its pictures must be consistent: they are in the order of the clip, and that of
    the violation names its frame and was taken at the time of the violation.

    Raises:
        FrameError: `frames.wrong_order`, `frames.not_named` or `frames.wrong_time`.
    """
    pictures = {file.role: file for file in manifest.own_files}
    if not any(file.frame is not None for file in manifest.own_files):
        return
    in_order = [pictures[role] for role in _ORDER if role in pictures]
    numbered = [(file.frame.number, file.name) for file in in_order if file.frame is not None]
    for (number, earlier), (next_number, later) in pairwise(numbered):
        if number > next_number:
            words = f"{earlier} comes after {later} in the clip"
            raise _fault("wrong_order", words, file=earlier, other=later)
    act = pictures.get("over")
    if act is None:
        return
    if act.frame is None and _DAMAGED not in manifest.flags:
        raise _fault("not_named", f"{act.name} names no frame of the clip", file=act.name)
    if abs(act.captured_at - manifest.occurred_at) > TIME_TOLERANCE:
        raise _wrong_time(act.name)


def takes(manifest: ViolationManifest) -> list[tuple[EvidenceFile | None, tuple[EvidenceFile, ...]]]:
    """The pictures of a package that name a frame, by camera, each with its clip (None: there is none)."""
    found = []
    for camera in dict.fromkeys(file.camera for file in manifest.files):
        files = [file for file in manifest.files if file.camera == camera]
        clip = next((file for file in files if file.role == "clip"), None)
        if named := tuple(file for file in files if file.frame is not None):
            found.append((clip, named))
    return found


def prove(clip: bytes, pictures: Sequence[Picture], began: datetime | None = None) -> None:
    """Checks every picture against the frame of the clip it names; `began`: start time given for the clip.

    Raises:
        FrameError: `frames.clip_unreadable`, `frames.too_large`, `frames.no_such_frame`,
            `frames.wrong_time`, `frames.picture_unreadable` or `frames.another_frame`.
    """
    try:
        with _open(clip) as container:
            shown = _shown_times(container)
        _check_times(pictures, began, float(min(shown)))
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
    """These frames of the clip, BGR and upright, as the verification will see them; undecodable ones are left
    out."""
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
    if len(container.streams.video) != 1:  # of several, another might be the one that players show
        raise ValueError(f"it holds {len(container.streams.video)} videos")
    context = container.streams.video[0].codec_context
    context.thread_count = 1
    context.options = {"max_pixels": str(MOST_PIXELS)}
    return container


def _shown_times(container: InputContainer) -> dict[Fraction, tuple[int, int]]:
    """(PTS, index in display order) of each frame by its time in seconds; frames that an edit list places
    before the beginning are only decoded for others and not shown."""
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


def _check_times(pictures: Sequence[Picture], began: datetime | None, first: float) -> None:
    """Each picture must be taken when the clip shows it; `first`: time of the clip's first frame in it."""
    for picture in pictures:
        if began is None or picture.captured_at is None:
            continue
        shown = float(picture.frame.pts * Fraction(*picture.frame.time_base))
        if abs(picture.captured_at - began - timedelta(seconds=shown - first)) > TIME_TOLERANCE:
            raise _wrong_time(picture.name)


def _wrong_time(name: str) -> FrameError:
    return _fault("wrong_time", f"{name} was not taken when the clip shows it", file=name)


def _compare(picture: Picture, image: _Image) -> None:
    still = _still(picture)
    if picture.crop is not None:
        x1, y1, x2, y2 = picture.crop
        image = image[y1:y2, x1:x2]
    if not image.size:
        raise _fault("another_frame", f"{picture.name} shows a part outside the clip", file=picture.name)
    brightness, colour = _differences(still, image)
    _check_same(picture, "grey_levels", "grey levels", brightness, TOLERANCE)
    _check_same(picture, "colour", "levels of colour", colour, COLOUR_TOLERANCE)


def _check_same(picture: Picture, name: str, unit: str, difference: float, most: float) -> None:
    if difference > most:
        number, levels = picture.frame.number, round(difference)
        words = f"{picture.name} is not frame {number} of the clip: it differs by {levels} {unit}"
        raise _fault("another_frame", words, file=picture.name, number=number, **{name: levels})


def _differences(still: _Image, image: _Image) -> tuple[float, float]:
    """The largest differences of the same block of both, in brightness and in colour."""
    height, width = still.shape[:2]
    if image.shape[:2] != (height, width):
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    ours, theirs = (cv2.cvtColor(np.ascontiguousarray(one), cv2.COLOR_BGR2YCrCb) for one in (still, image))
    brightness = cv2.absdiff(_means(ours[:, :, 0], BLOCK), _means(theirs[:, :, 0], BLOCK))
    colour = cv2.absdiff(_means(ours, COLOUR_BLOCK), _means(theirs, COLOUR_BLOCK))[:, :, 1:]
    return float(brightness.max()), float(colour.max())


def _means(image: NDArray[Any], side: int) -> _Image:
    """The means of blocks of this side."""
    height, width = image.shape[:2]
    blocks = max(1, width // side), max(1, height // side)
    return np.asarray(cv2.resize(image, blocks, interpolation=cv2.INTER_AREA), np.uint8)


def _still(picture: Picture) -> _Image:
    width, height = _jpeg_size(picture.data)
    if not 0 < width * height <= MOST_PIXELS:
        raise _fault("picture_unreadable", f"{picture.name} is no JPEG of a usual size", file=picture.name)
    image = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise _fault("picture_unreadable", f"{picture.name} can't be decoded", file=picture.name)
    return np.asarray(image, np.uint8)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """(width, height) from the frame header, before decoding; (0, 0) if it is not a JPEG."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in _NOT_FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + length
    return 0, 0


_NOT_FRAMES = (0xC4, 0xC8, 0xCC)  # tables whose markers are in the range of JPEG's frame headers


def _fault(code: str, words: str, **values: Value) -> FrameError:
    return FrameError(reason(f"frames.{code}", **values), words)
