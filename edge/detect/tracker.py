"""Vehicles to tracks, after ByteTrack (Zhang et al., ECCV 2022): unsure detections may continue a track,
never start one.

Ours because the installable trackers assume a fixed frame rate, share ids between cameras or drop wide cars.
Time is the camera's stream clock in seconds; boxes are pixels of the detect stream. The same input gives the
same output, always.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection
from edge.detect.matching import Expected, overlaps, pair
from edge.detect.motion import Motion
from edge.rules.inputs import Track, TrackPoint


@dataclass(frozen=True)
class TrackerSettings:
    """How sure, how long, how near. The defaults hold for 5 to 60 frames a second."""

    sure: float = 0.35
    """Confidence from which a detection may start a track."""
    unsure: float = 0.1
    """Confidence from which a detection may continue one."""
    min_hits: int = 3
    """Observations that make a track known to the rest of the node."""
    max_lost: float = 1.5
    """Seconds a known track is waited for when it is not seen."""
    max_lost_new: float = 0.4
    """The same for a track that is not known yet."""
    max_points: int = 600
    """Length of a track's memory; beyond it older points are thinned out, the newest half stays."""


class _Candidate:
    """A track in the making or in use; mutable, so kept inside this module."""

    def __init__(self, detection: Detection, point: TrackPoint) -> None:
        self.id = 0
        self.motion = Motion(detection.box)
        self.points = [point]
        self.votes: defaultdict[VehicleKind, float] = defaultdict(float)
        self.hits = 0
        self._vote(detection)

    def see(self, detection: Detection, point: TrackPoint, max_points: int) -> None:
        self.motion.correct(detection.box)
        self.points.append(point)
        if len(self.points) > max_points:
            self.points = _thinned(self.points)
        self._vote(detection)

    def _vote(self, detection: Detection) -> None:
        self.hits += 1
        self.votes[detection.kind] += detection.confidence

    @property
    def kind(self) -> VehicleKind:
        return max(self.votes, key=lambda kind: (self.votes[kind], kind))

    @property
    def expected(self) -> Expected:
        """Three sigma of the ground point, but at least a third of the vehicle's height: boxes jitter."""
        box = self.motion.box
        size = box[3] - box[1]
        slack = min(max(3 * self.motion.ground_uncertainty, size / 3), 2 * size)
        return Expected(box, slack, self.kind)

    def track(self) -> Track:
        return Track(self.id, self.kind, sum(self.votes.values()) / self.hits, tuple(self.points))


class Tracker:
    """Follows the vehicles of one camera. Ids start at 1 in every instance and are never used twice."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        """Start with no tracks."""
        self._settings = settings or TrackerSettings()
        self._candidates: list[_Candidate] = []
        self._ended: list[Track] = []
        self._last_id = 0
        self._t: float | None = None

    def update(self, t: float, frame: int, detections: Sequence[Detection]) -> list[Track]:
        """Take in what was seen at time `t`; return the known tracks that were seen now, by id.

        Args:
            t: seconds on the stream clock; must grow from call to call, by steps of any length.
            frame: number of the frame in the stream.
            detections: vehicles in this frame.

        Raises:
            ValueError: `t` does not grow.
        """
        self._advance(t)
        sure = [d for d in detections if d.confidence >= self._settings.sure]
        unsure = [d for d in detections if self._settings.unsure <= d.confidence < self._settings.sure]
        known = [c for c in self._candidates if c.id]
        new = [c for c in self._candidates if not c.id]

        seen, known, sure = self._match(known, sure, t, frame, min_overlap=0.2, near=True)
        again, _, unsure = self._match(known, unsure, t, frame, min_overlap=0.4, near=False)
        fresh, new, sure = self._match(new, sure, t, frame, min_overlap=0.2, near=True)
        kept, _, _ = self._match(new, unsure, t, frame, min_overlap=0.4, near=False)
        seen += again + fresh + kept
        self._begin(seen, sure, t, frame)
        self._confirm(seen)
        return sorted((c.track() for c in seen if c.id), key=lambda track: track.id)

    def take_ended(self) -> list[Track]:
        """Return the known tracks that were given up since the last call, by id."""
        ended, self._ended = self._ended, []
        return ended

    def end_all(self) -> list[Track]:
        """The stream is over: give up every track; return the known ones not yet taken, by id."""
        self._give_up(self._candidates)
        self._candidates = []
        return self.take_ended()

    def _give_up(self, candidates: list[_Candidate]) -> None:
        self._ended += sorted((c.track() for c in candidates if c.id), key=lambda track: track.id)

    def _advance(self, t: float) -> None:
        if self._t is not None:
            if t <= self._t:
                raise ValueError(f"frame time must grow: {t} s after {self._t} s")
            for candidate in self._candidates:
                candidate.motion.advance(t - self._t)
        self._t = t
        gone = [c for c in self._candidates if t - c.points[-1].t > self._patience(c)]
        self._give_up(gone)
        self._candidates = [c for c in self._candidates if c not in gone]

    def _patience(self, candidate: _Candidate) -> float:
        return self._settings.max_lost if candidate.id else self._settings.max_lost_new

    def _match(
        self,
        candidates: list[_Candidate],
        detections: list[Detection],
        t: float,
        frame: int,
        *,
        min_overlap: float,
        near: bool,
    ) -> tuple[list[_Candidate], list[_Candidate], list[Detection]]:
        """Continue `candidates` with `detections`; return the continued, the others, and the unused."""
        pairs = pair([c.expected for c in candidates], detections, min_overlap=min_overlap, near=near)
        for i, j in pairs:
            candidates[i].see(detections[j], _point(t, detections[j], frame), self._settings.max_points)
        used_candidates, used_detections = {i for i, _ in pairs}, {j for _, j in pairs}
        return (
            [candidates[i] for i, _ in pairs],
            [c for i, c in enumerate(candidates) if i not in used_candidates],
            [d for j, d in enumerate(detections) if j not in used_detections],
        )

    def _begin(self, seen: list[_Candidate], detections: list[Detection], t: float, frame: int) -> None:
        """Start a candidate for each detection that is not a second box on a vehicle already followed."""
        taken = [c.points[-1].box for c in seen]
        for detection in detections:
            if taken and overlaps(taken, [detection.box]).max() > 0.7:
                continue
            candidate = _Candidate(detection, _point(t, detection, frame))
            self._candidates.append(candidate)
            seen.append(candidate)
            taken.append(detection.box)

    def _confirm(self, seen: list[_Candidate]) -> None:
        for candidate in seen:
            if not candidate.id and candidate.hits >= self._settings.min_hits:
                self._last_id += 1
                candidate.id = self._last_id


def _point(t: float, detection: Detection, frame: int) -> TrackPoint:
    return TrackPoint(t, detection.box, frame, detection.confidence)


def _thinned(points: list[TrackPoint]) -> list[TrackPoint]:
    """Every second point of the older half, all of the newer: the track keeps its span of time."""
    half = len(points) // 2
    return points[:half:2] + points[half:]
