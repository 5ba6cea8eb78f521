"""Writes files durably (fsync) before anything relies on them."""

import os
from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Creates a file that only its owner can read, on disk before this returns. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Ensures that a file's content, or the names in a folder, are on disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
