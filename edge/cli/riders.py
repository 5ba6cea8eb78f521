"""`ngatu riders`: people on motorbikes in still pictures, to CSV files or a table."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.pictures import Pictures, each_picture
from edge.cli.rows import Row, rows_into
from edge.cli.screen import keep_apart
from edge.pictures import Picture, still_size
from models.card import packaged_card

if TYPE_CHECKING:
    from edge.riders.stills import FoundMotorbike, StillHead

app = typer.Typer()

RIDER_COLUMNS = ("file", "x1", "y1", "x2", "y2", "people", "heads_bare", "heads_helmet", "confidence")
HEAD_COLUMNS = ("file", "x1", "y1", "x2", "y2", "head", "confidence")
"""Columns of the CSV files; scripts rely on them."""


@app.command("riders")
def riders_command(
    pictures: Pictures,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="write one row per motorbike to this file")
    ] = None,
    heads_file: Annotated[
        Path | None, typer.Option("--heads", help="write one row per head to this file")
    ] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Counts the people and helmets on motorbikes, on still pictures."""
    from edge.detect.onnx_backend import OnnxVehicleDetector
    from edge.riders.network import HeadNetwork
    from edge.riders.stills import WEAK, riders_in_picture, smaller

    keep_apart(pictures, (csv_file, heads_file))
    detector = OnnxVehicleDetector(packaged_card("vehicles"), threads=threads, confidence=WEAK)
    finder = HeadNetwork(packaged_card("riders"), threads)
    with ExitStack() as stack:
        heads = stack.enter_context(rows_into(heads_file, HEAD_COLUMNS, 0)) if heads_file else None

        def rows(picture: Picture) -> Iterator[Row]:
            large = still_size(picture.image)
            detectors = [detector.at(size) for size in (large, smaller(large))]
            for found in riders_in_picture(picture.image, detectors, finder):
                if heads is not None:
                    for head in found.heads:
                        heads.add(_head_row(picture.path, head))
                yield _row(picture.path, found)

        each_picture(pictures, rows, RIDER_COLUMNS, csv_file, shown=len(RIDER_COLUMNS))


def _row(path: Path, found: "FoundMotorbike") -> Row:
    """`people` is 0 if nobody is seen on it: it is parked, or the heads are outside the picture."""
    corners = [round(v, 1) for v in found.box]
    counts = (found.count("bare"), found.count("helmet"))
    return (path, *corners, len(found.heads), *counts, round(found.confidence, 4))


def _head_row(path: Path, head: "StillHead") -> Row:
    return (path, *[round(v, 1) for v in head.box], head.state, round(head.confidence, 4))
