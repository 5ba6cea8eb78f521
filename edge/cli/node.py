"""`ngatu edge`: run, check, enrol; the outbox has a file of its own.

A command imports the networks and video it needs by itself: a check answers at once.
"""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from configs.camera_check import load_camera
from configs.kinds import kind_of
from configs.node_check import load_cameras, load_node
from contract.canonical import canonical_bytes
from edge.cli.screen import stop_with, tell
from edge.evidence.keys import enrolment, load_centre_key, load_node_key, load_or_make_node_key

app = typer.Typer(no_args_is_help=True, help="The node at a junction.")


@app.command("run")
def edge_run(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    play: Annotated[list[str] | None, typer.Option(help="CAMERA=VIDEO in place of its stream")] = None,
    until_delivered: Annotated[bool, typer.Option(help="end when the played files are delivered")] = False,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Runs the node until it is told to stop."""
    from edge.camera import open_eyes
    from edge.node import Node

    config = load_node(node_file)
    node = Node(
        config,
        list(load_cameras(config)),
        open_eyes(threads),
        load_node_key(config.data),
        load_centre_key(config.centre_key),
        dict(_pair(text) for text in play or ()),
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: node.stop())
    node.run(until_delivered=until_delivered)


def _pair(text: str) -> tuple[str, Path]:
    name, _, video = text.partition("=")
    if not video:
        raise stop_with(f"--play {text}: give CAMERA=VIDEO, the camera's id and a file")
    return name, Path(video)


@app.command("check")
def edge_check(node_file: Annotated[Path, typer.Argument(help="node YAML or camera YAML")]) -> None:
    """Checks a node's (or one camera's) configuration and does nothing else."""
    if kind_of(node_file) == "camera":
        tell(f"✓ {node_file}: camera {load_camera(node_file).id}", Console())
        return
    config = load_node(node_file)
    load_cameras(config)
    names = ", ".join(str(path) for path in config.cameras)
    tell(f"✓ {node_file}: node {config.id}, cameras: {names}", Console())


@app.command("enrol")
def edge_enrol(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    out: Annotated[Path, typer.Option(help="the enrolment document")] = Path("enrolment.json"),
) -> None:
    """Makes the node's key (once) and writes the document that the centre imports."""
    from edge.camera import SOFTWARE, camera_info

    config = load_node(node_file)
    cameras = tuple(camera_info(camera) for camera in load_cameras(config))
    key = load_or_make_node_key(config.data)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(canonical_bytes(enrolment(config.id, key.public, SOFTWARE, cameras)) + b"\n")
    tell(f"✓ {out}: node {config.id}, key {key.public.key_id}")
