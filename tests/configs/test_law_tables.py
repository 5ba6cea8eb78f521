"""The shipped law tables: every row read, the right one chosen, working days counted."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.law_tables import (
    LawError,
    OffenceRule,
    deadlines,
    holidays,
    offence,
    offences,
    reasons,
)
from contract.vehicles import VehicleKind

TODAY = date(2026, 11, 24)
CAR, BUS, BIKE = VehicleKind.CAR, VehicleKind.BUS, VehicleKind.MOTORBIKE


@pytest.mark.parametrize(
    ("rule", "kind", "basis", "usual", "points"),
    [
        ("red_light", CAR, "Điều 6, khoản 9, điểm b", 19_000_000, 4),
        ("red_light", BUS, "Điều 6, khoản 9, điểm b", 19_000_000, 4),
        ("red_light", BIKE, "Điều 7, khoản 7, điểm c", 5_000_000, 4),
        ("red_light", "specialised", "Điều 8, khoản 7, điểm c", 7_000_000, 0),
        ("stop_line", CAR, "Điều 6, khoản 1, điểm a", 500_000, 0),
        ("solid_line", BIKE, "Điều 7, khoản 1, điểm a", 300_000, 0),
        ("wrong_lane", CAR, "Điều 6, khoản 5, điểm b", 5_000_000, 2),
        ("wrong_way", BIKE, "Điều 7, khoản 7, điểm a", 5_000_000, 2),
        ("illegal_turn", BIKE, "Điều 7, khoản 3, điểm a", 700_000, 0),
        ("no_stopping", CAR, "Điều 6, khoản 2, điểm d", 700_000, 0),
        ("plate_mismatch", CAR, "Điều 13, khoản 8, điểm a", 23_000_000, 10),
    ],
)
def test_the_offence_of_a_rule_and_vehicle(
    rule: OffenceRule, kind: VehicleKind, basis: str, usual: int, points: int
) -> None:
    row = offence(rule, kind, TODAY)
    assert (row.legal_basis, row.usual_fine, row.points) == (f"NĐ 168/2024/NĐ-CP, {basis}", usual, points)


@pytest.mark.parametrize(
    ("kind", "at"),
    [
        (VehicleKind.BICYCLE, TODAY),
        (CAR, date(2024, 12, 31)),
        (CAR, datetime(2024, 12, 31, 16, 59, tzinfo=UTC)),
    ],
)
def test_what_the_table_does_not_hold_is_said(kind: VehicleKind, at: date) -> None:
    with pytest.raises(LawError, match="no offence for red_light"):
        offence("red_light", kind, at)


def test_the_day_is_the_day_in_vietnam() -> None:
    assert offence("red_light", CAR, datetime(2024, 12, 31, 17, 0, tzinfo=UTC)).points == 4


def test_no_offence_is_listed_twice_and_every_band_is_a_band() -> None:
    rows = offences(TODAY)
    assert max(Counter((row.rule, row.vehicle) for row in rows).values()) == 1
    assert max(Counter(row.code for row in rows).values()) == 1
    assert all(row.fine_min < row.fine_max for row in rows)


@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        ("notice", date(2026, 11, 24), date(2026, 12, 4)),
        ("limitation", date(2026, 11, 24), date(2027, 11, 24)),
        ("limitation", date(2028, 2, 29), date(2029, 2, 28)),
        ("record", date(2026, 11, 19), date(2026, 11, 27)),
        ("record", date(2026, 2, 13), date(2026, 2, 27)),
        ("service", date(2026, 11, 20), date(2026, 11, 25)),
        ("decision", datetime(2026, 9, 3, 18, 0, tzinfo=UTC), date(2026, 9, 15)),
    ],
)
def test_a_deadline_falls_on(code: str, start: date, due: date) -> None:
    assert deadlines(TODAY)[code].due(start) == due


@given(st.dates(date(2025, 1, 1), date(2027, 10, 1)))
def test_working_days_never_end_on_a_free_day_and_never_go_back(start: date) -> None:
    record = deadlines(TODAY)["record"]
    due = record.due(start)
    assert due.weekday() < 5
    assert due not in {holiday.day for holiday in holidays()}
    assert start + timedelta(days=record.amount) <= due <= record.due(start + timedelta(days=1))


def test_holidays_are_weekdays_in_order_and_cover_three_years() -> None:
    days = [holiday.day for holiday in holidays()]
    assert all(a < b for a, b in pairwise(days))
    assert all(day.weekday() < 5 for day in days)
    assert {day.year for day in days} == {2025, 2026, 2027}


def test_reasons_have_text_in_both_languages_and_other_needs_a_note() -> None:
    table = reasons()
    assert len(table) >= 15
    assert table["other"].note_required
    assert all(row.text_vi != row.text_en for row in table.values())
