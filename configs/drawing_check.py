"""Finds drawings with which nothing can ever be found: a stop line parallel to its way, a commit line before
it, a shape outside the analysed part, a lamp of a few pixels.

Pixels of the detect stream, as in the file.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from math import asin, degrees, dist, hypot

from configs.camera import CameraConfig
from configs.loading import Location
from configs.scene import Exit, Head, StopLine
from configs.shapes import Line, PixelPoint, cross, middle, turn
from configs.wording import Words, words

LEAST_ANGLE = 15.0
"""Least degrees between a stop line and the way over it: below, its two sides can't be distinguished."""

SMALLEST_LAMP = 4.0
"""Least width in pixels: below, no colour can be read."""

LYING = 1.5
"""Aspect ratio of a housing from which the direction of its lenses is known."""

LARGEST_LAMP = 0.1
"""Part of the picture above which a box can't be a lamp's housing."""

ROOM = 0.02
"""Part of the picture's height that must be visible before and after a stop line."""


def drawing_problems(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Drawing errors, each with the place of its key and what to do."""
    for index, head in enumerate(camera.heads):
        yield from _lamp(("heads", index, "box"), head, camera.size)
    for index, stop in enumerate(camera.stop_lines):
        yield from _stop_line(("stop_lines", index), stop, camera.size)
    yield from _never_looked_at(camera)
    yield from _percent(camera)


def _lamp(where: Location, head: Head, size: tuple[int, int]) -> Iterator[tuple[Location, Words]]:
    x1, y1, x2, y2 = head.box
    wide, high = x2 - x1, y2 - y1
    if head.source != "vision":
        return
    if min(wide, high) < SMALLEST_LAMP:
        yield (
            where,
            words(
                f"đèn chỉ {wide:g}×{high:g} điểm ảnh, không đọc được: vẽ quanh cả hộp đèn, hoặc lấy hình lớn "
                "hơn",
                f"a lamp of {wide:g}×{high:g} pixels can't be read: draw its whole housing, or take a larger "
                "picture",
            ),
        )
    elif wide * high > LARGEST_LAMP * size[0] * size[1]:
        yield (
            where,
            words(
                f"khung đèn {wide:g}×{high:g} điểm ảnh lớn hơn một phần mười hình: vẽ sát hộp đèn",
                f"a lamp of {wide:g}×{high:g} pixels takes more than a tenth of the picture: draw the box "
                "tight around its housing",
            ),
        )
    elif max(wide, high) > LYING * min(wide, high) and (high > wide) != (head.layout == "vertical"):
        seen = "vertical" if high > wide else "horizontal"
        yield (
            where,
            words(
                f"khung đèn {wide:g}×{high:g} điểm ảnh không hợp với layout: {head.layout}: sửa thành "
                f"{seen}, hoặc vẽ quanh cả hộp đèn",
                f"a lamp of {wide:g}×{high:g} pixels does not fit layout: {head.layout}: write {seen}, or "
                "draw the box around the whole housing",
            ),
        )


def _stop_line(where: Location, stop: StopLine, size: tuple[int, int]) -> Iterator[tuple[Location, Words]]:
    if not _leads_across(stop.direction, stop.line):
        yield (
            (*where, "direction"),
            words(
                "hướng chạy dọc vạch dừng, không qua vạch: kéo mũi tên theo chiều xe vào nút",
                f"{list(stop.direction)} runs along the stop line, not over it: give the way vehicles enter "
                "the junction, for instance [0, -1] for up the picture",
            ),
        )
        return
    yield from _room(where, stop, size)
    if stop.commit is not None:
        yield from _commit(where, stop, stop.commit)
    for number, way in enumerate(stop.exits):
        yield from _exit((*where, "exits", number, "line"), stop, way)


def _room(where: Location, stop: StopLine, size: tuple[int, int]) -> Iterator[tuple[Location, Words]]:
    (x, y), (dx, dy) = middle(stop.line), stop.direction
    step = ROOM * size[1] / hypot(dx, dy)
    for sign, side in ((-1, words("trước", "before")), (1, words("sau", "after"))):
        there = x + sign * step * dx, y + sign * step * dy
        if not (0 <= there[0] <= size[0] and 0 <= there[1] <= size[1]):
            yield (
                (*where, "line"),
                words(
                    f"nằm ở mép hình: không thấy xe {side.vi} vạch; chỉnh lại camera, hoặc đảo chiều nếu "
                    "ngược",
                    f"lies at the edge of the picture: no vehicle is seen {side.en} it; turn the camera, or "
                    "the direction if it is the wrong way round",
                ),
            )


def _commit(where: Location, stop: StopLine, commit: Line) -> Iterator[tuple[Location, Words]]:
    if not _leads_across(stop.direction, commit):
        yield (
            (*where, "commit"),
            words(
                "chạy dọc theo hướng xe: vẽ ngang đường, sau vạch dừng",
                "runs along the stop line's direction: draw it across the way, past that line",
            ),
        )
    elif _meet(commit, stop.line):
        yield (
            (*where, "commit"),
            words(
                "cắt vạch dừng: vẽ cả vạch ở sau vạch dừng, trong nút",
                "meets the stop line: draw all of it past that line, in the junction",
            ),
        )
    elif _past(stop, middle(commit)) <= 0:
        yield (
            (*where, "commit"),
            words(
                "nằm trước vạch dừng theo hướng xe: vẽ sau vạch dừng, hoặc đảo chiều nếu mũi tên chỉ ra "
                "khỏi nút",
                f"lies before the stop line, seen along its direction {list(stop.direction)}: draw it past "
                "that line, or turn the direction round if it points out of the junction",
            ),
        )


def _exit(where: Location, stop: StopLine, way: Exit) -> Iterator[tuple[Location, Words]]:
    if way.movement == "straight" and _past(stop, middle(way.line)) <= 0:
        yield (
            where,
            words(
                "xe đi thẳng ra sau vạch dừng, lối ra này lại nằm trước vạch: vẽ ở phía bên kia nút, hoặc "
                "đảo chiều vạch dừng",
                "who goes straight on leaves past the stop line, this line lies before it: draw it at the "
                "far side of the junction, or turn the stop line's direction round",
            ),
        )


def _never_looked_at(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    if camera.detect.roi is None:
        return
    left, top, right, bottom = camera.detect.roi
    for where, points in areas_and_lines(camera):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(xs) <= left or min(xs) >= right or max(ys) <= top or min(ys) >= bottom:
            yield (
                where,
                words(
                    "nằm ngoài vùng tìm xe (detect.roi): dời vào, hoặc mở rộng vùng đó",
                    "lies outside detect.roi, where no vehicle is looked for: move it, or widen that",
                ),
            )


def areas_and_lines(camera: CameraConfig) -> list[tuple[Location, Line]]:
    """All areas and lines that vehicles drive over, with their places in the file."""
    return [
        *((("stop_lines", i, "line"), stop.line) for i, stop in enumerate(camera.stop_lines)),
        *((("lanes", i, "polygon"), lane.polygon) for i, lane in enumerate(camera.lanes)),
        *((("solid_lines", i, "line"), line.line) for i, line in enumerate(camera.solid_lines)),
        *((("zones", i, "polygon"), zone.polygon) for i, zone in enumerate(camera.zones)),
        *((("rider_zones", i, "polygon"), zone.polygon) for i, zone in enumerate(camera.rider_zones)),
    ]


def _percent(camera: CameraConfig) -> Iterator[tuple[Location, Words]]:
    """Whether all points are between 0 and 100 on a much larger picture, so that they are probably
    percentages."""
    shapes = [
        *areas_and_lines(camera),
        *((("heads", i, "box"), _ends(h)) for i, h in enumerate(camera.heads)),
    ]
    largest = max((max(point) for _, points in shapes for point in points), default=math.inf)
    if largest <= 100 and min(camera.size) >= 4 * 100:
        yield (
            shapes[0][0],
            words(
                "mọi điểm đều nằm trong 0 đến 100: đây là phần trăm, phải là điểm ảnh",
                "every point drawn in this file lies within 0 to 100: these are parts of a hundred, "
                "give pixels",
            ),
        )


def _ends(head: Head) -> Line:
    return head.box[:2], head.box[2:]


def _leads_across(direction: PixelPoint, line: Line) -> bool:
    """False if the direction runs along the line from its first point to its last, or these are identical."""
    length = dist(line[0], line[-1]) * hypot(*direction)
    return length > 0 and degrees(asin(min(1.0, abs(_side(direction, line)) / length))) >= LEAST_ANGLE


def _past(stop: StopLine, point: PixelPoint) -> float:
    """Positive if the point lies past the stop line."""
    sign = 1.0 if _side(stop.direction, stop.line) > 0 else -1.0
    a, b = min(pairwise(stop.line), key=lambda part: dist(middle(part), point))
    return sign * turn(a, b, point)


def _side(direction: PixelPoint, line: Line) -> float:
    """Positive if the direction leads to the right of the line."""
    (x, y), (dx, dy) = line[0], direction
    return turn(line[0], line[-1], (x + dx, y + dy))


def _meet(one: Line, other: Line) -> bool:
    return any(cross(*a, *b) for a in pairwise(one) for b in pairwise(other))
