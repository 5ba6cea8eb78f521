"""Finds contradictory lines that would accuse everyone who drives normally: a lane against the stop line it
ends at, a solid line across the road, an exit with two destinations, a commit line that nobody crosses or
that everybody who stops crosses.

Pixels of the detect stream, as in the file.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import cos, dist, hypot, radians

from configs.camera import CameraConfig
from configs.loading import Location
from configs.scene import Lane, SolidLine, StopLine
from configs.shapes import Line, PixelPoint, middle
from configs.wording import Words, words

NEAR = 0.01
"""Part of the picture's height within which a corner lies on a line."""

AGAINST = cos(radians(135.0))
"""Cosine of the angle from which two directions are opposite."""

ACROSS = cos(radians(60.0))
"""Cosine of the angle from which a line runs across a direction."""


def accusing_problems(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Errors that would accuse innocent drivers, each with the place of its key and what to do."""
    near = NEAR * camera.size[1]
    for index, stop in enumerate(camera.stop_lines):
        yield from _commit(("stop_lines", index, "commit"), stop, near)
        yield from _exits(("stop_lines", index, "exits"), stop)
        yield from _lanes(camera.lanes, stop, near)
        for number, solid in enumerate(camera.solid_lines):
            yield from _solid_line(("solid_lines", number, "line"), solid, stop, near)


def _commit(where: Location, stop: StopLine, near: float) -> Iterator[tuple[Location, Words]]:
    if stop.commit is None:
        return
    if all(_away(point, stop.line) <= near for point in stop.commit):
        yield (
            where,
            words(
                "nằm ngay trên vạch dừng: ai dừng quá vạch cũng bị coi là vượt đèn; vẽ xa hơn, trong nút",
                "lies on the stop line: who only stops past that would count as driving on; draw it further "
                "on, in the junction",
            ),
        )
    across = -stop.direction[1], stop.direction[0]
    (first, last), (begins, ends) = _span(stop.line, across), _span(stop.commit, across)
    if last < begins or ends < first:
        yield (
            where,
            words(
                "nằm cạnh lối xe đi: xe qua vạch dừng không bao giờ tới đó; vẽ ở phía trước vạch dừng",
                "lies beside the way: who crosses the stop line never gets there; draw it ahead of that line",
            ),
        )


def _exits(where: Location, stop: StopLine) -> Iterator[tuple[Location, Words]]:
    for (_, one), (number, other) in combinations(enumerate(stop.exits), 2):
        if other.line in (one.line, one.line[::-1]):
            yield (
                (*where, number, "line"),
                words(
                    f"trùng với lối ra {one.movement}: không biết xe đi đâu; vẽ mỗi lối ra một vạch",
                    f"is the line of the exit {one.movement} too: nobody can tell where a vehicle went; draw "
                    "a line for each",
                ),
            )


def _lanes(lanes: Sequence[Lane], stop: StopLine, near: float) -> Iterator[tuple[Location, Words]]:
    """Lanes with two corners on the stop line lead over it; one may belong to the other half of the road, if
    the stop line was drawn too long, but not all."""
    at_it = {
        number: _cosine(lane.direction, stop.direction)
        for number, lane in enumerate(lanes)
        if lane.direction is not None and sum(_away(point, stop.line) <= near for point in lane.polygon) >= 2
    }
    if any(cosine > AGAINST for cosine in at_it.values()):
        return
    for number in at_it:
        yield (
            ("lanes", number, "direction"),
            words(
                f"ngược với hướng của vạch dừng {stop.id} ở đầu làn: mọi xe sẽ bị coi là đi ngược chiều; "
                "đảo chiều mũi tên",
                f"runs against the direction of stop line {stop.id} at its end: everybody would drive the "
                "wrong way; turn it round",
            ),
        )


def _solid_line(
    where: Location, solid: SolidLine, stop: StopLine, near: float
) -> Iterator[tuple[Location, Words]]:
    """A solid line on the way to a stop line must run along the way; beyond it, it may belong to another
    road."""
    (x1, y1), (x2, y2) = solid.line[0], solid.line[-1]
    if abs(_cosine((x2 - x1, y2 - y1), stop.direction)) > ACROSS:
        return
    across = -stop.direction[1], stop.direction[0]
    (first, last), (begins, ends) = _span(stop.line, across), _span(solid.line, across)
    on_it = all(_away(point, stop.line) <= near for point in solid.line)
    before = _ahead(middle(solid.line), middle(stop.line), stop.direction) < 0
    if on_it or (before and min(last, ends) - max(first, begins) > (last - first) / 2):
        yield (
            where,
            words(
                f"nằm ngang lối xe qua vạch dừng {stop.id}: xe nào cũng phải cắt qua; vạch liền chạy dọc "
                "theo làn",
                f"lies across the way over stop line {stop.id}: everybody has to cross it; a solid line runs "
                "along the lanes",
            ),
        )


def _cosine(one: PixelPoint, other: PixelPoint) -> float:
    """Cosine of the angle between two directions; 1.0 if one has no length."""
    lengths = hypot(*one) * hypot(*other)
    return (one[0] * other[0] + one[1] * other[1]) / lengths if lengths else 1.0


def _span(line: Line, across: PixelPoint) -> tuple[float, float]:
    """The extent of a line, measured across a way."""
    places = [(x * across[0] + y * across[1]) / hypot(*across) for x, y in line]
    return min(places), max(places)


def _away(point: PixelPoint, line: Line) -> float:
    """Distance in pixels from a point to the nearest point of a line."""
    return min(_from_part(point, a, b) for a, b in pairwise(line))


def _from_part(point: PixelPoint, a: PixelPoint, b: PixelPoint) -> float:
    along = _ahead(point, a, (b[0] - a[0], b[1] - a[1])) / dist(a, b)
    part = min(1.0, max(0.0, along))
    return dist(point, (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))


def _ahead(point: PixelPoint, of: PixelPoint, direction: PixelPoint) -> float:
    """Pixels by which one point lies further along a direction than another."""
    (x, y), (x0, y0), (dx, dy) = point, of, direction
    return ((x - x0) * dx + (y - y0) * dy) / hypot(dx, dy)
