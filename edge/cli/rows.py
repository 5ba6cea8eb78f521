"""Output of a command's rows: a CSV file written row by row, or a table on the terminal."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from edge.files import named
from edge.pictures import PictureError, is_picture

Row = Sequence[object]

_PATH_WIDTH = 12
"""Narrowest readable column for a folded path."""


class Rows(Protocol):
    """Takes the rows of a result; the first column is a file's path."""

    def add(self, row: Row) -> None: ...


@contextmanager
def rows_into(csv_file: Path | None, columns: Sequence[str], shown: int) -> Iterator[Rows]:
    """A CSV file with all columns, or a table with the first `shown` of them.

    The file is opened before the first row and each row is written at once, so a later error loses no
    results. Missing folders are made.

    Raises:
        OSError: the file can't be written.
        PictureError: the output would overwrite a picture.
    """
    if csv_file is None:
        table = _Table(columns[:shown])
        try:
            yield table
        finally:
            table.show()
        return
    if csv_file.is_file() and is_picture(csv_file):
        raise PictureError(f"{csv_file} is a picture: give another name to write to")
    csv_file.parent.mkdir(parents=True, exist_ok=True)
    # A file name need not be UTF-8: its bytes are written unchanged.
    with (
        named(csv_file),
        csv_file.open("w", newline="", encoding="utf-8", errors="surrogateescape", buffering=1) as file,
    ):
        rows = _CsvFile(csv.writer(file))
        rows.add(columns)
        yield rows


class _Writer(Protocol):
    def writerow(self, row: Row, /) -> object: ...


class _CsvFile:
    def __init__(self, writer: "_Writer") -> None:
        self._writer = writer

    def add(self, row: Row) -> None:
        self._writer.writerow(row)


class _Table:
    """For reading: on a narrow terminal the path is folded and nothing else is cut; if even that is too wide,
    each row takes several lines."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._rows: list[list[str]] = []

    def add(self, row: Row) -> None:
        self._rows.append(["" if value is None else str(value) for value in row[: len(self._columns)]])

    def show(self) -> None:
        if not self._rows:
            return
        console = Console()
        if self._least_width() <= console.width:
            console.print(self._as_table())
            return
        for path, *values in self._rows:
            console.print(Text(path), overflow="fold")
            named = zip(self._columns[1:], values, strict=True)
            words = ", ".join(f"{name} {value}" for name, value in named if value)
            console.print(Padding(Text(words or "—", overflow="fold"), (0, 0, 0, 2)))

    def _least_width(self) -> int:
        """Columns the table needs with the path folded to `_PATH_WIDTH`; each has a border and two spaces."""
        columns = list(zip(self._columns, *self._rows, strict=True))
        widths = [max(cell_len(cell) for cell in column) for column in columns]
        return 1 + 3 * len(widths) + min(widths[0], _PATH_WIDTH) + sum(widths[1:])

    def _as_table(self) -> Table:
        table = Table()
        for number, name in enumerate(self._columns):
            table.add_column(name, overflow="fold", no_wrap=number > 0)
        for row in self._rows:
            table.add_row(*map(Text, row))
        return table
