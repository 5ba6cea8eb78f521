"""`ngatu mask`: copies of pictures and clips that may be shown to the vehicle's owner."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.cli.screen import keep_apart, stop_with
from models import load_path

if TYPE_CHECKING:
    from edge.masking.keep import Own

app = typer.Typer()


@app.command("mask")
def mask_command(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE…", help="JPEGs, or clips (.mp4)")],
    outs: Annotated[
        list[Path], typer.Option("--out", help="file for the copy; once per source, in the same order")
    ],
    owns: Annotated[
        list[Path],
        typer.Option("--own", help="JSON with the vehicle's plate and track; once per source"),
    ],
    threads: Annotated[int, typer.Option(min=1, help="frames of a clip looked at side by side")] = 1,
) -> None:
    """Hides all plates but one vehicle's, and all faces. The originals are not touched.

    As soon as a copy is written, one line of JSON says what was hidden in it.
    """
    from edge.masking.copies import Masker
    from edge.masking.faces import FaceFinder
    from edge.plate.find import PlateFinder
    from edge.plate.read import OnnxPlateReader

    keep_apart([*sources, *owns], outs)
    if not len(sources) == len(outs) == len(owns):
        raise stop_with("give --out and --own once for each file")
    vehicles = [_own(path) for path in owns]
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"))
    masker = Masker(finder, OnnxPlateReader(load_path("plate_reader")), FaceFinder(), threads)
    for source, out, vehicle in zip(sources, outs, vehicles, strict=True):
        with source.open("rb") as file:
            is_clip = file.read(12)[4:8] == b"ftyp"
        done = (masker.clip if is_clip else masker.picture)(source, out, vehicle)
        typer.echo(json.dumps(asdict(done)))


def _own(path: Path) -> "Own":
    from pydantic import ValidationError

    from edge.masking.keep import Own

    try:
        return Own.model_validate_json(path.read_bytes())
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        raise stop_with(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
