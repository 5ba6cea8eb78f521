"""`ngatu replay`: the pipeline over a video file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.loading import ConfigError, Problem
from configs.node_check import joining_problems
from configs.words import say_both
from contract.reasons import reason
from contract.types import FIRST_YEAR, LAST_YEAR
from edge.cli.screen import complain, keep_apart, progress, stop_with, tell
from edge.summary import told

if TYPE_CHECKING:
    from edge.evidence.gather import Proof
    from edge.replay import Replayed

app = typer.Typer()


def utc(text: str) -> datetime:
    """A time as typed by the user; UTC if no zone is given."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; give for instance 2026-11-24T08:30:00Z") from None
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise typer.BadParameter(f"{text!r} is no time of a video; its year lies before 1971 or after 2198")
    return moment.replace(tzinfo=moment.tzinfo or UTC)


@app.command("replay")
def replay_command(
    video: Annotated[Path, typer.Argument(help="video file")],
    camera_file: Annotated[Path, typer.Option("--camera", help="camera YAML")],
    jsonl: Annotated[Path | None, typer.Option(help="one JSON line per violation")] = None,
    packages: Annotated[Path | None, typer.Option(help="folder for signed packages")] = None,
    annotated: Annotated[Path | None, typer.Option(help="write a video with all detections drawn in")] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(metavar="CAMERA=VIDEO", help="a plate camera's file and its video of the same time"),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(parser=utc, metavar="TIME", help="time of the first frame; UTC if no zone is given"),
    ] = None,
    key_dir: Annotated[Path, typer.Option("--key", help="folder with the signing key")] = Path("var/replay"),
    threads: Annotated[int, typer.Option(min=1, help="CPU threads for each network")] = 2,
) -> None:
    """Runs the pipeline over a video file; the result is always the same, to the byte.

    Results are written as they are found. If one can't be written this is reported and the others go on.
    """
    from edge.camera import open_eyes
    from edge.evidence.keys import load_or_make_node_key
    from edge.replay import replay
    from edge.results import Outputs
    from edge.video.file import FileSource

    config = load_camera(camera_file)
    others = [_beside(text) for text in beside or ()]
    outputs = Outputs(jsonl, packages, annotated)
    _check_joined(camera_file, config, [other for other, _ in others])
    keep_apart((video, camera_file, *(path for _, path in others)), (jsonl, packages, annotated))
    total = FileSource(video).announced
    key = load_or_make_node_key(key_dir)
    with progress() as bar:
        task = bar.add_task(video.name, total=total or None)
        eyes = open_eyes(threads)
        found = replay(
            video,
            config,
            eyes,
            outputs,
            key,
            beside=others,
            start=start,
            progress=lambda _: bar.advance(task),
        )
    _tell_all(found)
    if found.problems:
        raise typer.Exit(1)


def _tell_all(found: "Replayed") -> None:
    """Prints findings, totals, rejected findings, and remarks on the video and the results."""
    screen = Console()
    if found.proofs:
        screen.print(violations_table(found.proofs))
    else:
        tell(say_both(reason("replay.nothing_found")), screen)
    for line in told(found.summary):
        tell(f"· {line}", screen)
    for proof in found.disproved:
        tell(f"− {dropped(proof)}")
    for t, trouble in found.troubles:
        tell(f"! {t:.1f} s: {say_both(trouble)}")
    if found.warning:
        tell(f"! {found.warning}")
    for problem in found.problems:
        complain(problem)


def _beside(text: str) -> tuple[CameraConfig, Path]:
    camera_file, _, video = text.partition("=")
    if not video:
        raise stop_with(f"--beside {text}: give CAMERA=VIDEO, a plate camera's file and its video")
    return load_camera(Path(camera_file)), Path(video)


def _check_joined(path: Path, config: CameraConfig, others: list[CameraConfig]) -> None:
    """Each plate camera given must be one that this camera is joined to; without any the camera works
    alone."""
    asked = [joined.camera for joined in config.plate_cameras]
    for other in others:
        if other.id not in asked:
            raise stop_with(f"--beside: camera {config.id} names no plate camera {other.id} in its file")
    cameras = {camera.id: camera for camera in (config, *others)}
    if others and (problems := list(joining_problems(config, cameras))):
        raise ConfigError(path, [Problem(1, where, what) for where, what in problems])


def dropped(proof: "Proof") -> str:
    """What the second look disproved, and why, in both languages."""
    finding = proof.incident.finding
    why = next(doubt for doubt in finding.doubts if doubt.weight == "disproof")
    return f"{finding.t:.2f} s {finding.rule} #{finding.track}: {say_both(why)}"


def violations_table(proofs: "list[Proof]") -> Table:
    """The violations of a replay as a table for reading."""
    table = Table(title="Vi phạm — violations")
    for name in ("t", "lỗi / rule", "xe / vehicle", "biển số / plate", "đỏ / red", "kết luận / decision"):
        table.add_column(name, overflow="fold")
    for proof in proofs:
        finding, plate = proof.incident.finding, proof.facts.plate
        row = (
            f"{finding.t:.2f}",
            finding.rule,
            f"{proof.facts.vehicle.kind.vietnamese} #{finding.track}",
            f"{plate.text} ({plate.confidence:.0%})" if plate.text else "không đọc được / unread",
            "" if finding.elapsed_red is None else f"{finding.elapsed_red:.1f} s",
            finding.decision,
        )
        table.add_row(*(Text(cell) for cell in row))
    return table
