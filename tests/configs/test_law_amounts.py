"""What a fine may be: middle of the band, circumstances, organisations, minors, the right to
explain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.law_amounts import (
    Band,
    Person,
    allowed_fines,
    band_for,
    may_explain,
    points_of,
    usual_fine,
)
from configs.law_rows import Effect
from configs.law_tables import LawError, shipped

DAY = date(2026, 11, 24)
RULES = shipped().sanctions(DAY)
M = 1_000_000
RED_CAR = Band(18 * M, 20 * M)
UP: Effect = "aggravating"
DOWN: Effect = "mitigating"


@pytest.mark.parametrize(
    ("effects", "usual", "low", "high"),
    [
        ([], 19_000_000, 19_000_000, 19_000_000),
        ([DOWN], 18_500_000, 18_000_000, 19_000_000),
        ([DOWN, DOWN], 18_000_000, 18_000_000, 18_000_000),
        ([UP], 19_500_000, 19_000_000, 20_000_000),
        ([UP, UP, UP], 20_000_000, 20_000_000, 20_000_000),
        ([UP, DOWN], 19_000_000, 19_000_000, 19_000_000),
        ([UP, UP, DOWN], 19_500_000, 19_000_000, 20_000_000),
    ],
)
def test_circumstances_move_the_fine_from_the_middle(
    effects: list[Effect], usual: int, low: int, high: int
) -> None:
    assert usual_fine(RED_CAR, effects) == usual
    assert allowed_fines(RED_CAR, effects) == Band(low, high)


@pytest.mark.parametrize(
    ("person", "low", "high"),
    [
        (Person(), 18 * M, 20 * M),
        (Person(organisation=True), 36 * M, 40 * M),
        (Person(birth=date(2008, 11, 24)), 18 * M, 20 * M),  # 18 on the day of the act
        (Person(birth=date(2008, 11, 25)), 9 * M, 10 * M),  # a day short of it
        (Person(birth=date(2010, 11, 24)), 9 * M, 10 * M),
        (Person(birth=date(2010, 11, 25)), 0, 0),  # under 16: a warning
        (Person(organisation=True, birth=date(2015, 1, 1)), 36 * M, 40 * M),
    ],
)
def test_the_band_is_of_the_person(person: Person, low: int, high: int) -> None:
    assert band_for(18 * M, 20 * M, person, DAY, RULES) == Band(low, high)


@given(
    st.integers(1, 50), st.integers(1, 50), st.lists(st.sampled_from([UP, DOWN]), max_size=6), st.booleans()
)
def test_a_fine_never_leaves_its_band(
    low: int, width: int, effects: list[Effect], organisation: bool
) -> None:
    band = band_for(low * 100_000, (low + width) * 100_000, Person(organisation), DAY, RULES)
    allowed = allowed_fines(band, effects)
    assert band.low <= allowed.low <= usual_fine(band, effects) <= allowed.high <= band.high


@pytest.mark.parametrize(
    ("points", "organisation", "expected"),
    [([4, 2], False, 4), ([], False, 0), ([10, 4], True, 0), ([0], False, 0)],
)
def test_one_decision_takes_the_highest_points(points: list[int], organisation: bool, expected: int) -> None:
    assert points_of(points, Person(organisation)) == expected


@pytest.mark.parametrize(
    ("band_high", "organisation", "suspension", "opens"),
    [
        (20 * M, False, False, True),  # a car's red light
        (6 * M, False, False, False),  # a motorbike's
        (15 * M, False, False, True),
        (14_999_999, False, False, False),
        (15 * M, True, False, True),  # 30 M for an organisation
        (14 * M, True, False, False),
        (1 * M, False, True, True),
    ],
)
def test_the_right_to_explain_opens_by_the_top_of_the_band(
    band_high: int, organisation: bool, suspension: bool, opens: bool
) -> None:
    assert may_explain(band_high, Person(organisation), RULES, suspension=suspension) is opens


LAST = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("title", "day", "limit", "licence"),
    [
        ("officer", DAY, 7_500_000, False),
        ("team_head", DAY, 22_500_000, True),
        ("commune_police_head", DAY, 37_500_000, True),
        ("division_head", DAY, 60_000_000, True),
        ("provincial_police_head", DAY, 75_000_000, True),
        ("officer", date(2025, 6, 30), 500_000, False),
        ("team_head", date(2025, 6, 30), 1_500_000, True),
    ],
)
def test_powers_are_dated(title: str, day: date, limit: int, licence: bool) -> None:
    row = shipped().signer(title, day)
    assert (row.limit, row.licence) == (limit, licence)


def test_an_unknown_title_and_an_early_day_are_said() -> None:
    with pytest.raises(LawError, match="'mayor'"):
        shipped().signer("mayor", DAY)
    with pytest.raises(LawError, match="31/12/2024"):
        shipped().sanctions(date(2024, 12, 31))


@pytest.mark.parametrize(
    ("article", "inside"),
    [("6.2.đ", True), ("6.3.e", True), ("8.2.b", True), ("7.2.k", True), ("8.4.d", True), ("6.9.b", False),
     ("6.1.a", False), ("6.4.k", False), ("7.7.c", False), ("8.20.a", False), ("13.8.a", False)],
)  # fmt: skip
def test_the_commune_has_a_closed_list(article: str, inside: bool) -> None:
    assert shipped().in_list("commune", article) is inside
