"""What the node's commands say: plain words, whatever stands in a file's name or a message."""

import sys

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
