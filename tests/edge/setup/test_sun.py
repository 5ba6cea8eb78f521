"""The sun is where almanacs say, and dazzles who looks towards it while it is low."""

from datetime import date

import pytest

from edge.setup.sun import Glare, Span, glare, position, spans

HANOI, SAIGON = (21.03, 105.85), (10.78, 106.70)


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


@pytest.mark.parametrize(
    ("day", "at", "place", "height", "direction"),
    [
        (date(2026, 12, 22), "17:20", HANOI, -0.8, 245),  # sunset in Hanoi at midwinter
        (date(2026, 6, 21), "5:15", HANOI, -0.8, 65),  # sunrise at midsummer
        (date(2026, 3, 20), "6:01", SAIGON, 0.0, 90),  # equinox: due east
        (date(2026, 6, 21), "11:59", HANOI, 87.6, 0),  # it passes north of Hanoi then
        (date(2026, 12, 22), "11:55", HANOI, 45.5, 180),
    ],
)
def test_where_it_stands(
    day: date, at: str, place: tuple[float, float], height: float, direction: float
) -> None:
    up, towards = position(day, minute(at), place)
    assert up == pytest.approx(height, abs=0.7)
    assert abs((towards - direction + 180) % 360 - 180) < (12 if height > 80 else 1.5)


def test_who_looks_west_is_dazzled_in_the_evening_all_the_year() -> None:
    found = list(glare(270, 2026, HANOI))
    assert [one.month for one in found] == list(range(1, 13))
    assert all(minute("15:30") < one.start < one.end < minute("18:50") for one in found)
    assert [(span.first, span.last) for span in spans(found)] == [(1, 12)]


def test_who_looks_north_never_is() -> None:
    assert list(glare(0, 2026)) == []


def test_who_looks_south_west_is_dazzled_in_winter_over_the_turn_of_the_year() -> None:
    [span] = spans(glare(230, 2026))
    assert span.first > span.last
    assert minute("15:30") < span.start < span.end < minute("18:00")


def test_months_in_a_row_stand_together() -> None:
    found = [Glare(month, 900 + month, 960 + month) for month in (1, 2, 5, 12)]
    assert list(spans(found)) == [Span(5, 5, 905, 965), Span(12, 2, 901, 972)]
    assert list(spans([])) == []
