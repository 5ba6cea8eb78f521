"""`ngatu edge`: run, check, join, change-key, enrol (the outbox commands are in `edge.cli.outbox`).

Each command imports the network and video modules it needs, so that a check answers at once.
"""

import signal
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from configs.camera import CameraConfig, StreamConfig
from configs.camera_check import load_camera
from configs.kinds import kind_of
from configs.node import NodeConfig
from configs.node_check import load_cameras, load_node, unreadable
from contract.canonical import canonical_bytes
from contract.joining import Invitation, Welcome
from contract.reports import CameraInfo
from edge.cli.screen import keep_apart, stop_with, tell
from edge.evidence.keys import NODE_KEY_FILE, enrolment, load_centre_key, load_node_key, load_or_make_node_key

app = typer.Typer(no_args_is_help=True, help="The node at a junction.")


@app.command("run")
def edge_run(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    play: Annotated[
        list[str] | None, typer.Option(help="CAMERA=VIDEO: play a file instead of the stream")
    ] = None,
    until_delivered: Annotated[bool, typer.Option(help="exit when the played files are delivered")] = False,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Runs the node until it is told to stop."""
    from edge.node import Node
    from edge.updating.sets import sets_of

    config = load_node(node_file)
    centre = load_centre_key(config.centre_key)
    networks = sets_of(config, centre)
    node = Node(
        config,
        list(load_cameras(config)),
        networks.open(threads, datetime.now(UTC)),
        load_node_key(config.data),
        centre,
        dict(_pair(text) for text in play or ()),
        networks=networks,
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
    cameras = load_cameras(config)
    missing = dict(unreadable(config, cameras))
    for key, path in missing.items():
        tell(f"! {key}: {path} can't be read here; the node needs it")
    _check_secrets(config, cameras, missing)
    names = ", ".join(str(path) for path in config.cameras)
    tell(f"✓ {node_file}: node {config.id}, cameras: {names}", Console())


def _check_secrets(config: NodeConfig, cameras: Iterable[CameraConfig], missing: Container[str]) -> None:
    """Checks the secret files that can be read here: key files hold a valid key, password files are not
    missing.

    Raises KeyFileError or StreamError.
    """
    from edge.streams import address

    if "centre_key" not in missing:
        load_centre_key(config.centre_key)
    for camera in cameras:
        for name in ("detect_stream", "record_stream"):
            stream: StreamConfig | None = getattr(camera, name)
            if stream is not None and f"{camera.id}: {name}.password_file" not in missing:
                address(stream)


@app.command("join")
def edge_join(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    invitation: Annotated[str, typer.Argument(help="the line that `ngatu central node invite` printed")],
) -> None:
    """Joins the centre by invitation: makes the node's key, gets the centre's key and the broker password."""
    from edge.joining import JoiningError, join

    config = load_node(node_file)
    cameras = _announced(config)
    try:
        welcome = join(config, cameras, Invitation.from_code(invitation))
    except (JoiningError, ValueError) as problem:
        raise stop_with(str(problem)) from problem
    tell(f"✓ node {config.id} is in")
    for line in _to_do(config, welcome):
        tell(f"! {line}")


def _to_do(config: NodeConfig, welcome: Welcome) -> Iterator[str]:
    """What the installer still has to set in the node's file."""
    place, broker = welcome.broker, config.broker
    if place is not None and (place.host, place.port, place.tls) != (broker.host, broker.port, broker.tls):
        yield f"the centre's broker is host: {place.host}, port: {place.port}, tls: {str(place.tls).lower()}"
    if welcome.broker_password is not None and broker.password_file is None:
        yield "name a broker.password_file and join again with another invitation: there is a password"
    if place is not None and place.ca and broker.ca is None:
        yield "name a file as broker.ca and join again with another invitation: the broker has an authority"


@app.command("change-key")
def edge_change_key(node_file: Annotated[Path, typer.Argument(help="node YAML")]) -> None:
    """Gives a stopped node a new signing key; waiting packages are delivered under the old one."""
    from edge.delivery.index import OutboxError
    from edge.joining import JoiningError, change_key

    config = load_node(node_file)
    cameras = _announced(config)
    try:
        key = change_key(config, cameras)
    except (JoiningError, OutboxError) as problem:
        raise stop_with(str(problem)) from problem
    tell(f"✓ node {config.id}: key {key.key_id}; start the node")


@app.command("enrol")
def edge_enrol(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    out: Annotated[Path, typer.Option(help="the enrolment document")] = Path("enrolment.json"),
) -> None:
    """Makes the node's key (once) and writes the document that the centre imports."""
    from edge.camera import SOFTWARE

    config = load_node(node_file)
    cameras = _announced(config)
    keep_apart((node_file, *config.cameras, config.centre_key, config.data / NODE_KEY_FILE), [out])
    key = load_or_make_node_key(config.data)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(canonical_bytes(enrolment(config.id, key.public, SOFTWARE, cameras)) + b"\n")
    tell(f"✓ {out}: node {config.id}, key {key.public.key_id}")


def _announced(config: NodeConfig) -> tuple[CameraInfo, ...]:
    """What the node reports to the centre about its cameras."""
    from edge.camera import camera_info

    return tuple(camera_info(camera) for camera in load_cameras(config))
