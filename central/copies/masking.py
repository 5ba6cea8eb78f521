"""Asks for the copy of one file: `ngatu mask`, in a process of its own with a time limit and low priority.

The finders of plates and faces belong to the node's half of the house; the two meet in the command only.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SECONDS = 1500.0
"""For one file: a long clip on a busy machine."""


class MaskingFailedError(Exception):
    """The copy could not be made; the message says why."""


@dataclass(frozen=True)
class Hidden:
    """What was hidden in a copy."""

    frames: int
    plates: int
    faces: int


Mask = Callable[[Path, Path, dict[str, Any]], Hidden]
"""Writes the copy of a file: source, target, the vehicle that stays readable."""


def mask(source: Path, target: Path, own: dict[str, Any], seconds: float = SECONDS) -> Hidden:
    """Writes the copy. Raises MaskingFailedError."""
    with TemporaryDirectory() as folder:
        vehicle = Path(folder) / "own.json"
        vehicle.write_text(json.dumps(own), encoding="utf-8")
        words = ["mask", str(source), "--out", str(target), "--own", str(vehicle)]
        try:
            done = subprocess.run(
                [*_quietly(), sys.executable, "-m", "ngatu", *words],
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise MaskingFailedError(f"not done after {seconds:.0f} s") from late
    if done.returncode != 0:
        raise MaskingFailedError(done.stderr.strip()[-500:] or f"ended with {done.returncode}")
    return Hidden(**json.loads(done.stdout.splitlines()[-1]))


def _quietly() -> list[str]:
    """Behind everything else the machine has to do, where there is such a command."""
    nice = shutil.which("nice")
    return [nice, "-n", "10"] if nice else []
