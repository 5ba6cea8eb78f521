"""The node's commands: replay, read, see, verify, camera serve, and `edge` run, check, enrol, outbox."""

import csv
import json
import signal
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from configs.camera_check import load_camera
from configs.loading import ConfigError
from configs.node_check import load_cameras, load_node
from contract.canonical import canonical_bytes
from contract.package import MANIFEST_FILE, verify_packages
from contract.plates import interpretations
from contract.signing import PublicKey, SigningKey
from edge.camera import SOFTWARE, camera_info, open_eyes
from edge.delivery.index import OutboxError
from edge.delivery.outbox import inspect
from edge.detect.onnx_backend import OnnxVehicleDetector
from edge.evidence.gather import Proof
from edge.evidence.keys import (
    KeyFileError,
    enrolment,
    load_centre_key,
    load_node_key,
    load_or_make_node_key,
)
from edge.node import Node
from edge.pictures import Picture, PictureError, find_pictures, load_picture, still_size
from edge.plate.find import PlateFinder
from edge.plate.read import OnnxPlateReader
from edge.plate.reading import PlateReading
from edge.plate.stills import read_picture
from edge.replay import Outputs, replay
from edge.streams import StreamError
from edge.video.file import FileSource
from edge.video.frame import VideoError
from edge.video.serve import serve_camera
from models import ModelCardError, load_path
from models.card import packaged_card

app = typer.Typer(no_args_is_help=True)
edge = typer.Typer(no_args_is_help=True, help="The node at a junction.")
camera = typer.Typer(no_args_is_help=True, help="Cameras to try a node with.")
app.add_typer(edge, name="edge")
app.add_typer(camera, name="camera")

screen = Console(stderr=True)
TROUBLE = (
    ConfigError,
    KeyFileError,
    ModelCardError,
    OutboxError,
    PictureError,
    StreamError,
    VideoError,
)
"""What a person can mend: shown as a sentence, without a trace."""


def stop_with(problem: Exception | str) -> typer.Exit:
    """Prints what is wrong and gives the exit to raise."""
    screen.print(f"[bold red]✗[/] {problem}", highlight=False, soft_wrap=True)
    return typer.Exit(1)


@app.command("replay")
def replay_command(
    video: Annotated[Path, typer.Argument(help="video file")],
    camera_file: Annotated[Path, typer.Option("--camera", help="camera YAML")],
    jsonl: Annotated[Path | None, typer.Option(help="one JSON line per violation")] = None,
    packages: Annotated[Path | None, typer.Option(help="folder for signed packages")] = None,
    annotated: Annotated[Path | None, typer.Option(help="video with everything drawn in")] = None,
    start: Annotated[datetime | None, typer.Option(help="UTC of the first frame")] = None,
    key_dir: Annotated[Path, typer.Option("--key", help="folder of the signing key")] = Path("var/replay"),
    threads: Annotated[int, typer.Option(min=1, help="CPU threads for each network")] = 2,
) -> None:
    """The pipeline over a video file: the same answer, to the byte, every time."""
    try:
        config = load_camera(camera_file)
        total = FileSource(video).announced
        key = load_or_make_node_key(key_dir)
        with _progress() as bar:
            task = bar.add_task(video.name, total=total or None)
            proofs = replay(
                video,
                config,
                open_eyes(threads),
                Outputs(jsonl, packages, annotated),
                key,
                start=start,
                progress=lambda _: bar.advance(task),
            )
    except TROUBLE as problem:
        raise stop_with(problem) from problem
    Console().print(violations_table(proofs))


def violations_table(proofs: list[Proof]) -> Table:
    """The violations of a replay for people."""
    table = Table(title="Vi phạm — violations")
    for name in ("t", "lỗi / rule", "xe / vehicle", "biển số / plate", "đỏ / red", "kết luận / decision"):
        table.add_column(name)
    for proof in proofs:
        finding, plate = proof.incident.finding, proof.facts.plate
        table.add_row(
            f"{finding.t:.2f}",
            finding.rule,
            f"{proof.facts.vehicle.kind.vietnamese} #{finding.track}",
            f"{plate.text} ({plate.confidence:.0%})" if plate.text else "không đọc được / unread",
            "" if finding.elapsed_red is None else f"{finding.elapsed_red:.1f} s",
            finding.decision,
        )
    return table


@app.command("read")
def read_command(
    pictures: Annotated[list[Path], typer.Argument(help="pictures or folders")],
    csv_file: Annotated[Path | None, typer.Option("--csv", help="write the readings here")] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Finds and reads number plates on still pictures."""
    try:
        finder = PlateFinder(load_path("plate_finder"), load_path("plate_corners"), threads)
        reader = OnnxPlateReader(load_path("plate_reader"), threads)
    except ModelCardError as problem:
        raise stop_with(problem) from problem
    head = ("file", "plate", "confidence", "kind", "colour", "lines", "x1", "y1", "x2", "y2", "ms")
    rows: list[tuple[object, ...]] = []
    failed = False
    for picture in _loaded(pictures):
        if picture is None:
            failed = True
            continue
        began = time.perf_counter()
        found = [f for f in read_picture(picture.image, finder, reader) if f.reading is not None]
        spent = round((time.perf_counter() - began) * 1000, 1)
        for plate in found:
            reading = plate.reading
            assert reading is not None
            corners = [round(v, 1) for v in plate.box.bounds]
            facts = (
                reading.text,
                round(reading.confidence, 4),
                _kind(reading),
                reading.colour,
                reading.lines,
            )
            rows.append((picture.path, *facts, *corners, spent))
        if not found:
            rows.append((picture.path, "", "", "", "", "", "", "", "", "", spent))
    _give(head, rows, csv_file)
    if failed:
        raise typer.Exit(1)


def _kind(reading: PlateReading) -> str:
    """The kind of plate, where text, layout and colour leave only one."""
    kinds = {p.kind for p in interpretations(reading.text, lines=reading.lines, colour=reading.colour)}
    return kinds.pop().value if len(kinds) == 1 else ""


@app.command("see")
def see_command(
    pictures: Annotated[list[Path], typer.Argument(help="pictures or folders")],
    csv_file: Annotated[Path | None, typer.Option("--csv", help="write the boxes here")] = None,
    size: Annotated[int | None, typer.Option(help="longer side of the network's input")] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Finds vehicles on still pictures; without --size at 640 to 960 pixels, as large as the picture is."""
    rows: list[tuple[object, ...]] = []
    detectors: dict[int, OnnxVehicleDetector] = {}
    failed = False
    for picture in _loaded(pictures):
        if picture is None:
            failed = True
            continue
        wanted = size or still_size(picture.image)
        try:
            if wanted not in detectors:
                card = packaged_card("vehicles")
                detectors[wanted] = OnnxVehicleDetector(card, input_size=wanted, threads=threads)
        except (ModelCardError, ValueError) as problem:
            raise stop_with(problem) from problem
        for seen in detectors[wanted].detect(picture.image):
            corners = [round(v, 1) for v in seen.box]
            rows.append((picture.path, seen.kind.value, round(seen.confidence, 4), *corners))
    _give(("file", "class", "confidence", "x1", "y1", "x2", "y2"), rows, csv_file)
    if failed:
        raise typer.Exit(1)


@app.command("verify")
def verify_command(
    packages: Annotated[list[Path], typer.Argument(help="package folders or ZIPs, or a folder of packages")],
    key: Annotated[str | None, typer.Option(help="the node's public key (base64url)")] = None,
) -> None:
    """Checks hashes, signature and chain of evidence packages, offline; exit 1 with the first failure."""
    try:
        public = PublicKey.from_text(key) if key else None
    except ValueError as problem:
        raise stop_with(problem) from problem
    reports = verify_packages([place for path in packages for place in _places(path)], public)
    for report in reports:
        if report.failure is not None:
            raise stop_with(f"{report.path}: {report.failure}")
        Console().print(f"✓ {report.path}: {'; '.join(report.passed)}", highlight=False)


def _places(path: Path) -> list[Path]:
    """The package itself, or the packages in a folder of them."""
    if path.is_dir() and not (path / MANIFEST_FILE).exists():
        return sorted(p for p in path.iterdir() if p.is_dir() or p.suffix == ".zip") or [path]
    return [path]


@camera.command("serve")
def camera_serve(
    video: Annotated[Path, typer.Argument(help="video file")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8554,
) -> None:
    """Plays a file as an RTSP camera, in a loop."""
    screen.print(f"rtsp://127.0.0.1:{port}/{video.stem}   (Ctrl+C ends)", highlight=False)
    try:
        serve_camera(video, "127.0.0.1", port)
    except VideoError as problem:
        raise stop_with(problem) from problem
    except KeyboardInterrupt:
        pass


@edge.command("run")
def edge_run(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    play: Annotated[list[str] | None, typer.Option(help="CAMERA=VIDEO in place of its stream")] = None,
    until_delivered: Annotated[bool, typer.Option(help="end when the played files are delivered")] = False,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Runs the node until it is told to stop."""
    try:
        config = load_node(node_file)
        node = Node(
            config,
            list(load_cameras(config)),
            open_eyes(threads),
            load_node_key(config.data),
            load_centre_key(config.centre_key),
            dict(_pair(text) for text in play or ()),
        )
    except TROUBLE as problem:
        raise stop_with(problem) from problem
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: node.stop())
    node.run(until_delivered=until_delivered)


def _pair(text: str) -> tuple[str, Path]:
    name, _, video = text.partition("=")
    if not video:
        raise stop_with(f"--play {text}: give CAMERA=VIDEO, the camera's id and a file")
    return name, Path(video)


@edge.command("check")
def edge_check(node_file: Annotated[Path, typer.Argument(help="node YAML or camera YAML")]) -> None:
    """Checks a node's (or one camera's) configuration and does nothing else."""
    try:
        if "broker" in (node_file.read_text(encoding="utf-8") if node_file.is_file() else "broker"):
            config = load_node(node_file)
            load_cameras(config)
            names = ", ".join(str(path) for path in config.cameras)
            Console().print(f"✓ {node_file}: node {config.id}, cameras: {names}", highlight=False)
        else:
            found = load_camera(node_file)
            Console().print(f"✓ {node_file}: camera {found.id}", highlight=False)
    except TROUBLE as problem:
        raise stop_with(problem) from problem


@edge.command("enrol")
def edge_enrol(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    out: Annotated[Path, typer.Option(help="the enrolment document")] = Path("enrolment.json"),
) -> None:
    """Makes the node's key (once) and writes the document that the centre imports."""
    try:
        config = load_node(node_file)
        key: SigningKey = load_or_make_node_key(config.data)
        cameras = tuple(camera_info(camera) for camera in load_cameras(config))
    except TROUBLE as problem:
        raise stop_with(problem) from problem
    out.write_bytes(canonical_bytes(enrolment(config.id, key.public, SOFTWARE, cameras)) + b"\n")
    screen.print(f"✓ {out}: node {config.id}, key {key.public.key_id}", highlight=False)


@edge.command("outbox")
def edge_outbox(node_file: Annotated[Path, typer.Argument(help="node YAML")]) -> None:
    """Shows what waits to be delivered, also while the node runs."""
    try:
        summary, _ = inspect(load_node(node_file).data / "outbox")
    except TROUBLE as problem:
        raise stop_with(problem) from problem
    states = {state: {"packages": t.packages, "bytes": t.bytes} for state, t in summary.states.items()}
    oldest = summary.oldest_waiting.isoformat() if summary.oldest_waiting else None
    report = {"states": states, "oldest_waiting": oldest, "quarantined": summary.quarantined}
    Console().print_json(json.dumps({**report, "alarms": list(summary.alarms)}))


def _loaded(paths: list[Path]) -> Iterator[Picture | None]:
    """The pictures with a progress bar; None where one can't be read (said on the screen)."""
    with _progress() as bar:
        files = list(find_pictures(paths))
        for path in bar.track(files, description="pictures"):
            try:
                yield load_picture(path)
            except PictureError as problem:
                screen.print(f"[bold red]✗[/] {problem}", highlight=False, soft_wrap=True)
                yield None


def _give(head: tuple[str, ...], rows: list[tuple[object, ...]], csv_file: Path | None) -> None:
    """A CSV file, or a table on the screen."""
    if csv_file is not None:
        with csv_file.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            writer.writerows(rows)
        return
    table = Table(*head)
    for row in rows:
        table.add_row(*(str(value) for value in row))
    Console().print(table)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        disable=not sys.stderr.isatty(),
    )
