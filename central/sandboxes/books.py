"""Storage of the simulated systems."""

import json
from pathlib import Path
from typing import Any


def lines(file: Path) -> list[dict[str, Any]]:
    """The added entries, in order."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def add_line(file: Path, entry: dict[str, Any]) -> None:
    """Adds an entry at the end, as a line of JSON."""
    with file.open("a", encoding="utf-8") as books:
        books.write(json.dumps(entry, ensure_ascii=False) + "\n")


def rewrite(file: Path, content: str) -> None:
    """Replaces the file, in one step."""
    beside = file.with_suffix(".new")
    beside.write_text(content, encoding="utf-8")
    beside.replace(file)
