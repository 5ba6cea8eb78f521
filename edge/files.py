"""Files that stay whole, whatever dies while they are written."""

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and onto the disk before it returns. Raises OSError."""
    fresh = path.with_name(f".{path.name}.part")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
