"""`ngatu edge what-if`: what another camera file would have found in the clips still stored here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from configs.camera_check import load_camera
from configs.node_check import load_cameras, load_node
from edge.cli.screen import progress, stop_with, tell
from edge.evidence.keys import load_centre_key

if TYPE_CHECKING:
    from edge.what_if import Act, Difference

app = typer.Typer()


@app.command("what-if")
def what_if_command(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    camera_file: Annotated[Path, typer.Argument(help="another file for one of its cameras")],
    hours: Annotated[float, typer.Option(min=0.1, help="hours to go back")] = 24.0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads for each network")] = 1,
) -> None:
    """Compares the camera file in force with another one, on the last day's clips; changes nothing."""
    from edge.camera import open_eyes
    from edge.configuration.current import in_force
    from edge.what_if import compare, kept_clips

    node, new = load_node(node_file), load_camera(camera_file)
    centre = load_centre_key(node.centre_key)
    present = next(
        (camera for camera in in_force(node, load_cameras(node), centre) if camera.id == new.id), None
    )
    if present is None:
        raise stop_with(f"{camera_file}: node {node.id} has no camera {new.id}")
    kept = kept_clips(node.data, new.id, datetime.now(UTC) - timedelta(hours=hours))
    if not kept:
        raise stop_with(f"no clips of camera {new.id} from the last {hours:g} hours are on this disk")
    eyes = open_eyes(threads)
    with progress() as bar:
        task = bar.add_task(new.id, total=len(kept))
        differences = []
        for one in kept:
            differences.append(compare(one, present, new, eyes))
            bar.advance(task)
    _show(differences)


def _show(differences: "list[Difference]") -> None:
    table = Table("time (UTC)", "found live", "both", "only the file in force", "only the new file")
    for one in differences:
        if one.lost or one.gained:
            time = one.kept.at.strftime("%Y-%m-%d %H:%M:%S")
            table.add_row(time, one.kept.rule, _words(one.same), _words(one.lost), _words(one.gained))
    if table.row_count:
        Console().print(table)
    lost, gained = (sum(len(getattr(one, part)) for one in differences) for part in ("lost", "gained"))
    tell(f"{len(differences)} clips: {lost} acts are lost, {gained} gained under the new file")


def _words(acts: "tuple[Act, ...]") -> str:
    return ", ".join(f"{act.rule} ({act.decision}) at {act.t:.1f} s" for act in acts) or "–"
