"""Analyses the motorbikes of one camera while they are near: few looks each, spread over their path.

Heads are small, so pictures of the record stream are used. If that is a separate stream it is not decoded for
this: only its keyframes are (`edge.riders.full_size`), one every second or two.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import dist

from configs.scene import Scene
from contract.vehicles import VehicleKind
from edge.riders.heads import SMALLEST, HeadFinder
from edge.riders.vote import Seen, vote
from edge.rules.geometry import contained, inside, scaled
from edge.rules.inputs import Point, Riders, Track, TrackPoint
from edge.video.frame import Frame

LOOK_SECONDS = 0.25
"""Least seconds between two looks at one motorbike: sooner they would show the same."""

MOST_LOOKS = 12
"""Most looks at one motorbike; more don't change the vote. After that only a look from much nearer replaces
the one from farthest away."""

NEARER = 1.3
"""Factor of height by which it must be nearer for that."""

MOST_A_FRAME = 4
"""Most looks in one frame; others follow in the next."""

HEAD_PART = 0.16
"""Height of a head as a part of the box of motorbike and rider."""

SAME_MOMENT = 0.15
"""Largest time difference between a picture and the track point whose box is used, in seconds."""

COVERED = 0.3
"""Part of the upper half of a box that a nearer vehicle may cover."""

MOVED = 0.5
"""Box heights of movement that give the direction of travel."""

FullSize = Callable[[Frame], Frame | None]
"""The picture of the record stream to analyse with this frame of the detect stream; None: none now."""


class RiderWatch:
    """Stores the looks at each motorbike of a camera. Not thread-safe: the camera's thread feeds it."""

    def __init__(self, finder: HeadFinder, scene: Scene, full_size: FullSize) -> None:
        self._finder = finder
        self._zones = [zone.polygon for zone in scene.rider_zones]
        self._size = scene.size
        self._full_size = full_size
        self._looks: dict[int, list[Seen]] = defaultdict(list)
        self._voted: dict[int, tuple[float, Riders]] = {}
        """By track: time of the last look, and the vote of all looks up to it."""

    def look(self, frame: Frame, tracks: Sequence[Track]) -> int:
        """Analyses the motorbikes that are due, and returns how many."""
        wanted = [track for track in tracks if self._near_enough(track)]
        picture = self._full_size(frame) if wanted else None
        if picture is None:
            return 0
        height, width = picture.image.shape[:2]
        scale = (width / self._size[0], height / self._size[1])
        points = {track.id: point for track in tracks if (point := _at(track, picture.t))}
        due = [track for track in wanted if track.id in points and self._due(track.id, picture.t)]
        clear = [
            track for track in due if self._clear(points, track.id, scale) and self._tells(track.id, points)
        ]
        chosen = sorted(clear, key=lambda track: -points[track.id].box[3])[:MOST_A_FRAME]
        for track in chosen:
            box = scaled(points[track.id].box, scale)
            heads = self._finder.find(picture.image, box)
            self._add(track.id, Seen(picture.t, points[track.id].frame, box, heads, scale))
        return len(chosen)

    def of(self, track: Track) -> Riders | None:
        """The vote of the looks so far; None if there was none."""
        looks = self._looks.get(track.id)
        if not looks:
            return None
        known = self._voted.get(track.id)
        if known is None or known[0] != looks[-1].t:
            headings = [_heading(track.points, look.t) for look in looks]
            known = self._voted[track.id] = (looks[-1].t, vote(looks, headings))
        return known[1]

    def forget(self, track: int) -> None:
        """Called when the track has ended and was judged."""
        self._looks.pop(track, None)
        self._voted.pop(track, None)

    def _near_enough(self, track: Track) -> bool:
        ground = track.points[-1].ground
        return track.kind is VehicleKind.MOTORBIKE and any(inside(ground, zone) for zone in self._zones)

    def _due(self, track: int, t: float) -> bool:
        looks = self._looks.get(track)
        return not looks or t - looks[-1].t >= LOOK_SECONDS

    def _tells(self, track: int, points: Mapping[int, TrackPoint]) -> bool:
        """Whether a look now would add to those there are."""
        looks = self._looks.get(track, [])
        box = points[track].box
        least = min((look.height for look in looks), default=0.0)
        return len(looks) < MOST_LOOKS or (box[3] - box[1]) >= NEARER * least

    def _add(self, track: int, look: Seen) -> None:
        looks = self._looks[track]
        if len(looks) == MOST_LOOKS:
            looks.remove(min(looks, key=lambda other: other.height))
        looks.append(look)

    def _clear(self, points: dict[int, TrackPoint], track: int, scale: Point) -> bool:
        """Whether the heads are large enough there, entirely in the picture, and not covered by a nearer
        vehicle."""
        box = points[track].box
        if (box[3] - box[1]) * scale[1] * HEAD_PART < SMALLEST:
            return False
        if box[0] <= 1 or box[1] <= 1 or box[2] >= self._size[0] - 1:
            return False
        upper = (box[0], box[1], box[2], (box[1] + box[3]) / 2)
        nearer = (p.box for key, p in points.items() if key != track and p.box[3] > box[3])
        return all(contained(upper, other) <= COVERED for other in nearer)


def _at(track: Track, t: float) -> TrackPoint | None:
    """The track's point at that time, of the last few."""
    point = min(reversed(track.points[-64:]), key=lambda p: abs(p.t - t))
    return point if abs(point.t - t) <= SAME_MOMENT else None


def _heading(points: Sequence[TrackPoint], t: float) -> Point:
    """Direction of travel in the picture around `t`: from where it last was half its height away; if standing
    since it appeared, to where it went afterwards; (0, 0) if it never moved."""
    here = min(points, key=lambda point: abs(point.t - t))
    needed = MOVED * (here.box[3] - here.box[1])
    for point in reversed([point for point in points if point.t < here.t]):
        if dist(point.ground, here.ground) >= needed:
            return (here.ground[0] - point.ground[0], here.ground[1] - point.ground[1])
    for point in points:
        if point.t > here.t and dist(point.ground, here.ground) >= needed:
            return (point.ground[0] - here.ground[0], point.ground[1] - here.ground[1])
    return (0.0, 0.0)
