"""Messages of the node's commands as plain text, whatever characters a file name or message contains."""

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
    """Prints an error line. Never read as markup: brackets in a name stay brackets."""
    screen.print(Text.assemble(("✗ ", "bold red"), str(problem)), highlight=False, soft_wrap=True)


def stop_with(problem: Exception | str) -> typer.Exit:
    """Prints the error and returns the exit to raise."""
    complain(problem)
    return typer.Exit(1)


def keep_apart(read: Iterable[Path], written: Iterable[Path | None]) -> None:
    """Refuses to overwrite an input, or to write two results into one file; None: an output that is not
    written.

    Raises:
        typer.Exit: reported on the screen, with the name.
    """
    taken = [_place(path) for path in read]
    for path in written:
        if path is None:
            continue
        if any(_place(path) == other or _same_file(path, other) for other in taken):
            raise stop_with(f"{path} is read here or written already: give another name to write to")
        taken.append(_place(path))


def _place(path: Path) -> Path:
    """The path with links resolved; a link to itself is left for the code that opens it to report."""
    return Path(os.path.realpath(path))


def _same_file(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.samefile(other)


def tell(words: str, console: Console = screen) -> None:
    """Prints a line as it is."""
    console.print(Text(words), highlight=False, soft_wrap=True)


def progress() -> Progress:
    """A progress bar, if the output is a terminal."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        disable=not sys.stderr.isatty(),
    )
