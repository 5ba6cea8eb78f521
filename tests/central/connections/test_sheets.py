"""Files go out and come home, whatever spreadsheet they went through."""

from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.connections import sheets
from central.connections.by_hand import columns_of
from central.connections.wording import column_named, column_word, values_of
from central.errors import InvalidError
from central.registry.by_hand import OwnerAnswer

WORKBOOK = sheets.write_xlsx(["key"], [["1"], ["2"]])
CELL = st.text(st.characters(categories=("L", "N", "P", "Zs", "S")), max_size=30).map(str.strip)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.from_regex(r"[1-9]\d{0,8}", fullmatch=True), CELL), max_size=8))
@pytest.mark.parametrize("write", [sheets.write_csv, sheets.write_xlsx])
def test_a_file_comes_home_as_it_went_out(write: object, rows: list[tuple[str, str]]) -> None:
    heads = [column_word("key", "vi"), column_word("owner_name", "vi")]
    content = write(heads, [list(row) for row in rows])  # type: ignore[operator]
    assert [(row["key"], row["owner_name"]) for row in sheets.read(content, column_named)] == rows


@pytest.mark.parametrize("text", ["=1+1", "+84 900", "-5", "@SUM(A1)"])
def test_nothing_in_a_csv_is_a_formula(text: str) -> None:
    assert f"'{text}".encode() in sheets.write_csv(["key"], [[text]])


@pytest.mark.parametrize(
    "head", ["Biển số", "Plate", "plate", "  biển   SỐ "], ids=["vi", "en", "name", "careless"]
)
def test_heads_are_known_in_either_language(head: str) -> None:
    assert column_named(head) == "plate"


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("found", "Có", "yes"),
        ("found", "no", "no"),
        ("registered_kind", "Xe mô tô", "motorbike"),
        ("registered_kind", "Motorbike", "motorbike"),
        ("plate_colour", "Trắng", "white"),
        ("owner_kind", "Tổ chức", "organisation"),
        ("since", "01/06/2024", "2024-06-01"),
        ("since", "2024-06-01", "2024-06-01"),
        ("since", "31/02/2024", "31/02/2024"),
        ("registered_kind", "Tàu hỏa", "Tàu hỏa"),
    ],
)
def test_choices_and_days_are_read_as_people_write_them(column: str, text: str, value: str) -> None:
    assert values_of({column: text}, columns_of(OwnerAnswer))[column] == value


def bomb() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"\0" * (sheets.LARGEST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'key\n"open', b"PK\x03\x04broken", bomb()],
    ids=["empty", "no text", "no key", "open quote", "broken workbook", "packed too well"],
)
def test_what_is_no_file_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidError):
        sheets.read(content, column_named)


_BROKEN = (b"", b"<a/>", b"\0\xff", b"half")


@pytest.mark.parametrize("content", _BROKEN, ids=["empty", "another", "bytes", "half"])
def test_a_workbook_that_is_broken_anywhere_is_read_or_refused(content: bytes) -> None:
    whole = sheets.write_xlsx(["key"], [["1"]])
    with ZipFile(BytesIO(whole)) as parts:
        held = {name: parts.read(name) for name in parts.namelist()}
    for name, good in held.items():
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as made:
            for other, kept in held.items():
                bad = good[: len(good) // 2] if content == b"half" else content
                made.writestr(other, bad if other == name else kept)
        with suppress(InvalidError):
            sheets.read(out.getvalue(), column_named)


@given(place=st.integers(0, 3000), byte=st.integers(0, 255))
@settings(deadline=None, max_examples=150)
def test_no_bent_byte_of_a_workbook_is_a_fault_of_ours(place: int, byte: int) -> None:
    bent = bytearray(WORKBOOK)
    bent[place % len(bent)] = byte
    with suppress(InvalidError):
        sheets.read(bytes(bent), column_named)


def test_cells_at_the_far_right_are_left() -> None:
    cell = '<row r="{0}"><c r="XFD{0}"><v>1</v></c></row>'
    rows = "".join(cell.format(number) for number in range(2, 2000))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    page = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    out = BytesIO()
    with ZipFile(BytesIO(WORKBOOK)) as parts, ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in parts.namelist():
            made.writestr(name, page if name == "xl/worksheets/sheet1.xml" else parts.read(name))
    with pytest.raises(InvalidError):
        sheets.read(out.getvalue(), column_named)


def test_a_semicolon_file_is_read() -> None:
    assert sheets.read("Mã câu hỏi;Nhãn hiệu\r\n7;Kia\r\n".encode(), column_named) == [
        {"key": "7", "brand": "Kia"}
    ]
