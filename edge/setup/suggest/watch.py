"""Analyses one recording of a camera once, for all suggestions.

A few looks a second are enough: nobody is accused here. Vehicles are detected and tracked by the node's own
detector and tracker, plates on some of their looks; light colours and a still each second are stored.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from edge.detect.appearance import with_looks
from edge.detect.detector import VehicleDetector
from edge.detect.tracker import Tracker
from edge.plate.find import PlateFinder
from edge.plate.follow import owner, widened
from edge.rules.inputs import Box, Track, TrackPoint
from edge.setup.suggest.background import background
from edge.setup.suggest.lights import LightTrace
from edge.setup.suggest.model import Minute, SeenLook, SeenPlate, SeenVehicle, Still
from edge.video.file import FileSource
from edge.video.frame import Frame, VideoError

LOOKS = 6.0
"""Looks a second."""

LONGEST = 75.0
"""Most seconds of a recording analysed: the stored data take about 300 MB."""

STILLS = 1.0
"""Seconds between stored stills."""

PLATE_LOOKS = 3
"""Vehicles in one picture whose plates are searched, and such looks at one vehicle in total."""

SMALLEST = 24.0
"""Width in pixels of a vehicle from which a plate is searched."""


def watch(
    recording: Path,
    detector: VehicleDetector,
    finder: PlateFinder,
    progress: Callable[[float], None] = lambda _: None,
) -> Minute:
    """The observations of a recording; `progress` gets the part done, 0 to 1, after each look.

    Raises:
        VideoError: no video, or not one picture of it can be decoded.
        DetectorError: the detector failed on a picture.
    """
    source = FileSource(recording)
    eye = _Eye(source.size, detector, finder)
    frames, seconds = max(1, source.announced), 0.0
    for frame in sparse(source.frames()):
        eye.look(frame)
        seconds = frame.t
        progress(min(1.0, frame.index / frames))
    if not eye.stills:
        raise VideoError(f"{recording}: not one frame can be decoded; record it again")
    progress(1.0)
    vehicles = eye.vehicles()
    return Minute(
        path=recording,
        size=source.size,
        fps=source.fps,
        seconds=seconds,
        background=background(eye.stills, vehicles),
        stills=tuple(eye.stills),
        lights=eye.trace.lights(),
        vehicles=vehicles,
        plates=tuple(eye.plates),
    )


def sparse(frames: Iterator[Frame]) -> Iterator[Frame]:
    """`LOOKS` frames a second, until `LONGEST`."""
    due = 0.0
    for frame in frames:
        if frame.t > LONGEST:
            return
        if frame.t >= due - 1e-3:
            due = max(due + 1 / LOOKS, frame.t + 0.5 / LOOKS)
            yield frame


class _Eye:
    """Analyses one frame after another."""

    def __init__(self, size: tuple[int, int], detector: VehicleDetector, finder: PlateFinder) -> None:
        self.trace = LightTrace(size)
        self.stills: list[Still] = []
        self.plates: list[SeenPlate] = []
        self._detector, self._finder = detector, finder
        self._tracker = Tracker(bounds=(0.0, 0.0, float(size[0]), float(size[1])))
        self._ended: list[Track] = []
        self._plate_looks: Counter[int] = Counter()

    def look(self, frame: Frame) -> None:
        """Analyses one frame."""
        detections = with_looks(frame.image, self._detector.detect(frame.image))
        tracks = self._tracker.update(frame.t, frame.index, detections)
        self._ended += self._tracker.take_ended()
        self.trace.look(frame.t, frame.image, [d.box for d in detections if d.confidence >= 0.35])
        if not self.stills or frame.t >= self.stills[-1].t + STILLS - 1e-3:
            self.stills.append(still(frame))
        self._find_plates(frame, tracks)

    def vehicles(self) -> tuple[SeenVehicle, ...]:
        """All vehicles, once the recording is over."""
        self._ended += self._tracker.end_all()
        return tuple(_seen(track) for track in self._ended)

    def _find_plates(self, frame: Frame, tracks: Sequence[Track]) -> None:
        """Searches the plates of the vehicles with the fewest plate looks, the widest first."""
        boxes = {track.id: track.points[-1].box for track in tracks}
        wide = [t for t in tracks if boxes[t.id][2] - boxes[t.id][0] >= SMALLEST]
        left = [t for t in wide if self._plate_looks[t.id] < PLATE_LOOKS and _is_next(t, self._plate_looks)]
        left.sort(key=lambda t: (self._plate_looks[t.id], boxes[t.id][0] - boxes[t.id][2]))
        for track in left[:PLATE_LOOKS]:
            self._plate_looks[track.id] += 1
            self.plates += self._plates_of(frame, track, boxes)

    def _plates_of(self, frame: Frame, track: Track, boxes: dict[int, Box]) -> Iterator[SeenPlate]:
        x1, y1, x2, y2 = widened(boxes[track.id], frame.image.shape[1], frame.image.shape[0])
        corner = np.array((x1, y1), np.float32)
        for plate in self._finder.find(np.ascontiguousarray(frame.image[y1:y2, x1:x2])):
            quad = plate.quad + corner
            if owner(type(plate)(quad, plate.score), boxes) == track.id:
                x, y = (float(v) for v in quad.mean(axis=0))
                height = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
                yield SeenPlate(frame.t, (x, y), plate.width, height, track.kind)


def _is_next(track: Track, looked: Counter[int]) -> bool:
    """Whether another plate look is due: at once, then with each doubling of its looks."""
    return bool(len(track.points) >= 4 ** (looked[track.id] + 1))


def _seen(track: Track) -> SeenVehicle:
    return SeenVehicle(track.kind, tuple(_look(point) for point in track.points))


def _look(point: TrackPoint) -> SeenLook:
    return SeenLook(point.t, point.box, None if point.wheels == "hidden" else point.ground)


def still(frame: Frame) -> Still:
    """The frame as it is kept."""
    encoded = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
    return Still(frame.t, bytes(encoded))
