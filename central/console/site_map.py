"""A map of the sites as SVG, drawn from their coordinates alone: no tiles, no other server."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt
from textwrap import shorten

from markupsafe import Markup

from central.charts import TONES
from central.proceedings.clones import Place

_SIZE, _NARROW_SIZE, _MARGIN = (900, 500), (340, 380), 45
"""Width and height, with those for a telephone's screen, and the margin."""
_SMALLEST, _LARGEST = 7, 18
_LONGEST_NAME, _LONGEST_NARROW = 40, 24
"""Longest name in letters, with the limit for a telephone's screen."""
_SIGNS = {"good": "", "warn": "!", "bad": "×", "quiet": "?"}
"""Signs inside a site's mark, in addition to its colour."""
_LETTER, _LINE = 6.5, 14
"""Approximate width of a letter of a name, and its height."""


@dataclass(frozen=True)
class Spot:
    """A site: number of cases, the worst state of its cameras as a tone, texts for both, the list behind
    it.
    """

    name: str
    place: Place
    cases: int
    tone: str
    told: str
    href: str


def site_map(spots: Sequence[Spot], label: str, *, narrow: bool = False) -> Markup:
    """The map with north at the top; distances are true at its middle."""
    most = max((spot.cases for spot in spots), default=0)
    size = _NARROW_SIZE if narrow else _SIZE
    points = _placed([spot.place for spot in spots], size)
    # The largest are drawn first, so that none hides a smaller one.
    drawn = sorted(zip(spots, points, strict=True), key=lambda pair: -pair[0].cases)
    marks = [_Mark(spot, x, y, _radius(spot.cases, most), size[0]) for spot, (x, y) in drawn]
    inner = Markup("").join(mark.circle() for mark in marks)
    inner += Markup("").join(mark.name() for mark in _readable(marks))
    head = Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return head.format("site-map narrow" if narrow else "site-map", *size, label, inner)


def _placed(places: Sequence[Place], size: tuple[int, int]) -> list[tuple[float, float]]:
    """Position of each site in the picture: all of them fit, at one scale for both directions."""
    if not places:
        return []
    middle = (max(p.latitude for p in places) + min(p.latitude for p in places)) / 2
    flat = [(p.longitude * cos(radians(middle)), -p.latitude) for p in places]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left, max(y for _, y in flat) - top
    width, height = size
    room_x, room_y = width - 2 * _MARGIN, height - 2 * _MARGIN
    scale = min(room_x / wide if wide else 1e9, room_y / high if high else 1e9)
    x0, y0 = (width - wide * scale) / 2, (height - high * scale) / 2
    return [(round(x0 + (x - left) * scale, 1), round(y0 + (y - top) * scale, 1)) for x, y in flat]


def _radius(cases: int, most: int) -> float:
    return round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(cases / most if most else 0), 1)


@dataclass(frozen=True)
class _Mark:
    """A site in a picture of `width`."""

    spot: Spot
    x: float
    y: float
    radius: float
    width: int

    @property
    def _below(self) -> float:
        return round(self.y + self.radius + 15, 1)

    @property
    def _words(self) -> str:
        longest = _LONGEST_NAME if self.width == _SIZE[0] else _LONGEST_NARROW
        return shorten(self.spot.name, longest, placeholder=" …")

    @property
    def _middle(self) -> float:
        """The middle of its name, which stays inside the picture."""
        half = len(self._words) * _LETTER / 2 + 4
        return round(min(max(self.x, half), max(self.width - half, half)), 1)

    def circle(self) -> Markup:
        shape = Markup(
            '<a href="{}"><title>{}: {}</title>'
            '<circle class="bar-{}" cx="{}" cy="{}" r="{}" fill="{}" fill-opacity="0.8"></circle>'
            '<text class="map-sign" x="{}" y="{}" text-anchor="middle" font-size="14" font-weight="700" '
            'fill="#fff">{}</text></a>'
        )
        spot = self.spot
        words = (spot.href, spot.name, spot.told, spot.tone)
        sign = (self.x, round(self.y + 5, 1), _SIGNS[spot.tone])
        return shape.format(*words, self.x, self.y, self.radius, TONES[spot.tone], *sign)

    def name(self) -> Markup:
        shape = Markup('<text class="bar-label" x="{}" y="{}" text-anchor="middle" font-size="12">{}</text>')
        return shape.format(self._middle, self._below, self._words)

    def covers(self, other: "_Mark") -> bool:
        """Whether one name would overlap the other."""
        wide = (len(self._words) + len(other._words)) * _LETTER / 2
        return abs(self._middle - other._middle) < wide and abs(self._below - other._below) < _LINE

    def stands_on(self, other: "_Mark") -> bool:
        """Whether its name would overlap another's circle."""
        wide = len(self._words) * _LETTER / 2 + other.radius
        return abs(self._middle - other.x) < wide and abs(self._below - 4 - other.y) < other.radius + 5


def _readable(marks: Sequence[_Mark]) -> list[_Mark]:
    """Marks whose names do not overlap; the others show theirs when pointed at."""
    kept: list[_Mark] = []
    for mark in marks:
        others = [other for other in marks if other is not mark]
        if not any(map(mark.covers, kept)) and not any(map(mark.stands_on, others)):
            kept.append(mark)
    return kept
