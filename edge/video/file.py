"""A video file as a camera: every frame, as fast as requested, the same each time."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import av
import structlog
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from contract.manifest import Clock
from contract.reasons import reason
from contract.types import FIRST_YEAR, LAST_YEAR
from edge.video.boxes import second_recording
from edge.video.camera import SourceHealth
from edge.video.continuity import Outliers
from edge.video.file_clock import Break, FileClock
from edge.video.file_times import UntimedError, with_times
from edge.video.frame import Frame, Stamp, VideoError, frame_of
from edge.video.packet import CODECS, EncodedPacket, Templates
from edge.video.ring import PacketRing
from edge.video.shown import ShownOrder

log = structlog.get_logger(__name__)

RING_SECONDS = 30.0
RING_BYTES = 256 * 1024 * 1024

UNKNOWN_START = datetime(FIRST_YEAR, 1, 2, tzinfo=UTC)
"""Start time of a file without a creation time: obviously not a real time, the same on every replay, and not
the earliest possible: a file may hold frames with negative timestamps."""

_CLOCK = Clock(source="file", uncertainty_ms=0)
_BREAKS_TOLD = 3

_LENGTH_IN_FRONT = ("matroska,webm", "flv")
_DURATION = re.compile(r"(\d+):(\d\d):(\d\d\.\d+)")  # of a stream, as in Matroska files
_CUT_SECONDS = 1.0
"""Seconds a file may be shorter than it states."""


class FileSource:
    """Plays `path` once.

    `start` is the UTC of the first frame; without it the file's `creation_time` tag counts, and without that
    `UNKNOWN_START`. The ring is filled as frames are taken.

    Raises:
        VideoError: not a video, no frame can be decoded, or a codec that can't be recorded.
    """

    def __init__(self, path: Path, start: datetime | None = None, ring_seconds: float = RING_SECONDS) -> None:
        self.path = path
        self.ring = PacketRing(ring_seconds, RING_BYTES)
        self.warning = ""
        """The file's faults, in words, once it is finished (cut off, damaged, broken time)."""
        self._frames = self._spoilt = self._packets_read = 0
        self._damaged: set[int] = set()
        self._stopped = ""
        self._ends_at = 0.0
        self._last: Stamp | None = None
        self._closed = False
        with open_video(path) as container:
            stream = _video_stream(container, path)
            self._start = start or _creation_time(container, stream) or UNKNOWN_START
            self._announced = stream.frames
            self._beyond = _beyond_the_end(stream, path)
            self._promised = _promised_end(container, stream)
            self._fps = float(stream.average_rate or stream.guessed_rate or 25)
            first = self._first_picture(container, stream)
            self.rotation = first.rotation
            """Degrees counter-clockwise by which the pictures must be turned to be upright."""
            self.codec = stream.codec_context.name
            self.reorders = bool(stream.codec_context.has_b_frames)
            """Whether the display order differs from the encoding order."""
            height, width = frame_of(0, Stamp(0.0, self._start, _CLOCK), first, self.rotation).image.shape[:2]
            self.size = (width, height)

    @property
    def start(self) -> datetime:
        """UTC of the first frame."""
        return self._start

    @property
    def fps(self) -> float:
        """Usual pictures a second, according to the file."""
        return self._fps

    @property
    def announced(self) -> int:
        """Number of frames according to the file, for a progress bar: not always true; 0 if it doesn't
        say."""
        return self._announced

    def frames(self) -> Iterator[Frame]:
        """Every frame of the file in the order they are shown; `index` counts from 0.

        A damaged place is skipped, and a file that was cut off yields its remaining frames; both are in
        `warning`.
        """
        self._frames = self._spoilt = self._packets_read = 0
        self._damaged = set()
        self._stopped = ""
        self._ends_at = 0.0
        clock = FileClock(self._start, 1 / self._fps)
        with open_video(self.path) as container:
            stream = _video_stream(container, self.path)
            for stamp, picture in self._pictures(container, stream, clock):
                if self._closed:
                    return
                self._last = stamp
                self._frames += 1
                self._spoilt += picture.is_corrupt
                yield frame_of(self._frames - 1, stamp, picture, self.rotation)
        self._note_what_was_wrong(clock.breaks)

    def health(self) -> SourceHealth:
        """Counts so far; `degraded` when the file turned out damaged."""
        return SourceHealth(
            state="degraded" if self.warning else "online",
            reason=reason("file.damaged", detail=self.warning[:300]) if self.warning else None,
            frames=self._frames,
            damaged=len(self._damaged),
            last_frame_at=self._last.captured_at if self._last else None,
        )

    def close(self) -> None:
        """Ends `frames()` before its next frame."""
        self._closed = True

    def _first_picture(self, container: InputContainer, stream: VideoStream) -> av.VideoFrame:
        for packet in chain(self._packets(container, stream), [None]):
            for picture in _decode(stream, packet) or ():
                return picture
        raise VideoError(f"{self.path}: not one frame can be decoded; record or copy the file again")

    def _pictures(
        self, container: InputContainer, stream: VideoStream, clock: FileClock
    ) -> Iterator[tuple[Stamp, av.VideoFrame]]:
        """Decodes the file, pushing each packet to the ring."""
        templates = Templates(stream, self.rotation)

        def keep(packet: EncodedPacket) -> None:
            if packet.keyframe:
                self.ring.begin(templates.of(packet.data))
            self.ring.push(packet)

        order = ShownOrder(clock, keep)
        for packet, pts in self._timed(container, stream):
            # The packet's number travels through the decoder in place of its PTS, which may repeat.
            number = packet.pts = packet.dts = order.take(
                bytes(packet), packet.is_keyframe, pts, hidden=packet.is_discard
            )
            pictures = _decode(stream, packet)
            if pictures is None:
                order.lost(number)
            if pictures is None or packet.is_corrupt:
                self._damaged.add(number)
            for picture in pictures or ():
                yield order.show(picture.pts, reorders=stream.codec_context.has_b_frames), picture
        for picture in _decode(stream, None) or ():
            yield order.show(picture.pts, reorders=stream.codec_context.has_b_frames), picture
        order.rest()
        self._damaged |= order.not_shown

    def _timed(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple["av.Packet[VideoStream]", float]]:
        """The packets with the display time of each picture, seconds; a single wrong time is corrected."""
        outliers: Outliers[av.Packet[VideoStream]] = Outliers(reordered=self.reorders)
        try:
            for packet, seconds in with_times(self._packets(container, stream), 1 / self._fps):
                self._packets_read += 1
                self._ends_at = max(self._ends_at, seconds)
                for timed in outliers.take(seconds, packet):
                    yield timed.item, timed.pts
        except UntimedError:
            raise VideoError(
                f"{self.path}: its frames carry no time; put it into a container first: "
                f"ffmpeg -i {self.path.name} -c copy {self.path.stem}.mp4"
            ) from None
        for timed in outliers.rest():
            yield timed.item, timed.pts

    def _packets(self, container: InputContainer, stream: VideoStream) -> Iterator["av.Packet[VideoStream]"]:
        try:
            yield from (packet for packet in container.demux(stream) if packet.size)
        except av.error.FFmpegError as error:
            self._stopped = error.strerror or type(error).__name__

    def _note_what_was_wrong(self, breaks: list[Break]) -> None:
        wrong = list(self._missing())
        if wrong:
            wrong.append(f"the {self._frames} frames that could be decoded were used")
        if second_recording(self.path):
            wrong.append(
                "a second recording lies behind the first in the file and was not looked at: join files with "
                "ffmpeg -f concat, not by copying one behind the other"
            )
        if breaks:
            wrong.append(_told(breaks))
        if wrong:
            self.warning = f"{self.path}: {'; '.join(wrong)}"
            log.warning(self.warning)

    def _missing(self) -> Iterator[str]:
        if self._beyond:
            missing = max(self._beyond, self._announced - self._packets_read)
            of = f" of {self._announced}" if self._announced else ""
            yield f"cut off: {missing}{of} frames missing"
        elif self._promised - self._ends_at > _CUT_SECONDS:
            yield f"cut off: it ends at {self._ends_at:.1f} s and says it is {self._promised:.1f} s long"
        if self._damaged:
            yield f"damaged: {len(self._damaged)} packets can't be decoded"
        if self._spoilt:
            yield f"damaged: {self._spoilt} of the pictures are not whole"
        if self._stopped:
            yield f"reading stopped: {self._stopped}"


def _told(breaks: list[Break]) -> str:
    places = [f"at {place.t:.2f} s by {place.ahead:+,.2f} s" for place in breaks[:_BREAKS_TOLD]]
    more = f" and {len(breaks) - _BREAKS_TOLD} times more" if len(breaks) > _BREAKS_TOLD else ""
    return (
        f"its time jumps {', '.join(places)}{more}: what comes after is taken for another recording, nothing "
        "is followed or shown across"
    )


def open_video(path: Path) -> InputContainer:
    """The file's container. Raises VideoError: it is not a video, or not a file."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise VideoError(f"{path}: a pipe or a device, not a file: save the video first")
    # With its scheme: FFmpeg would take the part of a name before a colon for a protocol.
    address = f"file:{path}"
    options = {"fflags": "+genpts", "correct_ts_overflow": "0"}
    try:
        return av.open(address, "r", options=options, metadata_errors="replace")
    except IsADirectoryError:
        raise VideoError(f"{path}: a folder, not a video file") from None
    except FileNotFoundError:
        raise VideoError(f"{path}: no such file") from None
    except PermissionError:
        raise VideoError(f"{path}: may not be read; check its permissions") from None
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(
            f"{path}: not a video that can be read ({getattr(error, 'strerror', None) or error}); it "
            "may have been cut off before its index was written: record or copy it again"
        ) from error


def _decode(stream: VideoStream, packet: "av.Packet[VideoStream] | None") -> list[av.VideoFrame] | None:
    """The decoded pictures; None if the packet is damaged. Without a packet: those held back."""
    try:
        return stream.codec_context.decode(packet)
    except av.error.FFmpegError:
        return None


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    if container.format.name == "image2" or container.format.name.endswith("_pipe"):
        raise VideoError(f"{path}: a picture, not a video; `ngatu see` and `ngatu read` look at pictures")
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise VideoError(f"{path}: holds no video stream")
    stream = moving[0]
    if stream.codec_context is None or stream.codec_context.name not in CODECS:
        name = stream.codec_context.name if stream.codec_context else "unknown"
        raise VideoError(
            f"{path}: codec {name} is not supported ({', '.join(CODECS)} are); convert it: "
            f"ffmpeg -i {path.name} -c:v libx264 {path.stem}-h264.mp4"
        )
    # One thread: with several, the look of a damaged place could differ from run to run.
    stream.codec_context.thread_count = 1
    return stream


def _beyond_the_end(stream: VideoStream, path: Path) -> int:
    """Number of frames the file's index places beyond the file's end: it was cut off."""
    size = path.stat().st_size
    return sum(1 for entry in stream.index_entries if entry.pos + entry.size > size)


def _promised_end(container: InputContainer, stream: VideoStream) -> float:
    """The end of the pictures in seconds, if the file states it at its beginning; otherwise 0.0."""
    if container.format.name not in _LENGTH_IN_FRONT:
        return 0.0
    if match := _DURATION.fullmatch(stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = map(float, match.groups())
        return 3600 * hours + 60 * minutes + seconds
    alone = len(container.streams) == 1
    return (container.duration or 0) / av.time_base if alone else 0.0


def _creation_time(container: InputContainer, stream: VideoStream) -> datetime | None:
    tag = container.metadata.get("creation_time") or stream.metadata.get("creation_time")
    try:
        made = datetime.fromisoformat(tag) if tag else None
    except ValueError:
        return None
    if made is None or not FIRST_YEAR < made.year < LAST_YEAR:
        return None
    return made.replace(tzinfo=made.tzinfo or UTC)
