"""Decides which plate of a picture is the accused vehicle's own and stays readable. In doubt it is hidden."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from contract.types import Message
from edge.masking.hide import Box
from edge.plate.find import PlateBox
from edge.plate.reading import PlateReading

REACH_MS = 400
"""Largest time difference, in ms, to the track points a position is interpolated from."""
LIKE = 0.6
"""Share of matching characters from which a reading counts as the own plate's."""


class Own(Message):
    """The accused vehicle: its plate, and where it was (`t_ms` from the act, box in parts of the picture).

    `start_ms`: when the picture was taken or the clip begins, from the act. `cut_out`: the picture is a crop
    of the vehicle's plate.
    """

    plate: str
    track: tuple[tuple[int, Box], ...] = ()
    start_ms: int = 0
    cut_out: bool = False


@dataclass(frozen=True)
class Seen:
    """A plate found in a picture, with its reading (None: not read)."""

    box: PlateBox
    reading: PlateReading | None


def own_plate(plates: Sequence[Seen], own: Own, t_ms: float, size: tuple[int, int]) -> Seen | None:
    """The vehicle's own plate among those of a picture of `size` (width, height) taken at `t_ms`."""
    if own.cut_out:
        likely = [seen for seen in plates if not _is_other(seen, own.plate)]
        return max(likely, key=lambda seen: seen.box.width, default=None)
    inside = _place(own.track, t_ms)
    likely = [seen for seen in plates if _is_own(seen, own.plate, inside, size)]
    return max(likely, key=lambda seen: (_likeness(seen, own.plate), seen.box.score), default=None)


def may_be_own(box: PlateBox, own: Own, t_ms: float, size: tuple[int, int]) -> bool:
    """Whether a plate lies where the vehicle's own may be: only then is it worth reading."""
    inside = None if own.cut_out else _place(own.track, t_ms)
    return inside is None or _lies_in(box, inside, size)


def _is_own(seen: Seen, plate: str, inside: Box | None, size: tuple[int, int]) -> bool:
    if inside is None:
        return _likeness(seen, plate) == 1.0
    return _lies_in(seen.box, inside, size) and not _is_other(seen, plate)


def _lies_in(box: PlateBox, inside: Box, size: tuple[int, int]) -> bool:
    width, height = size
    x1, y1, x2, y2 = box.bounds
    x, y = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
    return inside[0] <= x <= inside[2] and inside[1] <= y <= inside[3]


def _is_other(seen: Seen, plate: str) -> bool:
    """Whether it was read, and as another plate."""
    return seen.reading is not None and _likeness(seen, plate) < LIKE


def _likeness(seen: Seen, plate: str) -> float:
    text = seen.reading.text if seen.reading is not None else ""
    same = sum(a == b for a, b in zip(text, plate, strict=False))
    return same / max(len(text), len(plate), 1)


def _place(track: Sequence[tuple[int, Box]], t_ms: float) -> Box | None:
    """The vehicle's position at that time, between the two nearest points of its track."""
    times = [point[0] for point in track]
    after = bisect_left(times, t_ms)
    near = [track[i] for i in (after - 1, after) if 0 <= i < len(track) and abs(times[i] - t_ms) <= REACH_MS]
    if not near:
        return None
    if len(near) == 1:
        return near[0][1]
    (first, a), (last, b) = near
    share = (t_ms - first) / (last - first) if last > first else 0.0
    x1, y1, x2, y2 = (p + (q - p) * share for p, q in zip(a, b, strict=True))
    return x1, y1, x2, y2
