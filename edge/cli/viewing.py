"""`ngatu viewing-copy`: a browser-playable, marked copy of a clip that browsers can't play."""

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.screen import keep_apart

app = typer.Typer()


@app.command("viewing-copy")
def viewing_copy_command(
    source: Annotated[Path, typer.Argument(help="a clip (.mp4) in any codec")],
    out: Annotated[Path, typer.Option("--out", help="the copy: H.264")],
    mark: Annotated[str, typer.Option(help="text drawn into each picture")] = "VIEWING COPY",
) -> None:
    """Writes a marked copy of a clip that every browser plays. The original is not touched."""
    from edge.evidence.marked_copy import write_marked_copy

    keep_apart([source], [out])
    typer.echo(f"{write_marked_copy(source, out, mark)} pictures")
