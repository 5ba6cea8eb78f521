"""The plate grammar against the study's vectors, its ambiguities, and hostile text."""

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.plate_tables import plate_tables
from contract.plates import AmbiguousPlateError, PlateError, PlateKind, interpretations, normalise, parse
from contract.vehicles import VehicleKind

K = PlateKind
CAR, BIKE, TRUCK = VehicleKind.CAR, VehicleKind.MOTORBIKE, VehicleKind.TRUCK


@pytest.mark.parametrize(
    ("text", "seen", "kind", "printed", "series"),
    [
        ("98A12345", {"vehicle": CAR}, K.CAR, "98A-123.45", "A"),
        ("98A12345", {"vehicle": TRUCK, "lines": 2}, K.CAR, "98A-123.45", "A"),
        ("98A12345", {"lines": 1}, K.CAR, "98A-123.45", "A"),
        ("98A12345", {"vehicle": BIKE}, K.MOTORBIKE_OLD, "98-A1 2345", "A1"),
        ("98A\n12345", {}, K.CAR, "98A-123.45", "A"),
        ("98-A1\n2345", {}, K.MOTORBIKE_OLD, "98-A1 2345", "A1"),
        ("98A02345", {}, K.CAR, "98A-023.45", "A"),
        ("98a1234", {}, K.CAR_OLD, "98A-1234", "A"),
        ("98AA12345", {}, K.MOTORBIKE, "98-AA 123.45", "AA"),
        ("54NR12345", {}, K.MOTORBIKE, "54-NR 123.45", "NR"),
        ("29B112345", {}, K.MOTORBIKE_OLD, "29-B1 123.45", "B1"),
        ("95-R1 008.88", {}, K.MOTORBIKE_OLD, "95-R1 008.88", "R1"),
        ("50CA5874", {}, K.MOTORBIKE_OLD, "50-CA 5874", "CA"),
        ("29-H1 1234", {}, K.MOTORBIKE_OLD, "29-H1 1234", "H1"),
        ("29MD112345", {}, K.ELECTRIC_MOTORBIKE, "29-MĐ1 123.45", "MĐ1"),
        ("29-MĐ1 504.66", {}, K.ELECTRIC_MOTORBIKE, "29-MĐ1 504.66", "MĐ1"),
        ("29MD12345", {}, K.ELECTRIC_MOTORBIKE, "29-MĐ 123.45", "MĐ"),
        ("29LD12345", {"vehicle": CAR}, K.SPECIAL, "29LD-123.45", "LD"),
        ("29LD12345", {"vehicle": BIKE}, K.MOTORBIKE, "29-LD 123.45", "LD"),
        ("51R12345", {"vehicle": TRUCK}, K.SPECIAL, "51R-123.45", "R"),
        ("80A12345", {"colour": "blue", "vehicle": CAR}, K.STATE_CAR, "80A-123.45", "A"),
        ("31A9898", {"colour": "blue"}, K.STATE_CAR, "31A-9898", "A"),
        ("80A112345", {"colour": "blue"}, K.STATE_MOTORBIKE, "80-A1 123.45", "A1"),
        ("80A12345", {"colour": "yellow", "vehicle": CAR}, K.CAR, "80A-123.45", "A"),
        ("80441NG45", {}, K.DIPLOMATIC, "80-441-NG-45", "NG"),
        ("27QT54745", {"vehicle": CAR}, K.INTERNATIONAL, "27-QT-547-45", "QT"),
        ("29011CV03", {}, K.MISSION_STAFF, "29-011-CV-03", "CV"),
        ("41NN10107", {"vehicle": CAR}, K.FOREIGN, "41-NN-101-07", "NN"),
        ("80NG44145", {"vehicle": CAR}, K.DIPLOMATIC, "80-NG-441-45", "NG"),
        ("80NG44145", {"vehicle": BIKE}, K.MOTORBIKE, "80-NG 441.45", "NG"),
        ("TM1234", {"colour": "red"}, K.MILITARY, "TM-12-34", "TM"),
        ("TM123", {"vehicle": BIKE}, K.MILITARY, "TM-123", "TM"),
        ("T8023588", {}, K.TEMPORARY, "T80-235.88", "T"),
    ],
)
def test_a_plate_is_parsed_and_printed(
    text: str, seen: dict[str, object], kind: PlateKind, printed: str, series: str
) -> None:
    plate = parse(text, **seen)
    assert (plate.kind, str(plate), plate.series) == (kind, printed, series)
    assert plate.normalised == normalise(text)


@pytest.mark.parametrize(
    ("text", "seen", "problem"),
    [
        ("", {}, "empty"),
        ("30O12345", {}, "letters (letters O)"),
        ("98I12345", {}, "letters (letters I)"),
        ("98W12345", {}, "letters (letters W)"),
        ("13A12345", {}, "province (province 13)"),
        ("44A12345", {}, "province (province 44)"),
        ("87A12345", {}, "province (province 87)"),
        ("30A00000", {}, "number"),
        ("98A123", {}, "form (length 6)"),
        ("98A12٣45", {}, "characters"),
        ("98A" + "1" * 40, {}, "too long (length 43)"),
        ("TM1234", {"colour": "white"}, "does not go (kinds ('military',))"),
        ("98AA12345", {"lines": 1}, "does not go (kinds ('motorbike',))"),
        (
            "30F1234",
            {"vehicle": BIKE},
            "does not go (kinds ('car_old', 'state_car'))",
        ),
    ],
)
def test_what_is_no_plate_is_named(text: str, seen: dict[str, object], problem: str) -> None:
    with pytest.raises(PlateError, match=f"is no plate: {re.escape(problem)}"):
        parse(text, **seen)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("98A12345", [K.CAR, K.MOTORBIKE_OLD]),
        ("29LD12345", [K.MOTORBIKE, K.SPECIAL]),
        ("80NG44145", [K.MOTORBIKE, K.DIPLOMATIC]),
        ("51R12345", [K.MOTORBIKE_OLD, K.SPECIAL]),
    ],
)
def test_a_string_alone_never_decides(text: str, kinds: list[PlateKind]) -> None:
    with pytest.raises(AmbiguousPlateError, match="ambiguous") as caught:
        parse(text)
    assert [plate.kind for plate in caught.value.candidates] == kinds
    assert [plate.kind for plate in interpretations(text)] == kinds


@pytest.mark.parametrize(
    ("code", "day", "province"),
    [
        ("98", date(2025, 6, 30), "Bắc Giang"),
        ("98", date(2025, 7, 1), "Bắc Ninh"),
        ("99", date(2024, 1, 1), "Bắc Ninh"),
        ("75", date(2024, 12, 31), "Thừa Thiên Huế"),
        ("75", date(2025, 1, 1), "Huế"),
        ("34", date(2026, 11, 24), "Hải Phòng"),
    ],
)
def test_the_province_depends_on_the_day(code: str, day: date, province: str) -> None:
    assert parse(f"{code}C-123.45").province(day) == province


def test_the_tables_hold_81_codes_at_every_date_without_overlap() -> None:
    for table in plate_tables().provinces:
        codes = [code for codes in table.codes.values() for code in codes]
        assert len(codes) == len(set(codes)) == 81


def test_military_plates_are_of_no_province() -> None:
    assert parse("TM-12-34").province(date(2026, 1, 1)) is None


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("0123456789ABDĐGHKLMNQRTV.- \n", max_size=14),
    st.from_regex(r"[1-9][0-9][A-Z][A-Z0-9]?[0-9]{4,5}", fullmatch=True),
    st.text("aАаđÐ9.\u200b\u0301\u0308\u037eµηßıſ\u212aａＡ－\u3000", max_size=8),
)
_SEEN = st.fixed_dictionaries(
    {
        "lines": st.sampled_from([None, 1, 2]),
        "colour": st.sampled_from([None, "white", "yellow", "blue", "red"]),
        "vehicle": st.sampled_from([None, *VehicleKind]),
    }
)


_PLATE_TEXTS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(sorted(plate_tables().issued_codes)),
        st.sampled_from(["A", "A1", "AA", "K", "R", "R2", "MD", "MĐ1", "LD", "NG", "TĐ", "441NG"]),
        st.sampled_from(["", "-", " "]),
        st.sampled_from(["1234", "12345", "44145", "45"]),
    ),
)


@given(_TEXTS, _SEEN)
def test_hostile_text_gives_plates_or_nothing(text: str, seen: dict[str, object]) -> None:
    assert all(plate.normalised == normalise(text) for plate in interpretations(text, **seen))


@given(_TEXTS.filter(lambda text: not interpretations(text)))
def test_hostile_text_is_refused_with_a_code(text: str) -> None:
    with pytest.raises(PlateError) as caught:
        parse(text)
    assert caught.value.code


@given(_PLATE_TEXTS, _SEEN)
@example("11NG12345", {})
def test_what_is_printed_parses_to_the_same_plate(text: str, seen: dict[str, object]) -> None:
    plates = interpretations(text, **seen)
    assert [parse(plate.printed, **seen) for plate in plates] == plates


@pytest.mark.parametrize(
    "typed",
    [
        "98\u0410-123.45",  # Cyrillic
        "98\u0430 12345",
        "98\u0391-123.45",  # Greek
        "９８Ａ－１２３．４５",
        "９８ａ　１２３４５",
        "98A\u2011123\u221245",  # other hyphens, a minus
        "98A\u200b123\ufeff45",  # of no width
        "\u200e98A-12\u00ad3.45",
    ],
)
def test_what_people_see_as_the_same_characters_is_the_same_plate(typed: str) -> None:
    assert normalise(typed) == "98A12345"
    assert parse(typed, vehicle=CAR).printed == "98A-123.45"


@pytest.mark.parametrize("letters", ["АВЕКМНРСТХУ", "авекмнрстху", "ΑΒΕΚΜΗΡ", "ÐđĐƉ", "ＡＢＣＤ"])
def test_no_other_script_has_letters_of_its_own(letters: str) -> None:
    assert re.fullmatch(r"[A-Z]+", normalise(letters))


@pytest.mark.parametrize(
    "other",
    ["98Я12345", "98A1234З", "98A12٣45", "98A1234²", "98A123Ⅳ5", "98η12345", "98µ123", "\u202e98A12345"],
)
def test_what_only_resembles_it_is_no_plate(other: str) -> None:
    assert normalise(other) != "98A12345"
    with pytest.raises(PlateError, match="characters"):
        parse(other)


@pytest.mark.parametrize(
    "two", [("98A1O345", "98A10345"), ("98AI2345", "98A12345"), ("98B12345", "98812345")]
)
def test_characters_a_plate_tells_apart_stay_apart(two: tuple[str, str]) -> None:
    assert normalise(two[0]) != normalise(two[1])


def test_what_has_no_width_is_no_break_between_groups() -> None:
    assert parse("98A1\u200b2345", vehicle=CAR).kind is K.CAR
    assert parse("98－A1\u30002345").kind is K.MOTORBIKE_OLD


@given(_TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
