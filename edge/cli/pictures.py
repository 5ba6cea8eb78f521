"""`ngatu read` and `ngatu see`: plates and vehicles on still pictures, to a CSV file or a table."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.plates import interpretations
from edge.cli.rows import Row, rows_into
from edge.cli.screen import complain, keep_apart, progress
from edge.pictures import Picture, PictureError, find_pictures, load_picture, still_size
from edge.plate.reading import NOTHING_READ, PlateReading
from models import load_path
from models.card import packaged_card

if TYPE_CHECKING:
    from edge.plate.stills import FoundPlate

app = typer.Typer()

READ_COLUMNS = ("file", "plate", "confidence", "kind", "colour", "lines", "x1", "y1", "x2", "y2", "ms")
SEE_COLUMNS = ("file", "class", "confidence", "x1", "y1", "x2", "y2")
"""Columns of the CSV files; scripts rely on them."""


def given(name: str) -> Path:
    """A picture or folder named on the command line; an empty name (an unset variable of a script) is
    refused."""
    if not name:
        raise typer.BadParameter("an empty name: name a picture or a folder (. is the one you are in)")
    return Path(name)


Pictures = Annotated[
    list[Path], typer.Argument(help="pictures or folders", parser=given, metavar="PICTURES...")
]
"""Arguments of the commands that take still pictures."""


@app.command("read")
def read_command(
    pictures: Pictures,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="write the readings to this file")] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Finds and reads number plates on still pictures."""
    from edge.plate.find import PlateFinder
    from edge.plate.read import OnnxPlateReader
    from edge.plate.stills import read_picture

    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"), threads)
    reader = OnnxPlateReader(load_path("plate_reader"), threads)

    def rows(picture: Picture) -> Iterator[Row]:
        began = time.perf_counter()
        found = read_picture(picture.image, finder, reader)
        spent = round((time.perf_counter() - began) * 1000, 1)
        told = [_reading_row(picture.path, plate, spent) for plate in found if _is_read(plate)]
        yield from told or [(picture.path, *[""] * 9, spent)]

    each_picture(pictures, rows, READ_COLUMNS, csv_file, shown=5)


def _is_read(plate: "FoundPlate") -> bool:
    return plate.reading is not None and plate.reading.confidence >= NOTHING_READ


def _reading_row(path: Path, plate: "FoundPlate", spent: float) -> Row:
    reading = plate.reading
    assert reading is not None
    corners = [round(v, 1) for v in plate.box.bounds]
    confidence = round(reading.confidence, 4)
    return (path, reading.text, confidence, _kind(reading), reading.colour, reading.lines, *corners, spent)


def _kind(reading: PlateReading) -> str:
    """The kind of plate, if text, layout and colour allow only one."""
    kinds = {p.kind for p in interpretations(reading.text, lines=reading.lines, colour=reading.colour)}
    return kinds.pop().value if len(kinds) == 1 else ""


@app.command("see")
def see_command(
    pictures: Pictures,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="write the boxes to this file")] = None,
    size: Annotated[
        int | None,
        typer.Option(min=32, max=4096, help="longer side of the network's input, a multiple of 32"),
    ] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Finds vehicles on still pictures; default size 640 to 960 pixels, depending on the picture."""
    from edge.detect.onnx_backend import OnnxVehicleDetector

    if size is not None and size % 32:
        raise typer.BadParameter(f"{size} is no multiple of 32", param_hint="'--size'")
    detector = OnnxVehicleDetector(packaged_card("vehicles"), threads=threads)

    def rows(picture: Picture) -> Iterator[Row]:
        for seen in detector.at(size or still_size(picture.image)).detect(picture.image):
            corners = [round(v, 1) for v in seen.box]
            yield picture.path, seen.kind.value, round(seen.confidence, 4), *corners

    each_picture(pictures, rows, SEE_COLUMNS, csv_file, shown=len(SEE_COLUMNS))


def each_picture(
    paths: list[Path],
    rows_of: Callable[[Picture], Iterator[Row]],
    columns: tuple[str, ...],
    csv_file: Path | None,
    shown: int,
) -> None:
    """Processes the pictures one by one; a failed one is reported and the others continue. Exit code 1 if any
    failed.

    If there is no picture at all nothing is written, so an earlier result stays.
    """
    files, failed = _found(paths)
    if not files:
        raise typer.Exit(1)
    keep_apart(files, (csv_file,))
    with rows_into(csv_file, columns, shown) as rows, progress() as bar:
        for path in bar.track(files, description="pictures"):
            try:
                found = list(rows_of(load_picture(path)))
            except PictureError as problem:
                failed = True
                complain(problem)
            except Exception as problem:  # error boundary for one picture: the others must still be processed
                failed = True
                complain(f"{path}: could not be looked at ({type(problem).__name__}: {problem})")
            else:
                for row in found:
                    rows.add(row)
    if failed:
        raise typer.Exit(1)


def _found(paths: list[Path]) -> tuple[list[Path], bool]:
    """The files to process, and whether any path yielded none (reported on the screen)."""
    files: list[Path] = []
    failed = False
    for path in paths:
        try:
            files += find_pictures(path)
        except PictureError as problem:
            failed = True
            complain(problem)
    return files, failed
