"""A video file as a camera: every frame, as fast as it is wanted, the same each time."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from contract.messages import Clock
from edge.video.camera import SourceHealth
from edge.video.frame import Frame, Stamp, VideoError, frame_of
from edge.video.packet import CODECS, EncodedPacket, make_template
from edge.video.ring import PacketRing

log = logging.getLogger(__name__)

RING_SECONDS = 30.0
RING_BYTES = 256 * 1024 * 1024

UNKNOWN_START = datetime(1970, 1, 1, tzinfo=UTC)
"""Start of a file that does not say when it was made: plainly not a real time, the same on every replay."""

_CLOCK = Clock(source="file", uncertainty_ms=0)


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
        """What was wrong with the file, in words, once it has been noticed (cut off, damaged)."""
        self._frames = self._damaged = 0
        self._last: Stamp | None = None
        self._closed = False
        with _open(path) as container:
            stream = _video_stream(container, path)
            self._start = start or _creation_time(container, stream) or UNKNOWN_START
            self._announced = stream.frames
            self._fps = float(stream.average_rate or stream.guessed_rate or 25)
            first = self._first_picture(container, stream)
            self._first_pts = first.pts or 0
            self._rotation = first.rotation
            height, width = frame_of(0, self._stamp(0.0), first, self._rotation).image.shape[:2]
            self.size = (width, height)

    @property
    def start(self) -> datetime:
        """UTC of the first frame."""
        return self._start

    @property
    def fps(self) -> float:
        """Usual pictures a second, as the file says."""
        return self._fps

    @property
    def announced(self) -> int:
        """Frames the file says it has; 0 when it doesn't say."""
        return self._announced

    def frames(self) -> Iterator[Frame]:
        """Every frame of the file in order; `index` counts from 0.

        A damaged place is passed over, and a file that was cut off gives what it has; both are in `warning`.
        """
        self._frames = self._damaged = 0
        with _open(self.path) as container:
            stream = _video_stream(container, self.path)
            for stamp, picture in self._pictures(container, stream):
                if self._closed:
                    return
                self._last = stamp
                self._frames += 1
                yield frame_of(self._frames - 1, stamp, picture, self._rotation)
        self._note_what_is_missing()

    def health(self) -> SourceHealth:
        """Counts so far; `degraded` when the file turned out damaged."""
        return SourceHealth(
            state="degraded" if self.warning else "online",
            reason=self.warning,
            frames=self._frames,
            damaged=self._damaged,
            last_frame_at=self._last.captured_at if self._last else None,
        )

    def close(self) -> None:
        """Ends `frames()` before its next frame."""
        self._closed = True

    def _first_picture(self, container: InputContainer, stream: VideoStream) -> av.VideoFrame:
        for packet in _packets(container, stream):
            for picture in self._decode(stream, packet):
                return picture
        raise VideoError(f"{self.path}: not one frame can be decoded; record or copy the file again")

    def _pictures(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple[Stamp, av.VideoFrame]]:
        """Decodes the file, pushing each packet to the ring on its way."""
        stamps: list[Stamp] = []
        begun = False
        newest = -1.0
        for packet in _packets(container, stream):
            if packet is not None:
                stamps.append(self._stamp_of(packet, stream))
                data = bytes(packet)
                if packet.is_keyframe and not begun:
                    self.ring.begin(make_template(stream, data, self._rotation))
                    begun = True
                self.ring.push(EncodedPacket(data, packet.is_keyframe, stamps[-1]))
                # The packet's number travels through the decoder in place of its PTS, which may repeat.
                packet.pts = packet.dts = len(stamps) - 1
            for picture in self._decode(stream, packet):
                stamp = stamps[picture.pts if picture.pts is not None else -1]
                if stamp.t > newest:
                    newest = stamp.t
                    yield stamp, picture

    def _decode(self, stream: VideoStream, packet: "av.Packet[VideoStream] | None") -> list[av.VideoFrame]:
        try:
            return stream.codec_context.decode(packet)
        except av.error.InvalidDataError:
            self._damaged += 1
            return []

    def _stamp_of(self, packet: "av.Packet[VideoStream]", stream: VideoStream) -> Stamp:
        pts = packet.pts if packet.pts is not None else packet.dts
        if pts is None or stream.time_base is None:
            raise VideoError(
                f"{self.path}: its frames carry no time; put it into a container first: "
                f"ffmpeg -i {self.path.name} -c copy {self.path.stem}.mp4"
            )
        return self._stamp(float((pts - self._first_pts) * stream.time_base))

    def _stamp(self, t: float) -> Stamp:
        return Stamp(t, self._start + timedelta(seconds=t), _CLOCK)

    def _note_what_is_missing(self) -> None:
        missing = self._announced - self._frames
        if self._damaged or missing > 0:
            self.warning = (
                f"{self.path}: cut off or damaged: {max(0, missing)} of {self._announced} frames missing, "
                f"{self._damaged} packets damaged; the {self._frames} frames that could be decoded were used"
            )
            log.warning("%s", self.warning)


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path), "r", options={"fflags": "+genpts"})
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


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    if not container.streams.video:
        raise VideoError(f"{path}: holds no video stream")
    stream = container.streams.video[0]
    if stream.codec_context is None or stream.codec_context.name not in CODECS:
        name = stream.codec_context.name if stream.codec_context else "unknown"
        raise VideoError(
            f"{path}: codec {name} is not supported ({', '.join(CODECS)} are); convert it: "
            f"ffmpeg -i {path.name} -c:v libx264 {path.stem}-h264.mp4"
        )
    # One thread: with several, what a damaged place looks like could differ from run to run.
    stream.codec_context.thread_count = 1
    return stream


def _packets(container: InputContainer, stream: VideoStream) -> Iterator["av.Packet[VideoStream] | None"]:
    """The packets of the stream, then None (which makes a decoder hand out what it holds back)."""
    try:
        yield from (packet for packet in container.demux(stream) if packet.size)
    except av.error.FFmpegError as error:
        log.warning("%s: reading stopped: %s", container.name, error.strerror)
    yield None


def _creation_time(container: InputContainer, stream: VideoStream) -> datetime | None:
    tag = container.metadata.get("creation_time") or stream.metadata.get("creation_time")
    try:
        made = datetime.fromisoformat(tag) if tag else None
    except ValueError:
        return None
    if made is None or made <= UNKNOWN_START.replace(tzinfo=made.tzinfo):
        return None
    return made.replace(tzinfo=made.tzinfo or UTC)
