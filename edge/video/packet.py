"""Encoded pictures outside the container they came from: kept, muxed into MP4 and decoded without it.

A container belongs to the thread that opened it and may vanish with a camera at any moment, so a packet is
copied out as plain bytes. What a decoder or muxer must know about the stream (codec, size, parameter sets)
is kept as a *template*: a NUT file in memory holding one keyframe. NUT stores parameter sets as they are
(MP4 would rewrite them), and opening it finds those a camera only sends inside the stream.
"""

import io
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
    """The template of `stream`; call it on the thread that owns the stream's container."""
    out = io.BytesIO()
    with av.open(out, "w", format="nut") as container:
        target = container.add_stream_from_template(stream, opaque=True)
        packet = _av_packet(keyframe)
        packet.stream, packet.time_base, packet.pts, packet.dts = target, _TIME_BASE, 0, 0
        packet.is_keyframe = True
        container.mux(packet)
    with av.open(io.BytesIO(out.getvalue()), "r") as reopened:
        context = reopened.streams.video[0].codec_context
        return Template(
            out.getvalue(), context.name, (context.width, context.height), context.extradata or b"", rotation
        )


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
    start = min(packet.stamp.t for packet in packets)
    shown = _distinct([round((packet.stamp.t - start) / _TIME_BASE) for packet in packets])
    for packet, pts, (dts, duration) in zip(packets, shown, _decode_times(shown), strict=True):
        encoded = _av_packet(packet.data)
        encoded.stream, encoded.time_base, encoded.is_keyframe = stream, _TIME_BASE, packet.keyframe
        encoded.pts, encoded.dts, encoded.duration = pts, dts, duration
        target.mux(encoded)


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
