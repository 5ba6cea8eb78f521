"""Rows of a command: whole on any terminal, in the file as they come."""

import csv
import os
from pathlib import Path

import pytest
from rich.cells import cell_len

from edge.cli.rows import rows_into

COLUMNS = ("file", "plate", "confidence", "kind", "colour", "lines")
ROWS = (
    ("junction/Ngã tư Lê Lợi [cam 1]/a.jpg", "98D193405", 0.7255, "motorbike_old", "white", 2),
    ("b.jpg", "99A62548", 0.9971, "", "white", 1),
    ("[/nothing].jpg", *[""] * 5),
)


@pytest.mark.parametrize("width", [16, 24, 30, 50, 66, 70, 80, 200])
def test_a_terminal_of_any_width_shows_every_value_whole(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    with rows_into(None, COLUMNS, shown=5) as rows:
        for row in ROWS:
            rows.add(row)
    said = capsys.readouterr().out
    assert max(cell_len(line) for line in said.splitlines()) <= width
    for value in ("98D193405", "99A62548", "0.7255", "0.9971", "motorbike_old", "b.jpg"):
        assert value in said
    letters = "".join(char for char in said if not char.isspace() and char not in "│┃")
    if width < 60:
        assert "junction/NgãtưLêLợi[cam1]/a.jpg" in letters
        assert "[/nothing].jpg" in letters


def test_no_rows_show_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with rows_into(None, COLUMNS, shown=5):
        pass
    assert capsys.readouterr().out == ""


def test_a_file_has_every_column_and_each_row_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "out.csv"
    with rows_into(path, COLUMNS, shown=2) as rows:
        for number, row in enumerate(ROWS, start=2):
            rows.add(row)
            with path.open(encoding="utf-8", newline="") as file:
                assert len(list(csv.reader(file))) == number
    with path.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(COLUMNS)


def test_a_name_that_is_no_text_is_written_as_it_is(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.jpg")
    with rows_into(tmp_path / "out.csv", COLUMNS, shown=2) as rows:
        rows.add((name, "98D193405"))
        rows.add(ROWS[1])
    lines = (tmp_path / "out.csv").read_bytes().splitlines()
    assert [line.partition(b",")[0] for line in lines] == [b"file", b"\xff\xfe.jpg", b"b.jpg"]


def test_a_disk_that_takes_nothing_is_named() -> None:
    with pytest.raises(OSError, match="No space left") as caught, rows_into(Path("/dev/full"), COLUMNS, 2):
        pass
    assert caught.value.filename == "/dev/full"
