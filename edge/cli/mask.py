"""`ngatu mask`: the copy of a picture or clip that may be shown to its owner."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.screen import keep_apart, stop_with
from models import load_path

app = typer.Typer()


@app.command("mask")
def mask_command(
    source: Annotated[Path, typer.Argument(help="a JPEG, or a clip (.mp4)")],
    out: Annotated[Path, typer.Option("--out", help="the copy")],
    own: Annotated[Path, typer.Option("--own", help="JSON: the vehicle's plate, and where it was when")],
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Hides all plates but one vehicle's, and all faces. The original is not touched."""
    from pydantic import ValidationError

    from edge.masking.copies import Masker
    from edge.masking.faces import FaceFinder
    from edge.masking.keep import Own
    from edge.plate.find import PlateFinder
    from edge.plate.read import OnnxPlateReader

    keep_apart([source, own], [out])
    finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"), threads)
    masker = Masker(finder, OnnxPlateReader(load_path("plate_reader"), threads), FaceFinder())
    try:
        vehicle = Own.model_validate_json(own.read_bytes())
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        raise stop_with(f"{own}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    with source.open("rb") as file:
        is_clip = file.read(12)[4:8] == b"ftyp"
    done = (masker.clip if is_clip else masker.picture)(source, out, vehicle)
    typer.echo(json.dumps(asdict(done)))
