"""The masked copy of a picture or a clip: same size, same moments, same vehicle; other plates and all faces
hidden."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.masking.faces import FaceFinder
from edge.masking.hide import Box, hide
from edge.masking.keep import Own, Seen, may_be_own, own_plate
from edge.masking.paths import swept
from edge.plate.find import PlateFinder
from edge.plate.reading import PlateReader
from edge.video.clip import Shot, opened
from edge.video.encode import VideoWriter
from edge.video.frame import VideoError

JPEG_QUALITY = 92
EVERY = 2
"""Analyses every n-th frame; in between the paths of the hidden places are covered."""

Image = NDArray[np.uint8]


class MaskingError(Exception):
    """The file is not a readable picture or clip."""


@dataclass(frozen=True)
class Masked:
    """Number of plates and faces hidden, over all analysed frames."""

    frames: int
    plates: int
    faces: int


@dataclass(frozen=True)
class Places:
    """The places to hide in one analysed frame."""

    plates: tuple[Box, ...] = ()
    faces: tuple[Box, ...] = ()

    @property
    def all(self) -> tuple[Box, ...]:
        """Plates and faces."""
        return self.plates + self.faces


@dataclass(frozen=True)
class Masker:
    """Finds what must be hidden; up to `at_once` frames of a clip are analysed in parallel."""

    finder: PlateFinder
    reader: PlateReader
    faces: FaceFinder
    at_once: int = 1

    def picture(self, source: Path, target: Path, own: Own) -> Masked:
        """Writes the copy of a picture. Raises MaskingError."""
        image = cv2.imread(str(source))
        if image is None:
            raise MaskingError(f"{source} is no picture")
        pixels = np.asarray(image, np.uint8)
        places = self._places(pixels, own, own.start_ms)
        hide(pixels, places.all)
        done, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise MaskingError(f"{source} can't be encoded")
        target.write_bytes(content.tobytes())
        return Masked(1, len(places.plates), len(places.faces))

    def clip(self, source: Path, target: Path, own: Own) -> Masked:
        """Writes the copy of a clip, upright and without its sound. Raises MaskingError."""
        try:
            with opened(source) as clip:
                return self._copy(clip.shots, target, clip.fps, own)
        except VideoError as problem:
            raise MaskingError(str(problem)) from problem

    def _copy(self, shots: Iterator[Shot], target: Path, fps: float, own: Own) -> Masked:
        first = next(shots, None)
        if first is None:
            raise MaskingError("the clip has no frame")
        size = (first[0].shape[1], first[0].shape[0])
        before: tuple[Places, ...] = ()
        count = plates = faces = 0
        with VideoWriter(target, size, fps) as writer:
            for stretch, places, after in self._looked_at(chain((first,), shots), own):
                _write(writer, stretch, [*before, places, *after])
                before = (places,)
                count += len(stretch)
                plates, faces = plates + len(places.plates), faces + len(places.faces)
        return Masked(count, plates, faces)

    def _looked_at(
        self, shots: Iterator[Shot], own: Own
    ) -> Iterator[tuple[list[Shot], Places, tuple[Places, ...]]]:
        """Groups of frames with the places found in the first of them, and in the first of the next group
        (none after the last); while a group is written the next ones are analysed."""
        ahead: deque[tuple[list[Shot], Future[Places]]] = deque()
        with ThreadPoolExecutor(self.at_once) as pool:
            while stretch := list(islice(shots, EVERY)):
                image, t = stretch[0]
                look = pool.submit(self._places, image, own, own.start_ms + t * 1000)
                ahead.append((stretch, look))
                if len(ahead) > self.at_once:
                    yield _first_of(ahead)
            while ahead:
                yield _first_of(ahead)

    def _places(self, image: Image, own: Own, t_ms: float) -> Places:
        size = (image.shape[1], image.shape[0])
        seen = [
            Seen(box, self.reader.read(image, box.quad) if may_be_own(box, own, t_ms, size) else None)
            for box in self.finder.find(image)
        ]
        kept = own_plate(seen, own, t_ms, size)
        plates = tuple(plate.box.bounds for plate in seen if plate is not kept)
        return Places(plates, tuple(self.faces.find(image)))


def _first_of(
    ahead: deque[tuple[list[Shot], Future[Places]]],
) -> tuple[list[Shot], Places, tuple[Places, ...]]:
    stretch, look = ahead.popleft()
    return stretch, look.result(), (ahead[0][1].result(),) if ahead else ()


def _write(writer: VideoWriter, shots: list[Shot], looks: list[Places]) -> None:
    """Writes the frames between two analysed ones, hiding the places found in both and the paths in
    between."""
    places = swept([look.all for look in looks])
    for image, t in shots:
        hide(image, places)
        writer.write(image, t)
