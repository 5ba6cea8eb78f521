"""`ngatu edge outbox`: pending packages, and sending them again."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from configs.node_check import load_node
from configs.wording import counted
from configs.words import say_both
from edge.cli.screen import stop_with, tell
from edge.delivery.index import State
from edge.delivery.outbox import Summary, inspect, resend


class _ShowsByItself(TyperGroup):
    """Makes `outbox NODE.yaml` short for `outbox show NODE.yaml`."""

    default = "show"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(no_args_is_help=True, cls=_ShowsByItself, help="The outbox: packages waiting for delivery.")


@app.command("show")
def show(node_file: Annotated[Path, typer.Argument(help="node YAML")]) -> None:
    """Shows what waits to be delivered, also while the node runs."""
    summary = Summary.together([inspect(folder)[0] for folder in _folders(node_file)])
    states = {state: {"packages": t.packages, "bytes": t.bytes} for state, t in summary.states.items()}
    oldest = summary.oldest_waiting.isoformat() if summary.oldest_waiting else None
    report = {"states": states, "oldest_waiting": oldest, "quarantined": summary.quarantined}
    alarms = [say_both(alarm) for alarm in summary.alarms]
    Console().print_json(json.dumps({**report, "alarms": alarms}, ensure_ascii=False))


@app.command("resend")
def resend_command(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    events: Annotated[
        list[str] | None, typer.Argument(help="event ids (default: all in the given states)")
    ] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="packages the centre refused")] = False,
    unsupported: Annotated[
        bool, typer.Option("--unsupported", help="packages the centre could not read yet")
    ] = False,
    stored: Annotated[
        bool, typer.Option("--stored", help="packages the centre had stored, if it lost them")
    ] = False,
) -> None:
    """Sends packages to the centre again, also while the node runs."""
    chosen: dict[State, bool] = {"rejected": rejected, "unsupported": unsupported, "stored": stored}
    if not (events or any(chosen.values())):
        raise stop_with("say which: event ids, --rejected, --unsupported or --stored")
    states = [state for state, wanted in chosen.items() if wanted] or list(chosen)
    again = [event for folder in _folders(node_file) for event in resend(folder, states, events or ())]
    if unknown := set(events or ()) - set(again):
        raise stop_with(f"no such packages in that state on the disk: {', '.join(sorted(unknown))}")
    tell(f"✓ {counted(len(again), 'package is', 'packages are')} offered again")


def _folders(node_file: Path) -> list[Path]:
    """The outbox folders of the node's present and earlier keys."""
    data = load_node(node_file).data
    return [data / "outbox", *sorted(data.glob("outbox-*"))]
