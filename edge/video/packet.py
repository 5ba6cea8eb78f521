"""Encoded pictures outside the container they came from: stored, muxed into MP4 and decoded without it.

A container belongs to the thread that opened it and may vanish with a camera at any moment, so a packet is
copied out as plain bytes. What a decoder or muxer must know about the stream (codec, size, parameter sets)
is kept as a *template*: a NUT file in memory holding one keyframe. NUT stores parameter sets as they are
(MP4 would rewrite them), and opening it finds those a camera only sends inside the stream.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from edge.video.frame import Frame, Stamp, frame_of

CODECS = ("h264", "hevc", "mpeg4", "mjpeg")
"""Codecs that may be recorded: all of these fit in MP4 and are decoded by the PyAV wheel."""

_TIME_BASE = Fraction(1, 90_000)
CLIP_TIME_BASE = (1, 90_000)
"""Unit of the PTS in a clip, in seconds."""


@dataclass(frozen=True)
class EncodedPacket:
    """One picture as the camera encoded it, with its display time; packets are kept in decoding order."""

    data: bytes
    keyframe: bool
    stamp: Stamp


@dataclass(frozen=True)
class Template:
    """Data common to the packets of one connection.

    `nut` is a NUT file with one keyframe, `codec`, `size` (width, height as encoded) and `parameter_sets`
    describe the stream, `rotation` are the degrees to turn the picture counter-clockwise to be upright.
    """

    nut: bytes
    codec: str
    size: tuple[int, int]
    parameter_sets: bytes
    rotation: int = 0

    def fits(self, other: "Template") -> bool:
        """Whether packets of both may be in one file."""
        return (self.codec, self.size, self.parameter_sets, self.rotation) == (
            other.codec,
            other.size,
            other.parameter_sets,
            other.rotation,
        )

    def open(self) -> InputContainer:
        """The template as a separate container, for the calling thread to close."""
        return av.open(io.BytesIO(self.nut), "r", metadata_errors="replace")


def make_template(stream: VideoStream, keyframe: bytes, rotation: int = 0) -> Template:
    """The template of `stream`; call it on the thread that owns the stream's container.

    The parameters in `keyframe` take precedence over those of the stream when it was opened.
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
    with av.open(io.BytesIO(out.getvalue()), "r", metadata_errors="replace") as reopened:
        context = reopened.streams.video[0].codec_context
        return Template(
            out.getvalue(), context.name, (context.width, context.height), context.extradata or b"", rotation
        )


class Templates:
    """The template of a stream while it is read: made again when a keyframe brings other parameter sets."""

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
    """The parameter sets of H.264 or H.265 that precede the picture, each after a start code; empty if none.

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


def recovers_later(codec: str, keyframe: bytes) -> bool:
    """True for an H.264 keyframe that is not complete: from it on the picture is refreshed strip by strip,
    and complete only some pictures later (recovery point, ITU-T H.264 D.2.8)."""
    if codec != "h264":
        return False
    for unit in _units(keyframe):
        kind = unit[0] & 0x1F
        if kind == _SEI and (later := _recovery_frames(unit)) is not None:
            return later > 0
        if 1 <= kind <= _LAST_PICTURE_KIND[codec]:
            break
    return False


_SEI, _RECOVERY_POINT = 6, 6
"""The NAL unit type and, in it, the message type that give the number of pictures until all is complete."""


def _recovery_frames(unit: bytes) -> int | None:
    """Pictures until the picture is complete, from the unit's recovery point; None if it has none."""
    data, at = unit.replace(b"\x00\x00\x03", b"\x00\x00"), 1
    while at + 2 < len(data):
        kind, at = _long(data, at)
        size, at = _long(data, at)
        if kind == _RECOVERY_POINT:
            bits = "".join(f"{byte:08b}" for byte in data[at : at + 8])
            zeros = len(bits) - len(bits.lstrip("0"))  # ue(v), 9.1
            return int(bits[zeros : 2 * zeros + 1] or "1", 2) - 1
        at += size
    return None


def _long(data: bytes, at: int) -> tuple[int, int]:
    """A number coded as bytes of 255 and the rest, and the position after it (7.3.2.3.1)."""
    number = 0
    while at < len(data) and data[at] == 0xFF:
        number, at = number + 0xFF, at + 1
    return number + (data[at] if at < len(data) else 0), at + 1


_PARAMETER_SETS = {"h264": (0, (7, 8)), "hevc": (1, (32, 33, 34))}
"""By codec: position of the NAL unit type in the first byte, and the types that are parameter sets."""

_LAST_PICTURE_KIND = {"h264": 5, "hevc": 31}
_START_CODE = re.compile(rb"\x00{2,3}\x01")
_SHORT_CODE = b"\x00\x00\x01"
"""End of every start code: searching it is five times as fast as a regular expression."""


def _units(data: bytes) -> Iterator[bytes]:
    """The NAL units of a packet, lazily: a caller that needs only the first does not pay for the last."""
    if _START_CODE.match(data):
        start = data.index(_SHORT_CODE) + len(_SHORT_CODE)
        while (code := data.find(_SHORT_CODE, start)) >= 0:
            if unit := data[start:code].rstrip(b"\x00"):
                yield unit
            start = code + len(_SHORT_CODE)
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


class Decoded(NamedTuple):
    """A picture with the packet it came in; `damaged`: it, or an earlier one it may depend on, could not be
    decoded completely."""

    packet: EncodedPacket
    picture: av.VideoFrame
    damaged: bool

    def frame(self, index: int, rotation: int) -> Frame:
        """The picture as a frame, see `frame_of`."""
        frame = frame_of(index, self.packet.stamp, self.picture, rotation)
        return replace(frame, damaged=True) if self.damaged else frame


@contextmanager
def decoder(template: Template) -> Iterator[VideoCodecContext]:
    """A decoder for packets of this template, for one thread: opening it costs as much as a keyframe."""
    with template.open() as container:
        context = container.streams.video[0].codec_context
        context.thread_count = 1
        yield context


def decode(
    template: Template, packets: Sequence[EncodedPacket], lead: Sequence[EncodedPacket] = ()
) -> Iterator[Decoded]:
    """`decoded` with a new decoder."""
    with decoder(template) as context:
        yield from decoded(context, packets, lead)


def decoded(
    context: VideoCodecContext, packets: Sequence[EncodedPacket], lead: Sequence[EncodedPacket] = ()
) -> Iterator[Decoded]:
    """Every picture of `packets` in display order. They begin with a keyframe, or the `lead` they depend on
    does; earlier input of the decoder is discarded.

    A damaged packet is skipped: the pictures around it are still evidence.
    """
    context.flush_buffers()
    damaged = False
    for number, packet in enumerate([*lead, *packets, None], -len(lead)):
        try:
            pictures = context.decode(_numbered(number, packet))
        except av.error.FFmpegError:
            damaged = True
            continue
        for picture in pictures:
            damaged = picture.is_corrupt or (damaged and not picture.key_frame)
            # The packet's number travels through the decoder as its PTS: reordering can't confuse them.
            if picture.pts is not None and picture.pts >= 0:
                yield Decoded(packets[picture.pts], picture, damaged)


def _numbered(number: int, packet: EncodedPacket | None) -> "av.Packet[Stream] | None":
    if packet is None:
        return None
    encoded = _av_packet(packet.data)
    encoded.pts = encoded.dts = number
    return encoded


def _av_packet(data: bytes) -> "av.Packet[Stream]":
    """`data` in a buffer of FFmpeg's own.

    `av.Packet(data)` would point into the Python object, but decoders read some bytes past the end and rely
    on zeroes there: pictures would depend on whatever bytes follow.
    """
    packet = av.Packet(len(data))
    packet.update(data)
    return packet


def mux(template: Template, packets: Sequence[EncodedPacket], lead: Sequence[EncodedPacket] = ()) -> bytes:
    """`packets` as an MP4 file, index in front, nothing re-encoded; the same packets give the same bytes.

    The `lead` they depend on precedes the first shown picture (an edit list, ISO 14496-12).
    """
    out = io.BytesIO()
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    # Moving the index to the front makes the muxer read back its output: hence io_open.
    with (
        template.open() as source,
        av.open(out, "w", "mp4", options, io_open=lambda *_: io.BytesIO(out.getvalue())) as target,
    ):
        _mux_into(target, source.streams.video[0], template, packets, lead)
    return out.getvalue()


def _mux_into(
    target: OutputContainer,
    source: VideoStream,
    template: Template,
    packets: Sequence[EncodedPacket],
    lead: Sequence[EncodedPacket],
) -> None:
    stream = target.add_stream_from_template(source, opaque=True)
    stream.time_base = _TIME_BASE
    if template.rotation:
        stream.set_display_rotation(template.rotation)
    shown = [*_before(lead), *shown_times(packets)]
    for packet, pts, (dts, duration) in zip((*lead, *packets), shown, _decode_times(shown), strict=True):
        encoded = _av_packet(packet.data)
        encoded.stream, encoded.time_base = stream, _TIME_BASE
        # A player would start at it, and discard the lead it needs.
        late = bool(lead) and packet is not lead[0] and recovers_later(template.codec, packet.data)
        encoded.is_keyframe = packet.keyframe and not late
        encoded.pts, encoded.dts, encoded.duration = pts, dts, duration
        target.mux(encoded)


def _before(lead: Sequence[EncodedPacket]) -> list[int]:
    """PTS before 0 for the lead, one tick apart: its duration is irrelevant, since it is not shown."""
    order = sorted(range(len(lead)), key=lambda number: lead[number].stamp.t)
    place = {number: rank for rank, number in enumerate(order)}
    return [place[number] - len(lead) for number in range(len(lead))]


def shown_times(packets: Sequence[EncodedPacket]) -> list[int]:
    """The PTS of each packet in a clip of them, in units of `CLIP_TIME_BASE`; the first shown has 0."""
    start = min(packet.stamp.t for packet in packets)
    return _distinct([round((packet.stamp.t - start) / _TIME_BASE) for packet in packets])


def _distinct(shown: Sequence[int]) -> list[int]:
    """`shown` with equal times moved one tick apart (two connections may meet there): MP4 can't hold equal
    ones."""
    moved = list(shown)
    order = sorted(range(len(shown)), key=lambda number: shown[number])
    for before, number in pairwise(order):
        moved[number] = max(moved[number], moved[before] + 1)
    return moved


def _decode_times(shown: Sequence[int]) -> list[tuple[int, int]]:
    """(decode time, duration) of each packet from the display times alone.

    Cameras often send no decode times, or wrong ones. The sorted display times, shifted back until no picture
    is decoded after it is shown, are always valid.
    """
    ordered = sorted(shown)
    delay = max(decoded - pts for decoded, pts in zip(ordered, shown, strict=True))
    durations = [later - earlier for earlier, later in pairwise(ordered)]
    durations.append(durations[-1] if durations else round(Fraction(1, 25) / _TIME_BASE))
    return [(decoded - delay, duration) for decoded, duration in zip(ordered, durations, strict=True)]
