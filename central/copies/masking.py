"""Makes the copies of a case's files with `ngatu mask`, one process for all of them with a time limit and low
priority.

The detectors of plates and faces belong to the node's part of the software; the centre reaches them only
through this command.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

SECONDS = 1500.0
"""Time limit for one file: allows for a long clip on a busy machine."""

MOST_THREADS = 4
"""Face detection, a third of the work, processes one frame at a time: more threads would wait for it."""


class MaskingFailedError(Exception):
    """The copy could not be made; the message says why."""


@dataclass(frozen=True)
class Errand:
    """One copy to make: its source, its target, and the vehicle that stays readable."""

    source: Path
    target: Path
    own: dict[str, Any]


@dataclass(frozen=True)
class Hidden:
    """Counts of hidden regions in a copy."""

    frames: int
    plates: int
    faces: int


Mask = Callable[[Sequence[Errand]], Iterator[Hidden]]
"""Writes copies in their order; reports what was hidden in each as soon as it is finished."""


def mask(errands: Sequence[Errand], seconds: float = SECONDS) -> Iterator[Hidden]:
    """Writes the copies, within `seconds` times their number. Raises MaskingFailedError."""
    allowed = seconds * len(errands)
    with TemporaryDirectory() as folder, TemporaryFile("w+", encoding="utf-8") as complaints:
        words = [*_quietly(), sys.executable, "-m", "ngatu", "mask", *_files(errands, Path(folder))]
        words += ["--threads", str(min(MOST_THREADS, os.cpu_count() or 1))]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8")
        late = threading.Timer(allowed, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                yield Hidden(**json.loads(line))
            ended = process.wait()
        finally:
            is_late = not late.is_alive()
            late.cancel()
            process.kill()
            process.wait()
        if ended != 0:
            complaints.seek(0)
            said = f"not done after {allowed:.0f} s" if is_late else complaints.read().strip()[-500:]
            raise MaskingFailedError(said or f"ended with {ended}")


def _files(errands: Sequence[Errand], folder: Path) -> list[str]:
    """The input and output files of the command."""
    words = [str(errand.source) for errand in errands]
    for number, errand in enumerate(errands):
        own = folder / f"own-{number}.json"
        own.write_text(json.dumps(errand.own), encoding="utf-8")
        words += ["--out", str(errand.target), "--own", str(own)]
    return words


def _quietly() -> list[str]:
    """Runs at the lowest priority, where a command for that exists."""
    nice = shutil.which("nice")
    return [nice, "-n", "10"] if nice else []
