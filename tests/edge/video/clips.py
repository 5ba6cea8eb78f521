"""Small clips whose frames say their own number, so that a test knows which frame it got back."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BITS = 10
BIT_OF_BAR = np.array((0, 1, 2, 3, 8, 9, 4, 5, 6, 7))
"""The bars in the middle seldom change: what drives there keeps its looks."""

_TIME_BASE = Fraction(1, 90_000)
Image = NDArray[np.uint8]


def picture(number: int, size: tuple[int, int]) -> Image:
    """`number` as ten black or white bars, and noise on top so that no two encode to the same bytes."""
    width, height = size
    columns = np.arange(width) * BITS // width
    bits = (number >> BIT_OF_BAR[columns]) & 1
    row = np.where(bits == 1, 235, 20).astype(np.uint8)
    image = np.repeat(np.repeat(row[None, :, None], height, axis=0), 3, axis=2)
    image[:8] = np.random.default_rng(number).integers(0, 255, (8, width, 3))
    return image


def number_of(image: Image) -> int:
    """The number drawn into a decoded picture."""
    width = image.shape[1]
    centres = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    return sum(
        int(image[:, centre].mean() > 128) << int(bit)
        for bit, centre in zip(BIT_OF_BAR, centres, strict=True)
    )


def make_clip(
    path: Path,
    times: Sequence[float],
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 240),
    keyint: int = 10,
    b_frames: int = 0,
    metadata: dict[str, str] | None = None,
    rotation: int = 0,
    first: int = 0,
    options: dict[str, str] | None = None,
    refresh: bool = False,
) -> Path:
    """Encodes one numbered picture for each of `times` (seconds), counted from `first`; `options` are the
    muxer's. With `refresh` (H.264) there is one keyframe, then strips that renew the picture."""
    with av.open(str(path), "w", options=options or {}) as container:
        container.metadata.update(metadata or {})
        coding = _OPTIONS[codec](keyint, b_frames)
        if refresh:
            coding["x264-params"] += ":intra-refresh=1"
        stream = container.add_stream(codec, 25, options=coding)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = _TIME_BASE if codec != "mpeg4" else Fraction(1, 25)
        stream.codec_context.gop_size = keyint
        stream.set_display_rotation(rotation)
        for number, t in enumerate(times, first):
            frame = av.VideoFrame.from_ndarray(picture(number, size), format="bgr24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(t / stream.codec_context.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


_OPTIONS = {
    "libx264": lambda keyint, b_frames: {
        "preset": "veryfast",
        "x264-params": f"keyint={keyint}:min-keyint={keyint}:scenecut=0:bframes={b_frames}:b-adapt=0",
    },
    "libx265": lambda keyint, b_frames: {
        "preset": "ultrafast",
        "x265-params": f"keyint={keyint}:min-keyint={keyint}:scenecut=0:bframes={b_frames}:log-level=none",
    },
    "mpeg4": lambda _keyint, _b_frames: {},
    "mjpeg": lambda _keyint, _b_frames: {},
    "libvpx": lambda _keyint, _b_frames: {},
}


def steady(count: int, fps: float = 25.0) -> list[float]:
    """Times of `count` frames at `fps`."""
    return [number / fps for number in range(count)]


def uneven(count: int) -> list[float]:
    """Times of a variable frame rate: gaps of 20, 40, 60 … 200 ms in turn."""
    gaps = [0.02 * (1 + number % 10) for number in range(count)]
    return [round(sum(gaps[:number]), 6) for number in range(count)]


def payloads(data_or_path: object) -> list[bytes]:
    """The encoded packets of a file, in decoding order."""
    with av.open(data_or_path) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]
