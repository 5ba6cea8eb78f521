"""Encoded pictures outside the container they came from: kept, muxed into MP4 and decoded without it.

A container belongs to the thread that opened it and may vanish with a camera at any moment, so a packet is
copied out as plain bytes. What a decoder or muxer must know about the stream (codec, size, parameter sets)
is kept as a *template*: a NUT file in memory holding one keyframe. NUT stores parameter sets as they are
(MP4 would rewrite them), and opening it finds those a camera only sends inside the stream.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from edge.video.frame import Stamp

CODECS = ("h264", "hevc", "mpeg4", "mjpeg")
"""What may be recorded: all of these fit in MP4 and are decoded by the PyAV wheel."""

_TIME_BASE = Fraction(1, 90_000)
CLIP_TIME_BASE = (1, 90_000)
"""Seconds a unit of the PTS in a clip."""


@dataclass(frozen=True)
class EncodedPacket:
    """One picture as the camera encoded it, with the time it shows; packets are kept in decoding order."""

    data: bytes
    keyframe: bool
    stamp: Stamp


@dataclass(frozen=True)
class Template:
    """What is common to the packets of one connection.

    `nut` is a NUT file with one keyframe, `codec`, `size` (width, height as encoded) and `parameter_sets`
    what it says of the stream, `rotation` the degrees to turn the picture counter-clockwise to see it
    upright.
    """

    nut: bytes
    codec: str
    size: tuple[int, int]
    parameter_sets: bytes
    rotation: int = 0

    def fits(self, other: "Template") -> bool:
        """Whether packets of both may stand in one file."""
        return (self.codec, self.size, self.parameter_sets, self.rotation) == (
            other.codec,
            other.size,
            other.parameter_sets,
            other.rotation,
        )

    def open(self) -> InputContainer:
        """The template as a container of its own, for the calling thread to close."""
        return av.open(io.BytesIO(self.nut), "r")


def make_template(stream: VideoStream, keyframe: bytes, rotation: int = 0) -> Template:
    """The template of `stream`; call it on the thread that owns the stream's container.

    What `keyframe` says of itself counts more than what the stream said when it was opened.
    """
    out = io.BytesIO()
    with av.open(out, "w", format="nut") as container:
        target = container.add_stream_from_template(stream, opaque=True)
        if _START_CODE.match(keyframe) and (sets := in_band_parameters(stream.codec_context.name, keyframe)):
            target.codec_context.extradata = sets
        packet = _av_packet(keyframe)
        packet.stream, packet.time_base, packet.pts, packet.dts = target, _TIME_BASE, 0, 0
        packet.is_keyframe = True
        container.mux(packet)
    with av.open(io.BytesIO(out.getvalue()), "r") as reopened:
        context = reopened.streams.video[0].codec_context
        return Template(
            out.getvalue(), context.name, (context.width, context.height), context.extradata or b"", rotation
        )


class Templates:
    """The template of a stream while it is read: made anew when a keyframe brings other parameter sets."""

    def __init__(self, stream: VideoStream, rotation: int = 0) -> None:
        self._stream = stream
        self._rotation = rotation
        self._sets = b""
        self._current: Template | None = None

    def of(self, keyframe: bytes) -> Template:
        """The template from this keyframe on; the same object while nothing changes."""
        sets = in_band_parameters(self._stream.codec_context.name, keyframe)
        if self._current is None or (sets and sets != self._sets):
            made = make_template(self._stream, keyframe, self._rotation)
            if self._current is None or not made.fits(self._current):
                self._current = made
            self._sets = sets
        return self._current


def in_band_parameters(codec: str, keyframe: bytes) -> bytes:
    """The parameter sets of H.264 or H.265 that stand before the picture, each after a start code; or none.

    Reads both forms of packets: NAL units after start codes (MPEG-TS, RTSP) and after their length (MP4).
    """
    wanted = _PARAMETER_SETS.get(codec)
    if wanted is None:
        return b""
    shift, kinds = wanted
    sets = []
    for unit in _units(keyframe):
        kind = unit[0] >> shift & (0x1F if shift == 0 else 0x3F)
        if kind in kinds:
            sets.append(b"\x00\x00\x00\x01" + unit)
        elif kind <= _LAST_PICTURE_KIND[codec]:
            break
    return b"".join(sets)


_PARAMETER_SETS = {"h264": (0, (7, 8)), "hevc": (1, (32, 33, 34))}
"""By codec: where the kind of a NAL unit stands in its first byte, and the kinds that are parameter sets."""

_LAST_PICTURE_KIND = {"h264": 5, "hevc": 31}
_START_CODE = re.compile(rb"\x00{2,3}\x01")


def _units(data: bytes) -> Iterator[bytes]:
    """The NAL units of a packet, one by one: who wants the first does not pay for the last."""
    if _START_CODE.match(data):
        start = None
        for code in _START_CODE.finditer(data):
            if start is not None and (unit := data[start : code.start()].rstrip(b"\x00")):
                yield unit
            start = code.end()
        if unit := data[start:]:
            yield unit
        return
    at = 0
    while at + 4 < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if not 0 < length <= len(data) - at - 4:
            return
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def decode(
    template: Template, packets: Sequence[EncodedPacket]
) -> Iterator[tuple[EncodedPacket, av.VideoFrame]]:
    """Every picture of `packets` (the first a keyframe) in display order, with the packet it came in.

    A damaged packet is passed over: the pictures around it are still evidence.
    """
    with template.open() as container:
        context = container.streams.video[0].codec_context
        context.thread_count = 1
        for number, packet in enumerate([*packets, None]):
            try:
                pictures = context.decode(_numbered(number, packet))
            except av.error.InvalidDataError:
                continue
            for picture in pictures:
                # The packet's number travels through the decoder as its PTS: reordering can't confuse them.
                if picture.pts is not None:
                    yield packets[picture.pts], picture


def _numbered(number: int, packet: EncodedPacket | None) -> "av.Packet[Stream] | None":
    if packet is None:
        return None
    encoded = _av_packet(packet.data)
    encoded.pts = encoded.dts = number
    return encoded


def _av_packet(data: bytes) -> "av.Packet[Stream]":
    """`data` in a buffer of FFmpeg's own.

    `av.Packet(data)` would point into the Python object, but decoders read some bytes past the end and rely
    on zeroes there: pictures would depend on what happens to lie behind.
    """
    packet = av.Packet(len(data))
    packet.update(data)
    return packet


def mux(template: Template, packets: Sequence[EncodedPacket]) -> bytes:
    """`packets` as an MP4 file, index in front, nothing re-encoded; the same packets give the same bytes."""
    out = io.BytesIO()
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    # Moving the index to the front makes the muxer read back what it wrote: that is what io_open is for.
    with (
        template.open() as source,
        av.open(out, "w", "mp4", options, io_open=lambda *_: io.BytesIO(out.getvalue())) as target,
    ):
        _mux_into(target, source.streams.video[0], template.rotation, packets)
    return out.getvalue()


def _mux_into(
    target: OutputContainer, source: VideoStream, rotation: int, packets: Sequence[EncodedPacket]
) -> None:
    stream = target.add_stream_from_template(source, opaque=True)
    stream.time_base = _TIME_BASE
    if rotation:
        stream.set_display_rotation(rotation)
    shown = shown_times(packets)
    for packet, pts, (dts, duration) in zip(packets, shown, _decode_times(shown), strict=True):
        encoded = _av_packet(packet.data)
        encoded.stream, encoded.time_base, encoded.is_keyframe = stream, _TIME_BASE, packet.keyframe
        encoded.pts, encoded.dts, encoded.duration = pts, dts, duration
        target.mux(encoded)


def shown_times(packets: Sequence[EncodedPacket]) -> list[int]:
    """The PTS each packet gets in a clip of them, in units of `CLIP_TIME_BASE`; the first shown has 0."""
    start = min(packet.stamp.t for packet in packets)
    return _distinct([round((packet.stamp.t - start) / _TIME_BASE) for packet in packets])


def _distinct(shown: Sequence[int]) -> list[int]:
    """`shown` with equal times one tick apart (two connections may meet there): MP4 can't hold equal ones."""
    moved = list(shown)
    order = sorted(range(len(shown)), key=lambda number: shown[number])
    for before, number in pairwise(order):
        moved[number] = max(moved[number], moved[before] + 1)
    return moved


def _decode_times(shown: Sequence[int]) -> list[tuple[int, int]]:
    """(decode time, duration) of each packet from the display times alone.

    Cameras often send no decode times, or wrong ones. The sorted display times, moved back until no picture
    is decoded after it is shown, are always valid.
    """
    ordered = sorted(shown)
    delay = max(decoded - pts for decoded, pts in zip(ordered, shown, strict=True))
    durations = [later - earlier for earlier, later in pairwise(ordered)]
    durations.append(durations[-1] if durations else round(Fraction(1, 25) / _TIME_BASE))
    return [(decoded - delay, duration) for decoded, duration in zip(ordered, durations, strict=True)]
