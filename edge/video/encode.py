"""Writes the annotated video of a replay: H.264 that every browser plays."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge.video.frame import VideoError

_TIME_BASE = Fraction(1, 90_000)
_ENCODERS = ("libx264", "libopenh264")
"""PyAV's wheels include libx264; a distribution's own build may have the other."""

_OPTIONS: dict[str, dict[str, str]] = {"libx264": {"preset": "veryfast", "crf": "23"}, "libopenh264": {}}


class VideoWriter:
    """An MP4 file at `path`, `size` (width, height) in pixels, index in front; the same pictures give the
    same bytes.

    Use as a context manager: the file is complete only after `close()`. An odd width or height loses its last
    column or row (4:2:0 colour needs even sizes). `fps` is the usual rate; each picture has its own time.

    Raises:
        VideoError: this build of PyAV has no H.264 encoder, or `path` can't be written.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float, keyframe_seconds: float = 2.0) -> None:
        self._width, self._height = size[0] // 2 * 2, size[1] // 2 * 2
        self._newest = -1
        encoder = next((name for name in _ENCODERS if name in av.codecs_available), None)
        if encoder is None:
            raise VideoError(
                "this PyAV can't encode H.264; install its wheel: pip install --only-binary av av"
            )
        rate = Fraction(fps).limit_denominator(1001)
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        self._container = av.open(f"file:{path}", "w", "mp4", options)
        stream = self._container.add_stream(encoder, rate, options=_OPTIONS[encoder])
        assert isinstance(stream, VideoStream)
        self._stream = stream
        self._stream.width, self._stream.height = self._width, self._height
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = _TIME_BASE
        context.gop_size = max(1, round(fps * keyframe_seconds))
        context.max_b_frames = 0
        context.thread_count = 1  # the number of threads changes the bytes
        try:
            self._container.start_encoding()
        except OSError as error:
            raise VideoError(f"{path}: can't be written: {error.strerror}") from error

    def write(self, image: NDArray[np.uint8], t: float) -> None:
        """Adds a BGR picture shown `t` seconds after the start; a time that doesn't increase is moved
        forward."""
        even = np.ascontiguousarray(image[: self._height, : self._width])
        frame = av.VideoFrame.from_ndarray(even, format="bgr24")
        self._newest = max(self._newest + 1, round(t / _TIME_BASE))
        frame.pts, frame.time_base = self._newest, _TIME_BASE
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Writes the encoder's remaining pictures and the index."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
