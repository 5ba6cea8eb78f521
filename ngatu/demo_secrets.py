"""Secrets of the demo: generated on the first run, readable by nobody else from the start."""

import secrets
from pathlib import Path


def kept_secret(path: Path, characters: int = 32) -> str:
    """The password in `path`, with that many characters; generated on the first run."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(characters * 3 // 4).encode())
    return path.read_text(encoding="ascii").strip()


def write_secret(path: Path, content: bytes) -> None:
    """Writes a file that only this user can read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
