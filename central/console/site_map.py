"""A map of the sites as SVG, drawn from their coordinates alone: no tiles, no other server."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

from markupsafe import Markup

from central.charts import TONES
from central.proceedings.clones import Place

_WIDTH, _HEIGHT, _MARGIN = 900, 500, 45
_SMALLEST, _LARGEST = 4, 16
_LETTER, _LINE = 6.5, 14
"""About how wide a letter of a name is, and how high."""


@dataclass(frozen=True)
class Spot:
    """A site: how many cases, the worst state of its cameras as a tone, words of both, the list behind it."""

    name: str
    place: Place
    cases: int
    tone: str
    told: str
    href: str


def site_map(spots: Sequence[Spot], label: str) -> Markup:
    """The map, north up, distances true at its middle."""
    most = max((spot.cases for spot in spots), default=0)
    points = _placed([spot.place for spot in spots])
    # The largest are drawn first: none hides a smaller one.
    drawn = sorted(zip(spots, points, strict=True), key=lambda pair: -pair[0].cases)
    marks = [_Mark(spot, x, y, _radius(spot.cases, most)) for spot, (x, y) in drawn]
    inner = Markup("").join(mark.circle() for mark in marks)
    inner += Markup("").join(mark.name() for mark in _readable(marks))
    head = Markup('<svg class="site-map" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return head.format(_WIDTH, _HEIGHT, label, inner)


def _placed(places: Sequence[Place]) -> list[tuple[float, float]]:
    """Where each place is in the picture: all of them fit, in one scale for both directions."""
    if not places:
        return []
    middle = (max(p.latitude for p in places) + min(p.latitude for p in places)) / 2
    flat = [(p.longitude * cos(radians(middle)), -p.latitude) for p in places]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left, max(y for _, y in flat) - top
    room_x, room_y = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    scale = min(room_x / wide if wide else 1e9, room_y / high if high else 1e9)
    x0, y0 = (_WIDTH - wide * scale) / 2, (_HEIGHT - high * scale) / 2
    return [(round(x0 + (x - left) * scale, 1), round(y0 + (y - top) * scale, 1)) for x, y in flat]


def _radius(cases: int, most: int) -> float:
    return round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(cases / most if most else 0), 1)


@dataclass(frozen=True)
class _Mark:
    """A site in the picture."""

    spot: Spot
    x: float
    y: float
    radius: float

    @property
    def _below(self) -> float:
        return round(self.y + self.radius + 12, 1)

    def circle(self) -> Markup:
        shape = Markup(
            '<a href="{}"><title>{}: {}</title>'
            '<circle class="bar-{}" cx="{}" cy="{}" r="{}" fill="{}" fill-opacity="0.8"></circle></a>'
        )
        spot = self.spot
        words = (spot.href, spot.name, spot.told, spot.tone)
        return shape.format(*words, self.x, self.y, self.radius, TONES[spot.tone])

    def name(self) -> Markup:
        shape = Markup('<text class="bar-label" x="{}" y="{}" text-anchor="middle" font-size="12">{}</text>')
        return shape.format(self.x, self._below, self.spot.name)

    def covers(self, other: "_Mark") -> bool:
        """Whether one name would stand on the other."""
        wide = (len(self.spot.name) + len(other.spot.name)) * _LETTER / 2
        return abs(self.x - other.x) < wide and abs(self._below - other._below) < _LINE


def _readable(marks: Sequence[_Mark]) -> list[_Mark]:
    """Those whose names stand free; the others tell theirs when pointed at."""
    kept: list[_Mark] = []
    for mark in marks:
        if not any(mark.covers(other) for other in kept):
            kept.append(mark)
    return kept
