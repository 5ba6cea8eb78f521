"""What the node's commands say: plain words, whatever stands in a file's name or a message."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

screen = Console(stderr=True)


def complain(problem: Exception | str) -> None:
    """A line on the screen for what went wrong. Never read as markup: brackets in a name stay brackets."""
    screen.print(Text.assemble(("✗ ", "bold red"), str(problem)), highlight=False, soft_wrap=True)


def stop_with(problem: Exception | str) -> typer.Exit:
    """Says what is wrong and gives the exit to raise."""
    complain(problem)
    return typer.Exit(1)


def keep_apart(read: Iterable[Path], written: Iterable[Path | None]) -> None:
    """Refuses to write over what is read, or two results into one file; None is nothing that is written.

    Raises:
        typer.Exit: told on the screen, with the name.
    """
    taken = [_place(path) for path in read]
    for path in written:
        if path is None:
            continue
        if any(_place(path) == other or _same_file(path, other) for other in taken):
            raise stop_with(f"{path} is read here or written already: give another name to write to")
        taken.append(_place(path))


def _place(path: Path) -> Path:
    """Where links lead; one that leads to itself is told by who opens it, and not here."""
    return Path(os.path.realpath(path))


def _same_file(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.samefile(other)


def tell(words: str, console: Console = screen) -> None:
    """A line as it is."""
    console.print(Text(words), highlight=False, soft_wrap=True)


def progress() -> Progress:
    """A bar, where a person looks at the terminal."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        disable=not sys.stderr.isatty(),
    )
