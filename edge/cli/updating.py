"""`ngatu edge update` and `self-test`: networks signed by the centre, and their results on the golden
frames."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from configs.node_check import load_node
from configs.words import say
from edge.cli.screen import stop_with, tell
from edge.evidence.keys import load_centre_key

app = typer.Typer(no_args_is_help=True)


@app.command("update")
def edge_update(
    node_file: Annotated[Path, typer.Argument(help="node YAML")],
    bundle: Annotated[Path, typer.Argument(help="folder that `ngatu central bundle` signed")],
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Installs networks signed by the centre, if they pass the self-test; used from the next start."""
    from edge.updating.golden import load_golden, self_test
    from edge.updating.sets import UpdateError, sets_of

    config = load_node(node_file)
    sets = sets_of(config, load_centre_key(config.centre_key))
    try:
        name = sets.take(bundle, partial(self_test, golden=load_golden()), threads, datetime.now(UTC))
    except UpdateError as problem:
        why = f": {say(problem.reason, 'en')}" if problem.reason is not None else ""
        raise stop_with(f"{problem}{why}") from problem
    tell(f"✓ {name} is in force from the next start on: systemctl restart ngatu-node")


@app.command("self-test")
def edge_self_test(
    node_file: Annotated[Path | None, typer.Argument(help="node YAML, whose networks are tested")] = None,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Tests the networks on the reference frames; exit code 1 if the test fails."""
    from edge.camera import open_eyes
    from edge.updating.golden import load_golden, self_test
    from edge.updating.sets import sets_of

    if node_file is None:
        eyes = open_eyes(threads)
    else:
        config = load_node(node_file)
        sets = sets_of(config, load_centre_key(config.centre_key))
        eyes = sets.open(threads, datetime.now(UTC))
    if why := self_test(eyes, load_golden()):
        raise stop_with(say(why, "en"))
    tell("✓ the golden frames are seen")
