"""Frames to H.264: yuv420p, a key frame every second, header first so that a browser can start at once."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from PIL import Image


def encode(frames: Iterable[Path], file: Path, size: tuple[int, int], fps: int, crf: int) -> None:
    """Write pictures of `size` (width, height) as MP4; nothing is left at `file` if it fails half way."""
    partial = file.with_suffix(".partial.mp4")
    with av.open(str(partial), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = size
        stream.codec_context.gop_size = fps
        stream.options = {"crf": str(crf), "preset": "slow", "x264-params": "scenecut=0:bframes=0"}
        for path in frames:
            picture = Image.open(path).convert("RGB")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        container.mux(stream.encode())
    partial.rename(file)
