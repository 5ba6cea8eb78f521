"""Gathers the evidence of one incident: stills and clip from the ring, the plate, the facts; then seals it.

Only here are full-size frames decoded, and only those chosen in `edge.evidence.moments`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import structlog
from numpy.typing import NDArray

from contract.frames import pictures_of
from contract.manifest import NEWEST, ClipFrame, Clock, ViolationFacts
from contract.package import Link
from contract.signing import SigningKey
from edge.evidence.beginnings import Beginnings
from edge.evidence.colour import body_colour
from edge.evidence.facts import Standing, plate_evidence, stream_utc, violation_facts
from edge.evidence.moments import plate_points
from edge.evidence.package import Clip, Package, PackedFile, Still, encode, event_id, seal
from edge.pipeline import Incident
from edge.plate.follow import PlateFollower, Sighting, widened
from edge.plate.vote import PlateResult, PlateVote
from edge.rules.geometry import scaled
from edge.rules.inputs import Box, TrackPoint
from edge.video import ring
from edge.video.frame import Frame, clock_of
from edge.video.packet import CLIP_TIME_BASE
from edge.video.ring import PacketRing, RingMiss

log = structlog.get_logger(__name__)

Moment = Literal["before", "over", "continuing"]
PLATE_MARGIN = 0.6
"""Part of a plate's width shown around it in its still."""

CLIP_MOST = 20.0
"""Most seconds a clip may extend before or after the violation to include the frame of every picture."""

CLIP_SLACK = 0.5
"""Seconds a clip may lack at either end without being flagged as short."""

SAME_MOMENT = 0.2
"""Largest time difference between a frame and a track point, in seconds, for the point's box to hold the
vehicle."""


@dataclass(frozen=True)
class Proof:
    """Everything of one violation except its position in the node's chain."""

    event: str
    facts: ViolationFacts
    files: tuple[PackedFile, ...]
    incident: Incident
    plate: PlateResult

    def sealed(self, key: SigningKey, version: int = NEWEST) -> Callable[[Link | None], Package]:
        """Called by the outbox to make this the package that follows the chain's head, in that version of the
        manifest."""
        return lambda previous: seal(self.facts, self.event, self.files, previous, key, version)


class Gatherer:
    """Gathers the evidence of a camera's incidents from its ring."""

    def __init__(
        self,
        standing: Standing,
        ring: PacketRing,
        plates: PlateFollower,
        beginnings: Beginnings | None = None,
    ) -> None:
        self._standing = standing
        self._beginnings = beginnings
        self._ring = ring
        self._plates = plates

    def holds_post_roll(self, incident: Incident) -> bool:
        """Whether the ring has all the video the evidence needs after the violation; the record stream may
        lag."""
        end = self._ring.end_t
        return end is not None and end >= incident.finding.t + self._standing.post_roll

    def gather(self, incident: Incident) -> Proof:
        """The evidence of one incident.

        Parts the ring no longer holds are left out and flagged (`clip_short`, `still_missing`), never made
        up; a plate without any frame is unread.

        Raises:
            RingMiss: even the moment of the violation is no longer in the ring: nothing can be proved.
        """
        finding = incident.finding
        moments = self._moments_of(incident)
        points = plate_points(incident, self._standing.size, self._ring.start_t or 0.0)
        # In one pass: the moments lie close together, and decoding begins at a keyframe each time.
        frames = self._frames([*moments.values(), *(point.t for point in points)])
        shown, flags = self._stills(moments, frames[: len(moments)])
        sightings = self._sightings(incident, points, frames[len(moments) :])
        plate = self._plate(incident, sightings)
        over = shown["over"]
        utc = stream_utc(over.t, over.captured_at)
        # One clock for all: it may have been set in between. For a frame of another run only its own is
        # known.
        times = {f.t: utc(f.t) if f.run == over.run else f.captured_at for f in shown.values()}
        pictures = [(f.t, Still(moment, f.image, times[f.t])) for moment, f in shown.items()]
        pictures += self._plate_stills(plate, sightings, incident, utc)
        clip, clip_flags = self._clip(finding.t, [t for t, _ in pictures], utc)
        damaged = {frame.t for frame in frames if frame is not None and frame.damaged}
        stills, damage_flags = _of_the_clip(pictures, clip, damaged)
        files = encode(stills, clip)
        facts = violation_facts(
            self._standing,
            incident,
            plate_evidence(plate, finding.t, utc(finding.t).date()),
            self._colour(incident, sightings),
            _unsure(over, [frame for frame in frames if frame is not None]),
            utc,
            missing=(*flags, *clip_flags, *damage_flags),
        )
        return Proof(event_id(facts, finding.episode), facts, files, incident, plate)

    def _moments_of(self, incident: Incident) -> dict[Moment, float]:
        """The times of the stills, in their order; there is always one of the violation itself.

        A stop that began before the ring is shown from its stored beginning.
        """
        finding = incident.finding
        told = {"over": finding.t, **finding.moments}
        if self._beginnings is not None:
            began = self._beginnings.since(finding.track, finding.zone)
            told |= {"before": began} if began is not None else {}
        return {moment: told[moment] for moment in ("before", "over", "continuing") if moment in told}

    def _stills(
        self, moments: dict[Moment, float], frames: Sequence[Frame | None]
    ) -> tuple[dict[Moment, Frame], tuple[str, ...]]:
        """The frames of the moments still available; that of the violation is required."""
        found = {moment: frame for moment, frame in zip(moments, frames, strict=True) if frame is not None}
        if "over" not in found:
            raise RingMiss(f"no picture of {moments['over']:.3f} s is left: the violation can't be proved")
        return found, ("still_missing",) if len(found) < len(moments) else ()

    def _clip(
        self, t: float, pictures: Sequence[float], utc: Callable[[float], datetime]
    ) -> tuple[Clip | None, tuple[str, ...]]:
        """The clip around a violation at `t`, longer where that makes it hold the `pictures`."""
        first, last = t - self._standing.pre_roll, t + self._standing.post_roll
        start = self._ring.start_t
        held = [at for at in pictures if abs(at - t) <= CLIP_MOST]
        try:
            clip = self._ring.clip(
                max(min(first, *held), start if start is not None else first), max(last, *held), around=t
            )
        except RingMiss:
            log.warning("no clip for a violation", t=t, exc_info=True)
            return None, ("clip_missing",)
        # Video from before the camera's first picture is not missing: it never existed.
        late = clip.start_t > max(first, 0.0) + CLIP_SLACK
        short = late or clip.end_t < last - CLIP_SLACK
        return Clip(clip.data, utc(clip.start_t), frames_by_time(clip)), ("clip_short",) if short else ()

    def _sightings(
        self, incident: Incident, points: Sequence[TrackPoint], frames: Sequence[Frame | None]
    ) -> list[Sighting]:
        return [
            self._sighting(incident, point, frame)
            for point, frame in zip(points, frames, strict=True)
            if frame is not None and abs(frame.t - point.t) <= SAME_MOMENT
        ]

    def _frames(self, times: Sequence[float]) -> list[Frame | None]:
        """The frames nearest to these times, decoded in one pass; if that fails, those that can be
        decoded."""
        try:
            return list(self._ring.frames(times))
        except RingMiss:
            return [self._frame(t) for t in times]

    def _frame(self, t: float) -> Frame | None:
        try:
            return self._ring.frames([t])[0]
        except RingMiss:
            return None

    def _plate(self, incident: Incident, sightings: list[Sighting]) -> PlateResult:
        kind = incident.track.kind
        try:
            return self._plates.read(incident.finding.track, kind, sightings)
        except Exception:  # error boundary of a stage: a reviewer can still read the plate in the stills
            log.exception("a plate could not be looked at", track=incident.track.id)
            return replace(PlateVote(kind).result(), flags=("reader_failed",))

    def _sighting(self, incident: Incident, point: TrackPoint, frame: Frame) -> Sighting:
        boxes = {**incident.neighbours.get(point.frame, {}), incident.track.id: point.box}
        return Sighting(
            key=point.frame,
            t=frame.t,
            image=frame.image,
            boxes={key: self._full_size(box, frame.image) for key, box in boxes.items()},
        )

    def _full_size(self, box: Box, image: NDArray[np.uint8]) -> Box:
        """A box of the detect stream in pixels of the record stream."""
        sx, sy = image.shape[1] / self._standing.size[0], image.shape[0] / self._standing.size[1]
        return scaled(box, (sx, sy))

    def _plate_stills(
        self,
        plate: PlateResult,
        sightings: list[Sighting],
        incident: Incident,
        utc: Callable[[float], datetime],
    ) -> list[tuple[float, Still]]:
        """The plate cut from the very frame it was read on, and that frame, each with its stream time; if
        unread, the nearest frame."""
        found = shown_on(plate, sightings, incident.track.id)
        if found is None:
            return []
        shown, crop = found
        x1, y1, x2, y2 = crop
        cut = np.ascontiguousarray(shown.image[y1:y2, x1:x2])
        stills = [
            Still("plate", cut, utc(shown.t), crop=crop),
            Still("context", shown.image, utc(shown.t)),
        ]
        return [(shown.t, still) for still in stills]

    def _colour(self, incident: Incident, sightings: list[Sighting]) -> str | None:
        """The body colour, if two of the nearest frames agree; riders hide a motorbike's."""
        if incident.track.kind.is_motorbike:
            return None
        names = []
        for sighting in sightings[:3]:
            x1, y1, x2, y2 = (max(0, int(v)) for v in sighting.boxes[incident.track.id])
            names.append(body_colour(sighting.image[y1:y2, x1:x2]))
        return next((name for name in names if name is not None and names.count(name) >= 2), None)


def _unsure(over: Frame, frames: Sequence[Frame]) -> Clock:
    """The clock of the violation's frame, marked unsure if it was set while the frames were taken: their
    times of day then differ from their stream times, and it is unknown which of the two was right."""
    began = over.captured_at - timedelta(seconds=over.t)
    apart = [abs(f.captured_at - timedelta(seconds=f.t) - began) for f in frames if f.run == over.run]
    widest = round(max(apart) / timedelta(milliseconds=1))
    return clock_of(over.clock.source, max(over.clock.uncertainty_ms, widest))


def shown_on(
    plate: PlateResult, sightings: Sequence[Sighting], track: int
) -> tuple[Sighting, tuple[int, int, int, int]] | None:
    """The frame the plate was read on and the part of it that shows the plate; if unread: the first frame and
    the vehicle. None if nothing shows it."""
    if not sightings:
        return None
    shown = next((s for s in sightings if s.key == plate.frame_key), sightings[0])
    height, width = shown.image.shape[:2]
    if plate.quad is not None:
        crop = _around(plate.quad, width, height)
    else:
        crop = widened(shown.boxes[track], width, height)
    x1, y1, x2, y2 = crop
    return (shown, crop) if x1 < x2 and y1 < y2 else None


def _around(quad: NDArray[np.float32], width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the picture that shows a plate and a little around it."""
    (x1, y1), (x2, y2) = quad.min(axis=0), quad.max(axis=0)
    margin = (x2 - x1) * PLATE_MARGIN
    top, bottom = max(0, int(y1 - margin)), min(height, int(y2 + margin) + 1)
    left, right = max(0, int(x1 - margin)), min(width, int(x2 + margin) + 1)
    return left, top, right, bottom


def _of_the_clip(
    pictures: list[tuple[float, Still]], clip: Clip | None, damaged: Collection[float]
) -> tuple[list[Still], tuple[str, ...]]:
    """The pictures, each with its frame of the clip, and a flag if one was `damaged`.

    The look of a damaged place depends on where decoding began: such a picture is taken from the clip itself,
    so that verification sees the same.
    """
    frames = clip.frames if clip is not None else {}
    stills = [replace(still, frame=frames.get(t)) for t, still in pictures]
    again = {still.frame for (t, _), still in zip(pictures, stills, strict=True) if t in damaged}
    wanted = [frame for frame in again if frame is not None]
    seen = pictures_of(clip.data, wanted) if clip is not None and wanted else {}
    stills = [_as_seen(still, seen) if still.frame in again else still for still in stills]
    return stills, ("picture_damaged",) if any(t in damaged for t, _ in pictures) else ()


def _as_seen(still: Still, seen: Mapping[ClipFrame, NDArray[np.uint8]]) -> Still:
    """A picture as its frame appears in the clip; without a name if the clip does not show it."""
    image = seen.get(still.frame) if still.frame is not None else None
    if image is None:
        return replace(still, frame=None)
    x1, y1, x2, y2 = still.crop or (0, 0, image.shape[1], image.shape[0])
    return replace(still, image=np.ascontiguousarray(image[y1:y2, x1:x2]))


def frames_by_time(clip: ring.Clip) -> dict[float, ClipFrame]:
    """Which frame of the clip is shown at each stream time."""
    numbers = {pts: number for number, pts in enumerate(sorted(clip.pts.values()))}
    return {
        t: ClipFrame(pts=pts, time_base=CLIP_TIME_BASE, number=numbers[pts]) for t, pts in clip.pts.items()
    }
