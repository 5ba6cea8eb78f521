"""When the low sun shines into a camera's lens: by its direction of view, for each month.

By NOAA's general equations, accurate to a quarter of a degree: enough to choose a mounting place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import atan2, cos, degrees, pi, radians, sin, tan

LOW = 20.0
"""Height in degrees below which the sun is in the picture or just above it."""

ASIDE = 35.0
"""Degrees to either side of the direction of view within which it dazzles."""

ZONE = 7
"""Hours that Vietnam's clocks are ahead of UTC."""

MIDDLE = (16.0, 106.5)
"""Latitude and longitude of the middle of Vietnam: times are accurate to twenty minutes anywhere in it."""

STEP = 5
"""Minutes between two computed positions of the sun."""

SHORTEST = 10
"""Least minutes of glare that are reported."""


@dataclass(frozen=True)
class Glare:
    """In a month (1 to 12) the sun stands low in front of the lens from `start` to `end`, minutes of the
    local day, on its 21st."""

    month: int
    start: int
    end: int


def position(day: date, minute: float, place: tuple[float, float] = MIDDLE) -> tuple[float, float]:
    """(height, direction) of the sun in degrees, `minute` of the local day: 0 is the horizon, 90 east."""
    latitude, longitude = radians(place[0]), place[1]
    turn = 2 * pi / 365 * (day.timetuple().tm_yday - 1 + (minute / 60 - 12) / 24)
    late = 229.18 * (
        0.000075 + 0.001868 * cos(turn) - 0.032077 * sin(turn)
        - 0.014615 * cos(2 * turn) - 0.040849 * sin(2 * turn)
    )  # fmt: skip
    tilt = (
        0.006918 - 0.399912 * cos(turn) + 0.070257 * sin(turn) - 0.006758 * cos(2 * turn)
        + 0.000907 * sin(2 * turn) - 0.002697 * cos(3 * turn) + 0.00148 * sin(3 * turn)
    )  # fmt: skip
    hour = radians((minute + late + 4 * longitude - 60 * ZONE) / 4 - 180)
    up = sin(latitude) * sin(tilt) + cos(latitude) * cos(tilt) * cos(hour)
    towards = atan2(sin(hour), cos(hour) * sin(latitude) - tan(tilt) * cos(latitude))
    return degrees(atan2(up, (1 - up * up) ** 0.5)), (degrees(towards) + 180) % 360


def glare(bearing: float, year: int, place: tuple[float, float] = MIDDLE) -> Iterator[Glare]:
    """The months in which a camera that looks towards `bearing` (degrees from north, 90 is east) is
    dazzled."""
    for month in range(1, 13):
        minutes = [
            minute
            for minute in range(0, 24 * 60, STEP)
            if _dazzles(position(date(year, month, 21), minute, place), bearing)
        ]
        if minutes and minutes[-1] - minutes[0] >= SHORTEST:
            yield Glare(month, minutes[0], minutes[-1])


def _dazzles(sun: tuple[float, float], bearing: float) -> bool:
    height, direction = sun
    aside = abs((direction - bearing + 180) % 360 - 180)
    return 0 <= height <= LOW and aside <= ASIDE


@dataclass(frozen=True)
class Span:
    """Consecutive months, possibly over the turn of the year, and the earliest and latest minute of glare in
    them."""

    first: int
    last: int
    start: int
    end: int


def spans(glares: Iterable[Glare]) -> Iterator[Span]:
    """The same, with consecutive months joined."""
    known = {one.month: one for one in glares}
    begins = [month for month in known if (month - 2) % 12 + 1 not in known] or sorted(known)[:1]
    for first in begins:
        row = []
        for month in ((first - 1 + n) % 12 + 1 for n in range(12)):
            if month not in known:
                break
            row.append(known[month])
        yield Span(first, row[-1].month, min(one.start for one in row), max(one.end for one in row))
