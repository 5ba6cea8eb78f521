"""Atomic file writes: a file stays whole if the process or the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file atomically, synced to the disk before it returns. Raises OSError."""
    fresh = path.with_name(f".{path.name}.part")
    with named(path), fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Adds `path` to disk errors raised in this block: the error of a full disk names no file."""
    try:
        yield
    except OSError as problem:
        if problem.filename is not None:
            raise
        raise OSError(problem.errno, problem.strerror, str(path)) from problem
