"""Tracks vehicles so that tracks can serve as evidence, after ByteTrack (Zhang et al., ECCV 2022): detections
of low confidence may continue a track, never start one.

Each point gives the wheels' position and how it is known, and whether the vehicle before it may have been
another (a break). A track that left the picture ends at once, and a new track lists the lost ones it may
continue. Time is the camera's stream clock in seconds; boxes are pixels of the detect stream. The same input
always gives the same output.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from contract.vehicles import VehicleKind
from edge.detect.appearance import unlike
from edge.detect.candidate import Candidate, Sight
from edge.detect.detector import TWO_WHEELED, Detection
from edge.detect.doubted import FIRST, Doubted
from edge.detect.hiding import Hidden, hidden_sides
from edge.detect.matching import Costs, apart, costs, holds_both, margins, overlaps, pair
from edge.detect.merging import before_merging, merge, parted
from edge.detect.motion import Motion
from edge.detect.scale import Scale
from edge.detect.shapes import Shapes
from edge.detect.wheels import EDGE, HIDING, UNKNOWN, Heights, covered, cut_off, missing, standing
from edge.rules.inputs import Box, Track, TrackPoint

NOWHERE: Box = (-inf, -inf, inf, inf)
"""Bounds of a picture without edges."""


@dataclass(frozen=True)
class TrackerSettings:
    """Thresholds of confidence, time and distance. The defaults hold for 5 to 60 frames a second."""

    sure: float = 0.35
    """Confidence from which a detection may start a track."""
    unsure: float = 0.1
    """Confidence from which a detection may continue one."""
    min_hits: int = 3
    """Observations after which a track is reported to the rest of the node."""
    max_lost: float = 1.5
    """Seconds a confirmed track is kept while unseen."""
    max_lost_new: float = 0.4
    """The same for an unconfirmed track, and for one that left at the picture's edge."""
    max_points: int = 600
    """Most points of a track; beyond that older points are thinned out, the newest half stays."""
    doubtful: float = 1.0
    """A link is a break if the second-best explanation costs less than this more (natural logarithm)."""
    jump: float = 0.5
    """Largest distance of a vehicle from its expected position, in its own sizes; beyond that it is
    another."""
    changed: float = 0.6
    """Largest colour difference within one vehicle (`edge.detect.appearance.unlike`)."""
    remembered: float = 3.0
    """Seconds a lost track is remembered, for a new one that may be the same vehicle."""


class Tracker:
    """Follows the vehicles of one camera. Ids start at 1 in every instance and are never used twice.

    `bounds` is the analysed part of the picture, in pixels.
    """

    def __init__(self, settings: TrackerSettings | None = None, bounds: Box = NOWHERE) -> None:
        """Start without tracks."""
        self._settings = settings or TrackerSettings()
        self._bounds = bounds
        height = bounds[3] if bounds[3] < inf else 1000.0
        # A car's length along the view adds to its height, so its box grows differently from a motorbike's.
        self._scales = {narrow: Scale(height) for narrow in (True, False)}
        self._heights = Heights()
        self._shapes = Shapes(bounds)
        self._candidates: list[Candidate] = []
        self._ended: list[Track] = []
        self._lost: list[Candidate] = []
        self._doubted: list[Doubted] = []
        self._last_id = 0
        self._t: float | None = None

    def update(self, t: float, frame: int, detections: Sequence[Detection]) -> list[Track]:
        """Take the detections of time `t`; return the confirmed tracks seen now, by id.

        Args:
            t: seconds on the stream clock; must grow from call to call, by steps of any length.
            frame: number of the frame in the stream.
            detections: vehicles in this frame.

        Raises:
            ValueError: `t` does not grow.
        """
        self._advance(t)
        there = [d for d in detections if d.confidence >= self._settings.unsure]
        cover = covered(there)
        hidden = self._hidden(there, cover)

        def worth_of(tracks: Sequence[Candidate]) -> Costs:
            return costs([c.expected(t, self._bounds) for c in tracks], there, hidden)

        worth = worth_of(self._candidates)
        points = [TrackPoint(t, d.box, frame, d.confidence) for d in there]
        sights = [Sight(d, bool(hidden.below[j]), hidden.sides(j), points[j]) for j, d in enumerate(there)]
        seen, at = [], dict[int, int]()
        pairs, shared = self._links(worth, sights)
        lost = {i for i, c in enumerate(self._candidates) if c.unseen}
        doubtful = {i for i in lost if not self._candidates[i].id}
        sure = margins(worth, pairs, doubtful, lost)
        either = parted(self._candidates, pairs, worth_of)
        breaks = {
            i for (i, _), margin in zip(pairs, sure, strict=True) if i in either or self._breaks(i, margin)
        }
        doubts = {i: self._doubt(worth, i, j) for i, j in pairs if i in breaks and i not in either}
        doubts |= {i: self._doubt_parted(i, other) for i, other in either.items()}
        for i, j in pairs:
            if j in shared:
                self._pass(self._candidates[i], shared[j], points[j])
            else:
                self._continue(self._candidates[i], sights[j], float(cover[j]), i in breaks, doubts.get(i))
            seen.append(self._candidates[i])
            at[id(self._candidates[i])] = j
            self._name_rivals(worth, i, j, either.get(i))
        merge(self._candidates, {i: there[j].box for i, j in pairs}, self._shapes)
        self._reconsider(t, at, there, hidden)
        for candidate in self._candidates:
            candidate.unseen = 0 if candidate in seen else candidate.unseen + 1
        new = [j for j, d in enumerate(there) if j not in at.values() and d.confidence >= self._settings.sure]
        self._begin(seen, [(sights[j], float(cover[j])) for j in new])
        self._confirm(seen)
        return sorted((c.track() for c in seen if c.id), key=lambda track: track.id)

    def take_ended(self) -> list[Track]:
        """Return the confirmed tracks that ended since the last call, by id."""
        ended, self._ended = self._ended, []
        return ended

    def end_all(self) -> list[Track]:
        """The stream is over: end all tracks; return the confirmed ones not yet taken, by id."""
        self._give_up(self._candidates)
        self._candidates, self._lost = [], []
        return self.take_ended()

    def _give_up(self, candidates: list[Candidate]) -> None:
        known = [c for c in candidates if c.id]
        self._lost += known
        self._ended += sorted((c.track() for c in known), key=lambda track: track.id)

    def _advance(self, t: float) -> None:
        if self._t is not None:
            if t <= self._t:
                raise ValueError(f"frame time must grow: {t} s after {self._t} s")
            self._doubted = [doubt for doubt in self._doubted if not doubt.is_over(t)]
            before = [motion for doubt in self._doubted for motion in doubt.motions()]
            before += [c.lost_in.before.motion for c in self._candidates if c.lost_in is not None]
            motions = [c.motion for c in (*self._candidates, *self._lost)]
            Motion.advance([*motions, *before], t - self._t)
        self._t = t
        gone = [c for c in self._candidates if self._is_gone(c, t)]
        self._give_up(gone)
        self._candidates = [c for c in self._candidates if c not in gone]
        self._lost = [c for c in self._lost if t - c.newest.t <= self._settings.remembered]

    def _is_gone(self, candidate: Candidate, t: float) -> bool:
        """Whether the track ends: after its time, but never before it was missed in two frames."""
        unseen = t - candidate.there
        looked = candidate.unseen >= 2 or unseen > self._settings.max_lost
        return looked and unseen > self._patience(candidate)

    def _patience(self, candidate: Candidate) -> float:
        known = candidate.id and not candidate.has_left(self._bounds)
        return self._settings.max_lost if known else self._settings.max_lost_new

    def _links(
        self, worth: Costs, sights: Sequence[Sight]
    ) -> tuple[list[tuple[int, int]], dict[int, list[Candidate]]]:
        """The matched pairs of candidate and detection, and the other vehicles that a detection holds. A pair
        that needs an impossible jump is dropped and its detection left to other candidates; otherwise a lost
        track would take the detections of a new one."""
        there, allowed = [sight.detection for sight in sights], worth.possible.copy()
        while True:
            pairs = self._pairs(worth, allowed, there)
            shared = self._shared(pairs, there)
            jumps = [
                (i, j) for i, j in pairs if j not in shared and self._jumps(self._candidates[i], sights[j])
            ]
            if not jumps:
                return pairs, shared
            for i, j in jumps:
                allowed[i, j] = False

    def _pairs(
        self, worth: Costs, allowed: NDArray[np.bool_], detections: Sequence[Detection]
    ) -> list[tuple[int, int]]:
        """Indices of candidates and detections that are matched. Confirmed tracks are matched before new
        ones, and detections of high confidence before those of low."""
        sure = [j for j, d in enumerate(detections) if d.confidence >= self._settings.sure]
        unsure = [j for j, d in enumerate(detections) if d.confidence < self._settings.sure]
        strict = allowed & (worth.overlap >= 0.4)
        pairs: list[tuple[int, int]] = []
        for known in (True, False):
            for columns, possible in ((sure, allowed), (unsure, strict)):
                taken = {i for i, _ in pairs}, {j for _, j in pairs}
                rows = [
                    i for i, c in enumerate(self._candidates) if bool(c.id) is known and i not in taken[0]
                ]
                pairs += pair(worth.cost, possible, rows, [j for j in columns if j not in taken[1]])
        return pairs

    def _hidden(self, detections: Sequence[Detection], cover: NDArray[np.float64]) -> Hidden:
        """What nearer boxes or the picture's edge may hide of each detection."""
        least = np.array([HIDING[d.kind in TWO_WHEELED] for d in detections])
        cut = np.array([cut_off(d.box, self._bounds[3]) for d in detections], bool)
        return Hidden(np.asarray((cover >= least) | cut, bool), *hidden_sides(detections))

    def _breaks(self, i: int, margin: float) -> bool:
        """Whether the candidate may be another vehicle from here on."""
        # A vehicle lost before its speed was known may be anywhere.
        candidate = self._candidates[i]
        strays = candidate.unseen > 0 and candidate.hits < self._settings.min_hits
        return strays or margin < self._settings.doubtful

    def _doubt(self, worth: Costs, i: int, j: int) -> Doubted:
        """The candidate and those it may be confused with, all as they were before this look."""
        own = self._candidates[i]
        others = [(c, c.before()) for c, near in zip(self._candidates, worth.near[:, j], strict=True) if near]
        return Doubted(self._t or 0.0, own, own.before(), [pair for pair in others if pair[0] is not own])

    def _doubt_parted(self, i: int, j: int) -> Doubted:
        """The candidate and the one it was in a box with, both as they were before that."""
        own, other = self._candidates[i], self._candidates[j]
        others = [(other, before_merging(other, own))]
        return Doubted(self._t or 0.0, own, before_merging(own, other), others, [other])

    def _continue(
        self, candidate: Candidate, sight: Sight, cover: float, breaks: bool, doubt: Doubted | None
    ) -> None:
        """Continues the track with this detection; if that `breaks` it, the `doubt` may be settled later."""
        if breaks:
            self._lost += [candidate.before()] if candidate.id else []
            candidate.forget_size()
        if doubt is not None:
            self._remember(doubt, sight.point.frame)
        candidate.see(self._placed(candidate, sight, breaks), self._settings.max_points)
        self._learn(candidate, sight, cover)

    def _remember(self, doubt: Doubted, frame: int) -> None:
        doubt.frames.add(frame)
        earlier = next((one for one in self._doubted if one.of is doubt.of), None)
        if earlier is None:
            self._doubted.append(doubt)
        else:
            earlier.join(doubt)

    def _reconsider(
        self, t: float, at: Mapping[int, int], there: Sequence[Detection], hidden: Hidden
    ) -> None:
        """Removes the breaks of tracks that are clearly the same vehicle as before."""
        plain = [
            doubt
            for doubt in self._doubted
            if t - doubt.since >= FIRST and doubt.is_plain(t, at, there, hidden, self._bounds)
        ]
        for doubt in plain:
            doubt.of.mend(doubt.frames, doubt.own.stature)
        self._doubted = [doubt for doubt in self._doubted if doubt not in plain]

    def _shared(
        self, pairs: Sequence[tuple[int, int]], detections: Sequence[Detection]
    ) -> dict[int, list[Candidate]]:
        """For each detection that holds a second known vehicle besides the one it continues: these others."""
        paired = {i for i, _ in pairs}
        lost = [c for i, c in enumerate(self._candidates) if c.id and i not in paired]
        if not lost:
            return {}
        found: dict[int, list[Candidate]] = {}
        boxes = [c.motion.box for c in lost]
        for own, j in ((self._candidates[i], j) for i, j in pairs):
            if own.id and (holds := holds_both(detections[j].box, own.motion.box, boxes)).any():
                found[j] = [c for c, held in zip(lost, holds, strict=True) if held]
        return found

    def _pass(self, candidate: Candidate, others: Sequence[Candidate], point: TrackPoint) -> None:
        """Continues with a box that also shows another vehicle: each is somewhere in it, the exact position
        is unknown."""
        box = candidate.motion.box
        sigma = UNKNOWN * (box[3] - box[1])
        candidate.pass_by(
            TrackPoint(point.t, box, point.frame, point.confidence, "hidden", box[3], sigma),
            self._settings.max_points,
        )
        for other in others:
            other.there = point.t
            other.lose_in(candidate)

    def _jumps(self, candidate: Candidate, sight: Sight) -> bool:
        """Whether this detection lies too far away for the same vehicle, or has other colours."""
        if not sight.covered and unlike(candidate.look, sight.detection.look) > self._settings.changed:
            return True
        if candidate.hits < self._settings.min_hits:
            return False  # its speed is not known yet
        return apart(candidate.motion.box, sight.detection.box, sight.sides) > self._settings.jump

    def _placed(self, candidate: Candidate | None, sight: Sight, breaks: bool) -> Sight:
        """The detection with a point that has the wheels' position."""
        box, kind = sight.detection.box, candidate.kind if candidate else sight.detection.kind
        scale, usual = self._scales[kind in TWO_WHEELED], self._usual(kind)
        stature = candidate.stature.size(candidate.way, scale) if candidate else None
        if box[1] <= self._bounds[1] + EDGE:
            stature = usual = None  # its upper end lies above the picture: it says nothing about the lower
        stands = standing(box, sight.covered, stature, usual, scale)
        bottom = None if stands.state == "seen" else stands.bottom
        t, frame, confidence = sight.point.t, sight.point.frame, sight.point.confidence
        point = TrackPoint(t, box, frame, confidence, stands.state, bottom, stands.sigma, breaks)
        if candidate and kind in TWO_WHEELED and stands.state != "hidden":
            point = replace(point, breadth=self._shapes.breadth(point.whole, candidate.way))
        return sight._replace(point=point)

    def _usual(self, kind: VehicleKind) -> float | None:
        """The usual size of two-wheelers; other kinds vary too much to predict one vehicle."""
        return self._heights.usual(kind) if kind in TWO_WHEELED else None

    def _is_short(self, kind: VehicleKind, box: Box, scale: Scale) -> bool:
        """Whether less of it is seen than possible, though no detected vehicle is in front of it."""
        usual = self._usual(kind)
        return usual is not None and missing(box, usual, scale) > 0

    def _learn(self, candidate: Candidate, sight: Sight, cover: float) -> None:
        """Updates size, kind and place statistics from a look at a whole vehicle."""
        box = sight.detection.box
        whole = cover < 0.1 and box[1] > self._bounds[1] + EDGE
        if not whole or cut_off(box, self._bounds[3]) or sight.detection.confidence < self._settings.sure:
            return
        was_known, scale = candidate.stature.known, self._scales[candidate.kind in TWO_WHEELED]
        if self._is_short(candidate.kind, box, scale):
            return
        bottom = candidate.newest.ground[1]
        agrees = candidate.newest.wheels == "seen" or box[3] > bottom
        candidate.stature.take(sight.point.t, box, candidate.way, scale, agrees=agrees)
        if not was_known and (size := candidate.stature.size(candidate.way, scale)) is not None:
            self._heights.take(candidate.kind, size[0])
        if (
            candidate.id
            and candidate.kind in TWO_WHEELED
            and candidate.way
            and candidate.newest.wheels == "seen"
        ):
            self._shapes.take(box, candidate.way, candidate.taught)

    def _begin(self, seen: list[Candidate], sights: Sequence[tuple[Sight, float]]) -> None:
        """Start a candidate for each detection that is not a duplicate box on a vehicle already tracked."""
        taken = [c.newest.box for c in seen]
        for sight, cover in sights:
            if taken and overlaps(taken, [sight.detection.box]).max() > 0.7:
                continue
            candidate = Candidate(self._placed(None, sight, breaks=False))
            self._learn(candidate, sight, cover)
            self._candidates.append(candidate)
            seen.append(candidate)
            taken.append(sight.detection.box)

    def _confirm(self, seen: list[Candidate]) -> None:
        for candidate in seen:
            if not candidate.id and candidate.hits >= self._settings.min_hits:
                self._last_id += 1
                candidate.id = self._last_id
                candidate.after = self._may_continue(candidate)

    def _name_rivals(self, worth: Costs, i: int, j: int, other: int | None) -> None:
        """Records the rivals after a break: the tracks that explain the detection about as well, or better,
        and the `other` it was merged with."""
        candidate = self._candidates[i]
        if candidate.newest.breaks:
            as_well = worth.near[:, j] & (worth.cost[:, j] < worth.cost[i, j] + self._settings.doubtful)
            if other is not None:
                as_well[other] = True
            rivals = {c.id for c, may in zip(self._candidates, as_well, strict=True) if may and c.id}
            candidate.after = tuple(sorted(rivals.union(candidate.after) - {candidate.id}))

    def _may_continue(self, candidate: Candidate) -> tuple[int, ...]:
        """Ids of lost tracks whose vehicle this new track may be."""
        began = next((p.t for p in reversed(candidate.points) if p.breaks), candidate.points[0].t)
        lost = [
            c for c in (*self._candidates, *self._lost) if c.id and c.newest.t < began and c is not candidate
        ]
        if (edge := candidate.came_in(self._bounds)) is not None:
            lost = [c for c in lost if c.was_near(edge, self._bounds)]
        if not lost or self._t is None:
            return ()
        newest = _as_detection(candidate)
        hidden = Hidden(np.array([candidate.covered]), np.zeros(1, bool), np.zeros(1, bool))
        worth = costs([c.expected(self._t, self._bounds) for c in lost], [newest], hidden)
        near = [c for c, there in zip(lost, worth.near[:, 0], strict=True) if there]
        return tuple(sorted({i for c in near for i in (c.id, *c.after)}))


def _as_detection(candidate: Candidate) -> Detection:
    """The last sight of a candidate, as a detection."""
    return Detection(candidate.kind, candidate.newest.confidence, candidate.newest.box, candidate.look)
