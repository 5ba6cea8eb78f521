"""A copy of a clip that every browser plays, with a mark in each picture that it is a copy."""

from itertools import chain
from pathlib import Path

from edge.evidence.lettering import Lettering
from edge.video.clip import opened
from edge.video.encode import VideoWriter
from edge.video.frame import VideoError

_GROUND = (30, 30, 160)


def write_marked_copy(source: Path, target: Path, mark: str) -> int:
    """Writes the copy as H.264: the same pictures at the same times, upright, `mark` (ASCII) in the lower
    left corner of each; returns how many.

    Raises:
        VideoError: the source is not a readable clip, or the target can't be written.
    """
    with opened(source) as clip:
        first = next(clip.shots, None)
        if first is None:
            raise VideoError(f"{source}: has no picture")
        height, width = first[0].shape[:2]
        count = 0
        with VideoWriter(target, (width, height), clip.fps) as writer:
            for image, t in chain((first,), clip.shots):
                Lettering(image, height / 720).tab(mark, (0, height), _GROUND)
                writer.write(image, t)
                count += 1
    return count
