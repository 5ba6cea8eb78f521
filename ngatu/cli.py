"""The command `ngatu`: joins the node's and the centre's commands with the demo and the embedded broker.

Only the requested part is imported: a node does not have the centre's packages installed.
"""

import gc
import sys
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from ngatu.logs import log_to_stderr
from ngatu.sentences import sentence

BENCHMARKS = ("models", "replay", "crowd", "live", "ingest", "review")

app = typer.Typer(
    name="ngatu",
    help="Ngã Tư: traffic-violation cameras from the junction to the provincial operations centre.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Option("--data", help="data folder (default var/demo)")] = None,
    once: Annotated[bool, typer.Option("--once", help="replay the clip, print the cases, exit")] = False,
    port: Annotated[int, typer.Option(help="port of the console; 0 chooses a free one")] = 8000,
) -> None:
    """Runs the whole system on this machine: broker, centre, and a node that replays the sample clip."""
    from ngatu.demo import DemoError
    from ngatu.demo import demo as run

    try:
        run(folder, once=once, port=0 if once else port)
    except DemoError as problem:
        typer.echo(f"✗ {problem}", err=True)
        raise typer.Exit(1) from problem


@app.command()
def broker(
    accounts: Annotated[Path, typer.Argument(help="YAML file that maps user names to passwords")],
    port: Annotated[int, typer.Option(help="port for MQTT 3.1.1; the next port is for MQTT 5")] = 1883,
) -> None:
    """Runs the embedded MQTT broker, for this machine only."""
    import time

    from configs.loading import load_yaml
    from ngatu.broker import Accounts, BrokerError, embedded_broker

    try:
        with embedded_broker(load_yaml(accounts, Accounts).root, port) as running:
            typer.echo(f"MQTT 3.1.1 on 127.0.0.1:{running.port_v311}, MQTT 5 on :{running.port_v5}")
            while True:
                time.sleep(1)
    except (BrokerError, OSError) as problem:
        typer.echo(f"✗ {problem}", err=True)
        raise typer.Exit(1) from problem
    except KeyboardInterrupt:
        pass


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    ask: typer.Context,
    name: Annotated[
        str,
        typer.Argument(help="models, replay, crowd, live, ingest or review; further options are passed on"),
    ],
) -> None:
    """Runs a benchmark; results are ratios within one run, not absolute times."""
    from importlib import import_module

    if name not in BENCHMARKS:
        typer.echo(f"✗ no benchmark {name!r}; there are: {', '.join(BENCHMARKS)}", err=True)
        raise typer.Exit(1)
    sys.argv = [f"ngatu bench {name}", *ask.args]
    import_module(f"bench.{name}").main()


def main() -> None:
    """Entry point; adds the installed parts that are requested.

    The edge of the process: an error no command could handle is reported in a sentence.
    """
    log_to_stderr()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a character the terminal can't show must not lose the output
            stream.reconfigure(errors="backslashreplace")
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    gc.disable()  # nothing that is loaded here is garbage, and looking for some takes a fifth of the start
    try:
        if asked != "central":
            from edge.cli import app as node_commands

            app.add_typer(node_commands)
        if asked in ("", "--help", "central") and find_spec("fastapi") is not None:
            from central.cli import app as centre_commands

            app.add_typer(centre_commands, name="central")
        if asked in ("", "--help", "sandbox") and find_spec("fastapi") is not None:
            from central.sandboxes.cli import app as sandbox_commands

            app.add_typer(sandbox_commands, name="sandbox")
        gc.freeze()
        gc.enable()
        app()
    except KeyboardInterrupt:  # while a part was still being imported
        sys.exit(130)
    except Exception as problem:
        typer.echo(f"✗ {sentence(problem)}", err=True)
        sys.exit(1)
