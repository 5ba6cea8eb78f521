"""Where the rows of a command go: a CSV file, written as they come, or a table on the terminal."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[object]


class Rows(Protocol):
    """Takes the rows of a result, the first column a file's path."""

    def add(self, row: Row) -> None: ...


@contextmanager
def rows_into(csv_file: Path | None, columns: Sequence[str], shown: int) -> Iterator[Rows]:
    """A CSV file with all columns, or a table with the first `shown` of them.

    The file is opened before there are any rows, and each row is in it at once: what was found is never lost
    to what goes wrong later. Missing folders are made.

    Raises:
        OSError: the file can't be written.
    """
    if csv_file is None:
        table = _Table(columns[:shown])
        try:
            yield table
        finally:
            table.show()
        return
    csv_file.parent.mkdir(parents=True, exist_ok=True)
    with csv_file.open("w", newline="", encoding="utf-8", buffering=1) as file:
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
    """For people: a narrow terminal folds the file's path and cuts nothing else."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._table = Table()
        for number, name in enumerate(columns):
            self._table.add_column(name, overflow="fold", no_wrap=number > 0)

    def add(self, row: Row) -> None:
        self._table.add_row(
            *(Text("" if value is None else str(value)) for value in row[: len(self._columns)])
        )

    def show(self) -> None:
        Console().print(self._table)
