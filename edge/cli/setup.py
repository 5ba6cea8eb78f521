"""`ngatu edge setup`: the installer's page, served by the node."""

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.screen import stop_with, tell

app = typer.Typer()


@app.command("setup")
def edge_setup(
    folder: Annotated[Path, typer.Argument(help="folder of the camera files; created if missing")],
    host: Annotated[
        str, typer.Option(help="address to listen on; 0.0.0.0 allows a phone in the same network")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8080,
) -> None:
    """Serves the page for setting up a camera in a browser; the printed address works once."""
    try:
        from edge.setup.serve import serve
    except ImportError as error:
        raise stop_with(
            f"the page needs an extra ({error.name} is missing): pip install 'ngatu[setup]'"
        ) from error
    if folder.is_file():
        raise stop_with(f"{folder} is a file: give the folder that holds the camera files")
    serve(folder, host, port, tell)
