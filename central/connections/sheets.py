"""Questions and answers as CSV or XLSX: headings are the column names in the reader's language, or the plain
names.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Literal
from zipfile import ZipFile

from openpyxl import load_workbook
from xlsxwriter import Workbook

from central.errors import InvalidError

LARGEST = 4 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
"""A row is as wide as its last cell: one cell at the far right of each row would fill the memory."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

Row = Sequence[str]

_NO_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(heads: Row, rows: Sequence[Row]) -> bytes:
    """UTF-8 with the byte-order mark that spreadsheets need; anything like a formula is escaped."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_NO_FORMULA) else cell


def write_xlsx(heads: Row, rows: Sequence[Row]) -> bytes:
    """A workbook in which everything is text: identity numbers keep their zeros."""
    made = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(made, {**plain, "in_memory": True})
    sheet = book.add_worksheet()
    text = book.add_format({"num_format": "@"})
    sheet.set_column(0, len(heads) - 1, 20, text)
    for line, row in enumerate((heads, *rows)):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, text)
    sheet.freeze_panes(1, 0)
    book.close()
    return made.getvalue()


Kind = Literal["csv", "xlsx"]

WRITERS: Mapping[Kind, tuple[Callable[[Row, Sequence[Row]], bytes], str]] = {
    "csv": (write_csv, CSV),
    "xlsx": (write_xlsx, XLSX),
}
"""For each kind of file the function that makes it, and its media type."""


def read(content: bytes, name_of: Callable[[str], str]) -> list[dict[str, str]]:
    """The rows of a file by column name; `name_of` translates a heading into the name.

    Raises:
        InvalidError: no CSV or XLSX of ours, or too much in it.
    """
    if len(content) > LARGEST:
        raise InvalidError("file_large", field="file", n=LARGEST)
    table = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if not table:
        raise InvalidError("file_kind", field="file")
    heads = [name_of(head.strip()) for head in table[0]]
    if "key" not in heads:
        raise InvalidError("file_heads", field="file")
    rows = (dict(zip(heads, row, strict=False)) for row in table[1:])
    return [row for row in rows if any(cell.strip() for cell in row.values())]


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        comma = ";" if ";" in text.partition("\n")[0] else ","
        table = list(csv.reader(StringIO(text, newline=""), delimiter=comma, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InvalidError("file_kind", field="file") from None
    if len(table) > MOST_ROWS:
        raise InvalidError("file_large", field="file", n=MOST_ROWS)
    return [[_armed(cell) for cell in row] for row in table]


def _armed(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_NO_FORMULA) else cell


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        if sum(each.file_size for each in ZipFile(BytesIO(content)).infolist()) > LARGEST_UNPACKED:
            raise InvalidError("file_large", field="file", n=LARGEST_UNPACKED)
        sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    except InvalidError:
        raise
    except Exception:  # a workbook may be damaged in any part, and each raises its own error
        raise InvalidError("file_kind", field="file") from None


def _text(cell: object) -> str:
    """A cell as text; spreadsheets turn days into timestamps."""
    text = "" if cell is None else str(cell)
    return text.removesuffix(" 00:00:00")
