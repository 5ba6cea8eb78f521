"""One stream of a live camera, read for ever: connect, read, reconnect after each loss.

The thread here is the only one that ever touches its container: closing a container while another thread
reads from it crashes the process. The end of the packets, which FFmpeg reports without any error, is a lost
connection.
"""

import logging
import random
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Protocol

import av
import structlog
from av.container import InputContainer
from av.video.stream import VideoStream

from configs.words import say
from contract.reasons import Reason, reason
from edge.video.continuity import OUTLIER, Outliers
from edge.video.frame import Stamp, VideoError
from edge.video.packet import CODECS, EncodedPacket, Template, Templates
from edge.video.redact import redact
from edge.video.stream_clock import Arrival, StreamClock, WallClocks

log = structlog.get_logger(__name__)

OPEN_TIMEOUT = 5.0
READ_TIMEOUT = 3.0
"""Seconds; FFmpeg needs about twice the read timeout to notice a silent camera."""

_OPTIONS = {"rtsp_transport": "tcp", "analyzeduration": "1000000"}
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 8.0
_BUFFERED = 0.005  # seconds: a packet that arrived faster had been read ahead
_WAITS = 3  # a single wait may be due to the processor, not the network
_MOST_HELD = 500
_IN_DECODER = 64
_MOMENT = 0.001
_USUAL_RATE = 25.0


def backoff(failures: int, rng: random.Random) -> float:
    """Seconds to wait before the next attempt after `failures` in a row.

    Doubles from half a second to 8, so that a camera that is back gives pictures within 10 s; half of it is
    random, so that the cameras of a junction don't all reconnect at once after a power cut.
    """
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(failures, 10))
    return longest * rng.uniform(0.5, 1.0)


class PacketSink(Protocol):
    """Destination of a stream's packets; see `edge.video.ring.PacketRing`."""

    def begin(self, template: Template) -> None: ...

    def push(self, packet: EncodedPacket) -> None: ...


CONNECTING, CONNECTED = reason("stream.connecting"), reason("stream.connected")


@dataclass(frozen=True)
class ReaderStatus:
    """State of a reader: `reason` is why it is not connected; `last_arrival` is monotonic."""

    connected: bool = False
    reason: Reason = CONNECTING
    connections: int = 0
    damaged: int = 0
    last_arrival: float | None = None


class StreamReader:
    """Reads `url` in its own thread from `start()` to `stop()`.

    Packets go to `sink`; with `on_picture`, each is decoded and the picture passed on with its stamp, on the
    reader's thread. Either may be omitted.
    """

    def __init__(
        self,
        url: str,
        clock: StreamClock,
        clocks: WallClocks,
        rng: random.Random,
        sink: PacketSink | None = None,
        on_picture: Callable[[Stamp, av.VideoFrame], None] | None = None,
    ) -> None:
        self.name = redact(url)
        self._url = url
        self._clock = clock
        self._clocks = clocks
        self._rng = rng
        self._sink = sink
        self._on_picture = on_picture
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connected = False
        self._reason = CONNECTING
        self._connections = self._damaged = 0
        self._last_arrival: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"camera {self.name}", daemon=True)

    def start(self) -> None:
        """Starts to read."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; it does at its next packet or timeout, and closes its container itself."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Waits for the thread to end; False if it has not within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def status(self) -> ReaderStatus:
        """A consistent view of the counters, from any thread."""
        with self._lock:
            return ReaderStatus(
                self._connected, self._reason, self._connections, self._damaged, self._last_arrival
            )

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            before = self._connections
            why = self._attempt()
            failures = 0 if self._connections > before else failures + 1
            self._note_loss(why, worth_a_warning=failures <= 1)
            self._stopping.wait(backoff(failures, self._rng))

    def _note_loss(self, why: Reason, worth_a_warning: bool) -> None:
        with self._lock:
            self._connected, self._reason = False, why
        if not self._stopping.is_set():
            level = logging.WARNING if worth_a_warning else logging.DEBUG
            log.log(level, "stream interrupted", stream=self.name, why=say(why, "en"))

    def _attempt(self) -> Reason:
        """One connection from opening to its end; returns why it ended, without secrets."""
        began = self._clocks.monotonic()
        try:
            self._read_connection()
        except av.error.FFmpegError as error:
            if isinstance(error, av.error.ExitError) and self._connected:
                return reason("stream.fell_silent")
            if not self._connected and self._clocks.monotonic() - began >= OPEN_TIMEOUT:
                return reason("stream.no_answer")
            return reason("stream.error", detail=redact(error.strerror or type(error).__name__)[:300])
        except VideoError as error:
            return reason("stream.error", detail=redact(str(error))[:300])
        except Exception:
            # Stage boundary: whatever a camera sends must not end its monitoring.
            log.error("stream failed", stream=self.name, trace=redact(traceback.format_exc()))
            with self._lock:
                self._damaged += 1
            return reason("stream.unexpected")
        return reason("stream.ended")

    def _read_connection(self) -> None:
        timeout = (OPEN_TIMEOUT, READ_TIMEOUT)
        # Cameras name themselves in any encoding.
        with av.open(
            self._url, "r", options=_OPTIONS, timeout=timeout, metadata_errors="replace"
        ) as container:
            stream = _supported_stream(container)
            connection = _Connection(stream, self._clock, self._sink, self._on_picture)
            for packet, arrival in self._packets(container, stream):
                if self._stopping.is_set():
                    return
                damaged = connection.take(packet, arrival)
                with self._lock:
                    if not self._connected:
                        log.info("connected", stream=self.name)
                        self._connections += 1
                    self._connected, self._reason = True, CONNECTED
                    self._damaged += damaged
                    self._last_arrival = arrival

    def _packets(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple["av.Packet[VideoStream]", float]]:
        """Packets, all with a PTS, each with the monotonic time of its arrival.

        FFmpeg reads ahead while it probes a stream; those packets then come at once, up to seconds late. They
        are held until some packets had to be waited for, see `arrivals_of`.
        """
        packets = (packet for packet in container.demux(stream) if packet.size)
        interval = _interval(stream)
        held, arrivals = self._opening(packets)
        if not held:
            return
        times = fill_times(held, interval)
        seconds = [float(pts * packet.time_base) for packet, pts in zip(held, times, strict=True)]
        yield from zip(held, arrivals_of(seconds, arrivals), strict=True)
        last = times[-1]
        for packet in packets:
            if packet.pts is None:
                packet.pts = last + round(interval / packet.time_base)
            last = packet.pts
            yield packet, self._clocks.monotonic()

    def _opening(
        self, packets: "Iterator[av.Packet[VideoStream]]"
    ) -> "tuple[list[av.Packet[VideoStream]], list[float]]":
        """The packets up to the third that had to be waited for, with their arrival times."""
        held: list[av.Packet[VideoStream]] = []
        arrivals: list[float] = []
        waited = 0
        asked = self._clocks.monotonic()
        for packet in packets:
            held.append(packet)
            arrivals.append(self._clocks.monotonic())
            waited += arrivals[-1] - asked > _BUFFERED
            asked = arrivals[-1]
            if waited == _WAITS or len(held) == _MOST_HELD:
                break
        return held, arrivals


class _Connection:
    """Takes the packets of one open container: stamps, stores and decodes them."""

    def __init__(
        self,
        stream: VideoStream,
        clock: StreamClock,
        sink: PacketSink | None,
        on_picture: Callable[[Stamp, av.VideoFrame], None] | None,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._sink = sink
        self._on_picture = on_picture
        self._clock.connected(_interval(stream))
        assert stream.time_base is not None
        self._unit = float(stream.time_base)
        self._templates = Templates(stream)
        self._outliers: Outliers[tuple[av.Packet[VideoStream], float]] = Outliers()
        self._arrived: float | None = None
        self._begun = False
        self._number = 0
        self._in_decoder: dict[int, Stamp] = {}
        self._shown_t = float("-inf")

    def take(self, packet: "av.Packet[VideoStream]", arrival: float) -> int:
        """Handles one packet; returns how many could not be decoded completely. None is decoded before the
        first keyframe."""
        assert packet.pts is not None
        elapsed = arrival - self._arrived if self._arrived is not None else 0.0
        self._arrived = arrival
        timed = self._outliers.take(packet.pts * self._unit, (packet, arrival), elapsed)
        return sum(self._keep(*sure.item, sure.pts) for sure in timed)

    def _keep(self, packet: "av.Packet[VideoStream]", arrival: float, pts: float) -> int:
        reordered = bool(self._stream.codec_context.has_b_frames)
        stamp = self._clock.stamp(Arrival(pts, arrival, camera_utc(packet), packet.is_keyframe, reordered))
        data = bytes(packet)
        if packet.is_keyframe:
            template = self._templates.of(data)
            self._begun = True
            if self._sink is not None:
                self._sink.begin(template)
        if not self._begun:
            return 0
        if self._sink is not None:
            self._sink.push(EncodedPacket(data, packet.is_keyframe, stamp))
        return self._decode(packet, stamp) if self._on_picture is not None else 0

    def _decode(self, packet: "av.Packet[VideoStream]", stamp: Stamp) -> int:
        assert self._on_picture is not None
        self._number += 1
        self._in_decoder[self._number] = stamp
        self._in_decoder.pop(self._number - _IN_DECODER, None)
        packet.pts = packet.dts = self._number
        try:
            pictures = self._stream.codec_context.decode(packet)
        except av.error.FFmpegError:
            return 1
        for picture in pictures:
            shown = self._in_decoder.pop(picture.pts or 0, None)
            if shown is not None:
                # A step back that decoding order could not show: the picture counts, a moment later.
                self._shown_t = max(shown.t, self._shown_t + _MOMENT)
                self._on_picture(replace(shown, t=self._shown_t), picture)
        return sum(picture.is_corrupt for picture in pictures)


def camera_utc(packet: "av.Packet[VideoStream]") -> float | None:
    """The camera's capture time of the picture, POSIX seconds: `prft` side data, from RTCP sender reports."""
    if not packet.has_sidedata("prft"):
        return None
    (microseconds,) = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))
    return float(microseconds) / 1e6


def _supported_stream(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise VideoError("the address gives no video stream; check its path")
    stream = container.streams.video[0]
    if stream.codec_context is None or stream.codec_context.name not in CODECS:
        raise VideoError(f"the camera's codec is not supported; set it to one of {', '.join(CODECS)}")
    stream.codec_context.thread_count = 1  # more would hold pictures back
    return stream


def _interval(stream: VideoStream) -> float:
    rate = float(stream.average_rate or stream.guessed_rate or _USUAL_RATE)
    return 1.0 / (rate if 1.0 <= rate <= 240.0 else _USUAL_RATE)


def arrivals_of(seconds: Sequence[float], handed_over: Sequence[float]) -> list[float]:
    """Arrival times of packets that were read ahead: counted back from the most punctual one by their stamps;
    a packet whose stamp is far from the others' keeps the time it was received."""
    delays = [over - second for over, second in zip(handed_over, seconds, strict=True)]
    usual = median_low(delays)
    near = [abs(delay - usual) <= OUTLIER for delay in delays]
    punctual = min(delay for delay, one in zip(delays, near, strict=True) if one)
    return [
        punctual + second if one else over
        for second, over, one in zip(seconds, handed_over, near, strict=True)
    ]


def fill_times(packets: "list[av.Packet[VideoStream]]", interval: float) -> list[int]:
    """The PTS of `packets`; the first ones of a connection often have none, and the very first is the
    keyframe.

    A missing one is counted back from the next by the camera's own clock, or by the usual interval.
    """
    for number in range(len(packets) - 1, -1, -1):
        packet = packets[number]
        if packet.pts is None:
            packet.pts = _before(packet, packets[number + 1 :], interval)
    return [packet.pts for packet in packets if packet.pts is not None]


def _before(packet: "av.Packet[VideoStream]", later: "list[av.Packet[VideoStream]]", interval: float) -> int:
    if not later or later[0].pts is None:
        return 0
    own, following = camera_utc(packet), camera_utc(later[0])
    apart = following - own if own is not None and following is not None else interval
    return later[0].pts - round(apart / float(packet.time_base))


SYSTEM_CLOCKS = WallClocks(monotonic=time.monotonic, utc=time.time)
