"""`ngatu camera`: test cameras for trying a node."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from edge.cli.screen import tell

app = typer.Typer(no_args_is_help=True, help="Simulated cameras, for testing a node.")


@app.callback()
def _group() -> None:
    """Cameras to try a node with."""


@app.command("serve")
def camera_serve(
    video: Annotated[Path, typer.Argument(help="video file")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8554,
) -> None:
    """Plays a file as an RTSP camera, in a loop."""
    from edge.video.serve import serve_camera

    tell(f"rtsp://127.0.0.1:{port}/{video.stem}   (Ctrl+C ends)")
    with suppress(KeyboardInterrupt):
        serve_camera(video, "127.0.0.1", port)
