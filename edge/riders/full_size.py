"""Full-size pictures of the record stream for rider analysis, without decoding all of it."""

from edge.video.frame import Frame
from edge.video.ring import PacketRing


def same_stream(frame: Frame) -> Frame:
    """For a camera with one stream, whose frames are full size."""
    return frame


class Keyframes:
    """The ring's newest keyframe, each once: only keyframes decode without other pictures."""

    def __init__(self, ring: PacketRing) -> None:
        self._ring = ring
        self._last = float("-inf")

    def __call__(self, frame: Frame) -> Frame | None:
        """The newest keyframe of the frame's run, if not returned before."""
        picture = self._ring.newest_keyframe(after=self._last)
        if picture is None:
            return None
        self._last = picture.t
        return picture if picture.run == frame.run else None
