"""Asks one plate camera for the vehicle of a finding: first its video is taken from the ring, soon; later,
without hurry, the vehicle is identified there and its plate read."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from configs.camera import CameraConfig, PlateCamera
from contract.reasons import Doubt, Value
from edge.detect.detector import Look, VehicleDetector
from edge.evidence.moments import clearest
from edge.joined.looking import Traffic, colours_at, scale, traffic
from edge.joined.matching import Match, match
from edge.joined.offset import Drift, difference, estimate
from edge.joined.road import Stretch
from edge.joined.ways import Way, parts, ways
from edge.plate.follow import PlateFollower, Sighting
from edge.plate.vote import PlateResult
from edge.rules.geometry import inside, scaled
from edge.rules.inputs import Box, Track
from edge.video.frame import Frame
from edge.video.ring import Film, PacketRing, RingMiss

AROUND = 0.7
"""Seconds before and after the vehicle's time on the stretch that are also analysed."""

LONGEST = 5.0
"""Most seconds analysed: those around the finding."""

SPREAD = 0.3
"""Relative deviation of a vehicle's speed on its way to a stretch further down the road."""

SLOWEST = 0.5
"""Metres a second: for a slower vehicle the time of arrival further down the road can't be predicted."""


@dataclass(frozen=True)
class Scenery:
    """The overview camera's knowledge around a finding: the vehicle (`target`), the time (`t`), all vehicles
    (`tracks`), its stream clock as UTC, and its pictures."""

    target: Track
    t: float
    tracks: Sequence[Track]
    utc: Callable[[float], datetime]
    film: Film | None = None


@dataclass(frozen=True)
class Answer:
    """A plate camera's answer. `plate` is None if the vehicle is not identified for sure, `doubt` then says
    why. `sightings` are its pictures, the nearest first, from the `film`; `away` is that camera's time minus
    the overview's and `offset` the part of that due to the clocks; `taken` gives each picture's time."""

    camera: str
    doubt: Doubt | None = None
    match: Match | None = None
    plate: PlateResult | None = None
    sightings: tuple[Sighting, ...] = ()
    taken: Mapping[int, datetime] = field(default_factory=dict)
    film: Film | None = None
    away: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A question with all its data, so that it can wait. `own` is the vehicle's path and `here` those of all
    vehicles around it, on the overview's clock; `shift` converts its time to the other's by both clocks' UTC,
    and `drift` is the known difference of these clocks."""

    joined: PlateCamera
    cameras: tuple[CameraConfig, CameraConfig]
    own: Way
    here: tuple[Way, ...]
    scenery: Scenery
    film: Film
    shift: float
    drift: Drift

    def answer(self, detector: VehicleDetector, plates: PlateFollower) -> Answer:
        """Analyses the film, identifies the vehicle, reads the plate."""
        there = self.cameras[1]
        seen = traffic(self.film, detector, there.size)
        others = [way.later(-self.shift) for way in ways(seen.tracks, self._stretch(), seen.looks)]
        if not self.drift.known:
            self.drift.take(estimate(self.here, others))
        colours = self._colours()
        here = [replace(way, look=colours.get(way.track)) for way in self.here]
        found = match(self.own, here, others, self.drift.now)
        answer = Answer(self.joined.camera, match=found)
        if found.way is None:
            return replace(answer, doubt=said(str(found.problem), self.joined.camera, rivals=found.rivals))
        self._learn(found)
        offset = self.drift.now.seconds
        answer = replace(answer, film=self.film, away=self.shift + offset, offset=offset)
        return self._read(answer, found.way, seen, plates)

    def _read(self, answer: Answer, way: Way, seen: Traffic, plates: PlateFollower) -> Answer:
        track = next(track for track in seen.tracks if track.id == way.track)
        frames, sightings = self._sightings(track, way, seen)
        plate = plates.read(track.id, track.kind, sightings)
        taken = {frame.index: frame.captured_at for frame in frames}
        return replace(answer, plate=plate, sightings=tuple(sightings), taken=taken)

    def _colours(self) -> dict[int, Look]:
        """Colours of the vehicles on the overview's pictures while this one was on the stretch."""
        if self.scenery.film is None:
            return {}
        times = [self.own.first + part * (self.own.last - self.own.first) for part in (0.2, 0.5, 0.8)]
        return colours_at(self.scenery.film, times, self.scenery.tracks, self.cameras[0].size)

    def _stretch(self) -> Stretch:
        section = next(one for one in self.cameras[1].sections if one.id == self.joined.section)
        return Stretch(section, self.joined.metres)

    def _learn(self, found: Match) -> None:
        """Updates the clock difference from vehicles seen by both; standing ones give no information."""
        if self.joined.metres:
            return
        lags = [difference(a, b) for a, b in found.pairs]
        self.drift.take([lag for lag in lags if lag is not None])

    def _sightings(self, track: Track, way: Way, seen: Traffic) -> tuple[list[Frame], list[Sighting]]:
        """The pictures best suited to read its plate, with all vehicles in them."""
        size, first, last = self.cameras[1].size, way.first + self.shift, way.last + self.shift
        part = list(parts(track.points))[way.part]
        own = [point for point in part if first - AROUND <= point.t <= last + AROUND]
        order = [point.t for point in clearest(own, size)]
        boxes: dict[int, dict[int, Box]] = defaultdict(dict)
        for other in seen.tracks:
            for point in other.points:
                boxes[point.frame][other.id] = point.box
        frames = sorted(self.film.frames(order), key=lambda frame: order.index(frame.t))
        found = []
        for frame in frames:
            larger = scale(frame.image, size)
            full = {key: scaled(box, larger) for key, box in boxes[frame.index].items()}
            found.append(Sighting(frame.index, frame.t, frame.image, full))
        return frames, found


def ask(
    joined: PlateCamera,
    cameras: tuple[CameraConfig, CameraConfig],
    ring: PacketRing,
    drift: Drift,
    scenery: Scenery,
) -> Asked | Answer:
    """Takes the film of the vehicle from the plate camera's `ring`; an immediate answer if there is none.

    Args:
        cameras: the overview and the plate camera.
    """
    here, _ = cameras
    section = next(one for one in here.sections if one.id == joined.section)
    all_ways = ways(scenery.tracks, Stretch(section))
    own = _own(all_ways, scenery)
    if own is None or not _in_lanes(scenery.target, own, here, joined):
        return _no(joined, "not_on_stretch")
    first, last = _stay(own, scenery.t, joined.metres, section.length)
    now = ring.time_of(scenery.utc(scenery.t))
    if now is None:
        return _no(joined, "no_pictures")
    shift = now - scenery.t
    away = shift + drift.now.seconds
    try:
        film = ring.film(
            first + away - AROUND, last + away + AROUND, around=min(max(scenery.t, first), last) + away
        )
    except RingMiss:
        return _no(joined, "no_pictures")
    if len(film.times) < 2:
        return _no(joined, "no_pictures")
    if joined.metres:
        near = [w for w in all_ways if w.first <= last + LONGEST and w.last >= first - LONGEST]
    else:
        near = [part for w in all_ways if (part := w.between(first, last)) is not None]
        own = own.between(first, last) or own
    others = [w for w in near if (w.track, w.part) != (own.track, own.part)]
    return Asked(joined, cameras, own, (own, *others), scenery, film, shift, drift)


def said(why: str, camera: str, **values: Value) -> Doubt:
    """Why a plate camera's plate is missing or needs checking; the finding itself is unchanged."""
    return Doubt(
        code=f"plate_camera.{why}",
        values={"plate_camera": camera, **values},
        weight="note",
        source="plate_camera",
    )


def _no(joined: PlateCamera, why: str) -> Answer:
    return Answer(joined.camera, doubt=said(why, joined.camera))


def _own(all_ways: Sequence[Way], scenery: Scenery) -> Way | None:
    """The part of the vehicle's path nearest to the finding that is surely of this vehicle."""
    own = [way for way in all_ways if way.track == scenery.target.id]
    first, last = scenery.target.points[0].t, scenery.target.points[-1].t
    sure = [way for way in own if way.last >= first and way.first <= last]
    return min(sure, key=lambda w: max(w.first - scenery.t, scenery.t - w.last, 0.0), default=None)


def _in_lanes(track: Track, way: Way, here: CameraConfig, joined: PlateCamera) -> bool:
    """Whether it drove in one of the lanes that the plate camera shows."""
    polygons = [lane.polygon for lane in here.lanes if lane.id in joined.lanes]
    points = [point for point in track.points if way.first <= point.t <= way.last]
    return not joined.lanes or any(inside(point.ground, area) for point in points for area in polygons)


def _stay(way: Way, t: float, metres: float, length: float) -> tuple[float, float]:
    """When the vehicle was, or will have been, on the plate camera's stretch, on the overview's clock."""
    if not metres:
        first = max(way.first, min(t - LONGEST / 2, way.last - LONGEST))
        return first, min(way.last, first + LONGEST)
    speed = max(way.speed, SLOWEST)
    ways_off = (metres - way.y[-1], metres + length - way.y[-1])
    times = [way.last + off / speed * (1 + wrong) for off in ways_off for wrong in (-SPREAD, SPREAD)]
    return float(min(times)), float(max(times))
