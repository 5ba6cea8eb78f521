"""The users' pages as tests read them: their code blocks, and the `ngatu` commands in these."""

import re
import shlex
from pathlib import Path
from typing import Any

import typer

import central.cli
import central.sandboxes.cli
import edge.cli
import ngatu.cli

ROOT = Path(__file__).parents[2]
USERS_PAGES = [
    ROOT / "docs/operate.md",
    ROOT / "docs/upgrade.md",
    ROOT / "docs/bundles.md",
    ROOT / "docs/scale.md",
    ROOT / "docs/fleet.md",
    ROOT / "docs/health.md",
    ROOT / "docs/office.md",
    ROOT / "docs/quality.md",
    ROOT / "docs/records.md",
    ROOT / "docs/install-camera.md",
    ROOT / "docs/camera-file.md",
    ROOT / "docs/connections.md",
    ROOT / "docs/rules.md",
    ROOT / "docs/evidence.md",
    ROOT / "docs/security.md",
    ROOT / "docs/api/README.md",
    ROOT / "deploy/README.md",
]
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^ *(?:runuser -u \S+ -- )?(?:/opt/ngatu/bin/)?ngatu (.+)$", re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of that language."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [match[2] for match in found if match[1] == language]


def ngatu_commands(page: Path) -> list[list[str]]:
    """The words after `ngatu` of each command in the page's shell blocks."""
    return [shlex.split(found, comments=True) for found in _COMMAND.findall("".join(blocks(page, "sh")))]


def parse(words: list[str]) -> None:
    """Reads a command as `ngatu` would, without running it.

    Raises:
        KeyError: there is no such command.
        click.UsageError: it has no such option or argument, or lacks one.
    """
    app = typer.Typer()
    app.registered_commands.extend(ngatu.cli.app.registered_commands)
    app.add_typer(edge.cli.app)
    app.add_typer(central.cli.app, name="central")
    app.add_typer(central.sandboxes.cli.app, name="sandbox")
    command: Any = typer.main.get_group(app)
    names = 0
    while hasattr(command, "commands"):
        name = words[names] if words[names] in command.commands else getattr(command, "default", words[names])
        command, names = command.commands[name], names + (name == words[names])
    command.make_context("ngatu", words[names:])
