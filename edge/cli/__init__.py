"""The node's commands: replay, read, see, riders, mask, verify, camera serve, and `edge` run, check, enrol,
join, change-key, setup, outbox, what-if, update, self-test.

Commands raise their errors; `ngatu.cli` prints any of them as one sentence.
"""

import typer

from edge.cli import (
    camera,
    mask,
    node,
    outbox,
    pictures,
    replay,
    riders,
    setup,
    updating,
    verify,
    viewing,
    what_if,
)

app = typer.Typer(no_args_is_help=True)
for commands in (replay.app, pictures.app, riders.app, verify.app, mask.app, viewing.app):
    app.registered_commands.extend(commands.registered_commands)
node.app.add_typer(outbox.app, name="outbox")
node.app.registered_commands.extend(setup.app.registered_commands)
node.app.registered_commands.extend(what_if.app.registered_commands)
node.app.registered_commands.extend(updating.app.registered_commands)
app.add_typer(node.app, name="edge")
app.add_typer(camera.app, name="camera")
