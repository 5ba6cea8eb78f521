"""The shipped law tables, row by row: which offence a finding is, what it costs, which rows hold on which
day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.law_rows import Offence, Party, VehicleClass
from configs.law_tables import (
    FOLDER,
    MODELS,
    Option,
    Scene,
    UnfitTableError,
    book_of,
    holidays,
    read_table,
    reasons,
    shipped,
    vehicle_class,
)
from configs.loading import ConfigError
from contract.vehicles import VehicleKind

TODAY = date(2026, 11, 24)
BOOK = shipped()
K, M = 1_000, 1_000_000

A: VehicleClass = "car"
B: VehicleClass = "motorbike"
S: VehicleClass = "specialised"


def options(
    rule: str, vehicle: VehicleClass | None, at: date = TODAY, party: Party = "driver", **facts: str
) -> tuple[Option, ...]:
    """What a finding with these facts may be charged with on an ordinary road."""
    return BOOK.options(rule, vehicle, at, Scene(facts), party)


def told(row: Offence) -> tuple[str, int, int, int]:
    """Article, band and points."""
    return row.article, row.fine_min, row.fine_max, row.points


@pytest.mark.parametrize(
    ("rule", "vehicle", "facts", "expected"),
    [
        ("red_light", A, {}, ("6.9.b", 18 * M, 20 * M, 4)),
        ("red_light", B, {}, ("7.7.c", 4 * M, 6 * M, 4)),
        ("red_light", S, {}, ("8.7.c", 6 * M, 8 * M, 0)),
        ("stop_line", A, {}, ("6.1.a", 400 * K, 600 * K, 0)),
        ("stop_line", B, {}, ("7.1.a", 200 * K, 400 * K, 0)),
        ("stop_line", S, {}, ("8.1.a", 400 * K, 600 * K, 0)),
        ("wrong_lane", A, {}, ("6.5.b", 4 * M, 6 * M, 2)),
        ("wrong_lane", B, {}, ("7.3.d", 600 * K, 800 * K, 0)),
        ("wrong_lane", S, {}, ("8.6.đ", 3 * M, 5 * M, 0)),
        ("wrong_way", A, {}, ("6.9.d", 18 * M, 20 * M, 4)),
        ("wrong_way", B, {}, ("7.7.a", 4 * M, 6 * M, 2)),
        ("wrong_way", S, {}, ("8.7.d", 6 * M, 8 * M, 0)),
        # touching the line, changing lanes over it and the opposing half are three acts
        ("solid_line", A, {}, ("6.1.a", 400 * K, 600 * K, 0)),
        ("solid_line", A, {"basis": "lane_changed"}, ("6.2.a", 600 * K, 800 * K, 0)),
        ("solid_line", A, {"basis": "opposing_half"}, ("6.5.b", 4 * M, 6 * M, 2)),
        ("solid_line", B, {}, ("7.1.a", 200 * K, 400 * K, 0)),
        ("solid_line", B, {"basis": "lane_changed"}, ("7.1.e", 200 * K, 400 * K, 0)),
        ("solid_line", B, {"basis": "opposing_half"}, ("7.3.d", 600 * K, 800 * K, 0)),
        ("solid_line", S, {"basis": "lane_changed"}, ("8.6.h", 3 * M, 5 * M, 0)),
        ("solid_line", S, {"basis": "opposing_half"}, ("8.6.đ", 3 * M, 5 * M, 0)),
        # turning: sign, place and arrow are three offences; a U-turn of a motorbike has its own point
        ("illegal_turn", A, {"basis": "P.123a", "movement": "left"}, ("6.4.k", 2 * M, 3 * M, 0)),
        ("illegal_turn", B, {"basis": "P.123b", "movement": "right"}, ("7.3.a", 600 * K, 800 * K, 0)),
        ("illegal_turn", S, {"basis": "P.123a", "movement": "left"}, ("8.4.d", 1 * M, 2 * M, 0)),
        ("illegal_turn", A, {"basis": "P.124a", "movement": "u_turn"}, ("6.4.k", 2 * M, 3 * M, 0)),
        (
            "illegal_turn",
            B,
            {"basis": "P.124a", "movement": "u_turn"},
            ("7.2.k", 400 * K, 600 * K, 0),
        ),
        ("illegal_turn", S, {"basis": "P.124b", "movement": "u_turn"}, ("8.4.d", 1 * M, 2 * M, 0)),
        ("illegal_turn", A, {"basis": "place", "movement": "u_turn"}, ("6.4.i", 2 * M, 3 * M, 0)),
        ("illegal_turn", B, {"basis": "place", "movement": "u_turn"}, ("7.2.k", 400 * K, 600 * K, 0)),
        ("illegal_turn", A, {"basis": "tunnel", "movement": "u_turn"}, ("6.4.đ", 2 * M, 3 * M, 2)),
        ("illegal_turn", B, {"basis": "tunnel", "movement": "u_turn"}, ("7.4.d", 800 * K, 1 * M, 0)),
        ("illegal_turn", S, {"basis": "tunnel", "movement": "u_turn"}, ("8.5.a", 2 * M, 3 * M, 0)),
        (
            "illegal_turn",
            A,
            {"basis": "arrow", "movement": "straight"},
            ("6.1.a", 400 * K, 600 * K, 0),
        ),
        ("illegal_turn", B, {"basis": "arrow", "movement": "left"}, ("7.1.a", 200 * K, 400 * K, 0)),
        ("illegal_turn", A, {}, ("6.1.a", 400 * K, 600 * K, 0)),
        ("illegal_turn", B, {}, ("7.1.a", 200 * K, 400 * K, 0)),
        ("illegal_turn", S, {}, ("8.1.a", 400 * K, 600 * K, 0)),
        ("illegal_turn", A, {"basis": "R.301a", "movement": "left"}, ("6.1.a", 400 * K, 600 * K, 0)),
        # stopping: the zone says which ban it was
        ("no_stopping", A, {"basis": "P130"}, ("6.2.đ", 600 * K, 800 * K, 0)),
        ("no_stopping", B, {"basis": "P130"}, ("7.2.e", 400 * K, 600 * K, 0)),
        ("no_stopping", S, {"basis": "P130"}, ("8.2.a", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "crosswalk"}, ("6.2.đ", 600 * K, 800 * K, 0)),
        ("no_stopping", B, {"basis": "crosswalk"}, ("7.2.e", 400 * K, 600 * K, 0)),
        ("no_stopping", S, {"basis": "crosswalk"}, ("8.2.c", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "bus_lane"}, ("6.2.đ", 600 * K, 800 * K, 0)),
        ("no_stopping", S, {"basis": "bus_lane"}, ("8.2.c", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "junction"}, ("6.3.đ", 800 * K, 1 * M, 0)),
        ("no_stopping", B, {"basis": "junction"}, ("7.2.e", 400 * K, 600 * K, 0)),
        ("no_stopping", A, {"basis": "bus_stop"}, ("6.3.đ", 800 * K, 1 * M, 0)),
        ("no_stopping", B, {"basis": "bus_stop"}, ("7.2.e", 400 * K, 600 * K, 0)),
        ("no_stopping", A, {"basis": "gate"}, ("6.3.đ", 800 * K, 1 * M, 0)),
        ("no_stopping", S, {"basis": "gate"}, ("8.2.b", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "curve"}, ("6.4.b", 2 * M, 3 * M, 2)),
        ("no_stopping", A, {"basis": "double"}, ("6.4.b", 2 * M, 3 * M, 2)),
        ("no_stopping", A, {"basis": "bridge"}, ("6.4.b", 2 * M, 3 * M, 2)),
        ("no_stopping", B, {"basis": "bridge"}, ("7.3.c", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "tunnel"}, ("6.4.đ", 2 * M, 3 * M, 2)),
        ("no_stopping", B, {"basis": "tunnel"}, ("7.4.b", 800 * K, 1 * M, 0)),
        ("no_stopping", A, {"basis": "wrong_side"}, ("6.2.d", 600 * K, 800 * K, 0)),
        ("no_stopping", S, {"basis": "median"}, ("8.2.a", 600 * K, 800 * K, 0)),
        ("no_stopping", A, {"basis": "yellow_box"}, ("6.1.a", 400 * K, 600 * K, 0)),
        ("no_stopping", B, {"basis": "yellow_box"}, ("7.1.a", 200 * K, 400 * K, 0)),
        ("no_helmet", B, {"who": "driver"}, ("7.2.h", 400 * K, 600 * K, 0)),
        ("no_helmet", B, {"who": "passenger"}, ("7.2.i", 400 * K, 600 * K, 0)),
        ("passengers", B, {"passengers": "2"}, ("7.2.g", 400 * K, 600 * K, 0)),
        ("passengers", B, {"passengers": "3"}, ("7.3.b", 600 * K, 800 * K, 2)),
        ("plate_mismatch", A, {}, ("13.8.a", 20 * M, 26 * M, 10)),
        ("plate_mismatch", B, {}, ("14.3.a", 4 * M, 6 * M, 6)),
        ("plate_mismatch", S, {}, ("16.2.d", 1 * M, 2 * M, 0)),
    ],
)
def test_what_the_evidence_proves(
    rule: str, vehicle: VehicleClass, facts: dict[str, str], expected: tuple[str, int, int, int]
) -> None:
    first = options(rule, vehicle, **facts)[0]
    assert first.proven
    assert told(first.offence) == expected


@pytest.mark.parametrize(
    ("rule", "vehicle", "facts", "article"),
    [
        ("no_stopping", A, {"basis": "P130"}, "6.3.e"),  # parking at P.130
        ("no_stopping", A, {"basis": "P131"}, "6.3.e"),
        ("no_stopping", A, {"basis": "pavement"}, "6.3.e"),
        ("no_stopping", B, {"basis": "pavement"}, "7.2.d"),
        ("no_stopping", A, {"basis": "bus_lane"}, "6.3.e"),
        ("no_stopping", B, {"basis": "bus_lane"}, "7.2.d"),
        ("no_stopping", A, {"basis": "P130"}, "6.5.k"),  # causing a jam
        ("no_stopping", A, {}, "6.2.đ"),  # a zone whose basis nobody declared
        ("illegal_turn", A, {}, "6.5.b"),  # some units charge arrows as the wrong lane
        ("illegal_turn", A, {}, "6.4.k"),
        ("solid_line", A, {}, "6.5.a"),
        ("plate_mismatch", A, {}, "13.8.b"),
    ],
)
def test_what_needs_an_officers_reason(
    rule: str, vehicle: VehicleClass, facts: dict[str, str], article: str
) -> None:
    found = [option for option in options(rule, vehicle, **facts) if option.offence.article == article]
    assert found
    assert not any(option.proven for option in found)


@pytest.mark.parametrize("facts", [{}, {"basis": "P131"}, {"basis": "pavement"}])
def test_standing_alone_does_not_prove_parking_nor_an_undeclared_ban(facts: dict[str, str]) -> None:
    found = options("no_stopping", A, **facts)
    assert found
    assert not any(option.proven for option in found)


def test_a_ban_sign_is_never_charged_without_the_sign() -> None:
    for facts in ({}, {"movement": "left"}, {"basis": "arrow", "movement": "u_turn"}):
        assert told(options("illegal_turn", A, **facts)[0].offence)[0] == "6.1.a"
    assert "6.4.k" not in [o.offence.article for o in options("illegal_turn", A, prohibited_by="P.123a")][:1]


@pytest.mark.parametrize(
    ("rule", "vehicle", "facts", "article"),
    [
        ("wrong_way", A, {}, "6.11.đ"),
        ("wrong_way", S, {}, "8.9.đ"),
        ("solid_line", A, {"basis": "lane_changed"}, "6.5.g"),
        ("no_stopping", A, {"basis": "expressway"}, "6.7.c"),
        ("no_stopping", S, {"basis": "expressway"}, "8.6.b"),
        ("no_stopping", A, {"basis": "emergency_strip"}, "6.7.c"),
    ],
)
def test_an_expressway_has_rows_of_its_own_and_blocks_the_ordinary_ones(
    rule: str, vehicle: VehicleClass, facts: dict[str, str], article: str
) -> None:
    found = BOOK.options(rule, vehicle, TODAY, Scene(facts, expressway=True))
    assert [option.offence.article for option in found if option.proven] == [article]
    assert all(option.offence.place != "ordinary" for option in found)
    assert article not in [option.offence.article for option in options(rule, vehicle, **facts)]


@pytest.mark.parametrize("facts", [{}, {"basis": "P130"}, {"basis": "P131"}])
def test_a_ban_sign_on_an_expressway_leaves_the_officer_the_expressway_s_own_row(
    facts: dict[str, str],
) -> None:
    found = BOOK.options("no_stopping", A, TODAY, Scene(facts, expressway=True))
    assert ("6.7.c", False) in [(option.offence.article, option.proven) for option in found]


def test_the_emergency_strip_is_an_offence_only_since_the_decree_of_2026() -> None:
    scene = Scene({"basis": "emergency_strip"}, expressway=True)
    before = BOOK.options("no_stopping", A, date(2026, 8, 14), scene)
    assert [option.proven for option in before] == [False]
    assert BOOK.options("no_stopping", A, date(2026, 8, 15), scene)[0].proven


@pytest.mark.parametrize(
    ("vehicle", "expected"),
    [
        (A, ("6.10", 20 * M, 22 * M, 10)),
        (B, ("7.10", 10 * M, 14 * M, 10)),
        (S, ("8.8", 14 * M, 16 * M, 0)),
    ],
)
def test_an_accident_replaces_the_act(vehicle: VehicleClass, expected: tuple[str, int, int, int]) -> None:
    found = BOOK.options("red_light", vehicle, TODAY, Scene(accident=True))
    assert [told(option.offence) for option in found] == [expected]
    assert not found[0].proven


@pytest.mark.parametrize(
    ("act", "vehicle", "expected"),
    [
        ("plate_wrong", A, ("32.13.d", 20 * M, 26 * M, 10)),
        ("plate_wrong", B, ("32.8.h", 4 * M, 6 * M, 6)),
        ("plate_missing", A, ("32.12.b", 16 * M, 18 * M, 0)),
        ("plate_missing", B, ("32.8.h", 4 * M, 6 * M, 6)),
    ],
)
def test_an_owner_who_drives_has_offences_of_his_own(
    act: str, vehicle: VehicleClass, expected: tuple[str, int, int, int]
) -> None:
    rows = {o.offence.act: o.offence for o in options("plate_mismatch", vehicle, party="owner")}
    assert told(rows[act]) == expected


def test_covered_plates_are_two_dated_rows() -> None:
    day = date(2026, 8, 14)
    before = [row for row in BOOK.offences(day) if row.act == "plate_covered" and row.vehicle == A]
    after = [row for row in BOOK.offences(day + timedelta(days=1)) if row.code == "COV-A"]
    assert [row.amended for row in (*before, *after)] == [None, "NĐ 238/2026/NĐ-CP"]
    assert "NĐ 238/2026/NĐ-CP" in after[0].legal_basis


def test_a_wrong_plate_is_confiscated() -> None:
    assert {row.code for row in BOOK.offences(TODAY) if row.confiscation} == {
        "PLATE-A", "PLATE-M", "PLATE-S", "PLATE-A-O",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("vehicle", "at"),
    [(None, TODAY), (A, date(2024, 12, 31)), (A, datetime(2024, 12, 31, 16, 59, tzinfo=UTC))],
)
def test_bicycles_and_days_before_the_decree_have_nothing_to_charge(
    vehicle: VehicleClass | None, at: date
) -> None:
    assert options("red_light", vehicle, at) == ()


def test_the_day_is_the_day_in_vietnam() -> None:
    assert options("red_light", A, datetime(2024, 12, 31, 17, 0, tzinfo=UTC))


def test_a_rule_without_a_row_has_nothing_to_charge() -> None:
    assert options("speeding", A) == ()


def test_papers_cite_the_article() -> None:
    assert options("red_light", A)[0].offence.legal_basis == "NĐ 168/2024/NĐ-CP, Điều 6, khoản 9, điểm b"
    accident = BOOK.options("red_light", B, TODAY, Scene(accident=True))[0].offence
    assert accident.legal_basis == "NĐ 168/2024/NĐ-CP, Điều 7, khoản 10"


def test_what_a_picture_suggests_until_the_register_speaks() -> None:
    assert [vehicle_class(kind) for kind in VehicleKind] == ["car", "motorbike", "car", "car", None]


@given(
    st.sampled_from([finding.rule for finding in BOOK.acts_table.findings]),
    st.sampled_from([A, B, S]),
    st.booleans(),
    st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    st.dictionaries(
        st.sampled_from(["basis", "prohibited_by", "movement", "line_effect"]), st.text(max_size=6)
    ),
)
def test_the_default_is_the_lowest_of_what_is_proven(
    rule: str, vehicle: VehicleClass, expressway: bool, at: date, facts: dict[str, str]
) -> None:
    found = BOOK.options(rule, vehicle, at, Scene(facts, expressway))
    proven = [option.offence.fine_max for option in found if option.proven]
    assert proven == sorted(proven)
    assert [option.proven for option in found] == sorted((option.proven for option in found), reverse=True)
    assert all(option.offence.holds(at) and option.offence.vehicle == vehicle for option in found)


def test_every_row_has_a_code_of_its_own_on_each_day() -> None:
    for day in (date(2025, 1, 1), date(2026, 8, 14), TODAY):
        codes = Counter(row.code for row in BOOK.offences(day))
        assert max(codes.values()) == 1


def test_every_act_has_words_and_every_row_a_source() -> None:
    assert {row.act for row in BOOK.offences_table.offences} == set(BOOK.acts)
    assert all(row.legal_basis and row.source for row in BOOK.deadlines_table.deadlines)


def test_holidays_are_weekdays_in_order_and_worked_days_are_saturdays() -> None:
    days = [holiday.day for holiday in holidays()]
    assert all(a < b for a, b in pairwise(days))
    assert all(day.weekday() < 5 for day in days)
    assert {day.year for day in days} == {2025, 2026, 2027}
    assert [day.day for day in BOOK.holidays_table.worked_days] == [
        date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22),
    ]  # fmt: skip
    assert all(day.day.weekday() == 5 for day in BOOK.holidays_table.worked_days)


def test_reasons_have_text_in_both_languages_and_other_comes_last_with_a_note() -> None:
    table = reasons()
    assert table["other"].note_required
    assert list(table)[-1] == "other"
    assert all(row.text_vi != row.text_en for row in table.values())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("valid_to: 2026-08-14", "valid_to: 2026-08-16"), "holds on days on which row"),
        (
            ("fine_min: 18_000_000, fine_max: 20_000_000", "fine_min: 20_000_000, fine_max: 18_000_000"),
            "below",
        ),
        (("points: 4", "pointz: 4"), "unknown key; did you mean 'points'"),
        (('article: "6.9.b"', 'article: "6-9-b"'), "article"),
        (("points: 4, confidence: sure", "points: 4, confidence: certain"), "confidence"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    path = tmp_path / "offences.yaml"
    text = (FOLDER / "offences.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        read_table(path, "offences")


def test_tables_that_do_not_fit_together_are_refused() -> None:
    tables = {name: read_table(FOLDER / f"{name}.yaml", name) for name in MODELS}
    acts = BOOK.acts_table
    tables["acts"] = acts.model_copy(update={"acts": acts.acts[1:]})
    with pytest.raises(UnfitTableError) as refused:
        book_of(tables)
    vi, en = refused.value.problems.vi.splitlines(), refused.value.problems.en.splitlines()
    assert len(vi) == len(en) == 4
    assert vi[0] == "acts: phát hiện red_light nêu hành vi không có trong bảng: red_light"
    assert en[0] == "acts: the finding of red_light names the unknown act red_light"
