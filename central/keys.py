"""The centre's own key, which signs receipts: a file that only its owner can read."""

import os
from pathlib import Path

from contract.signing import SigningKey


class KeyFileError(Exception):
    """The key file is missing, readable by others, or not a key; the message says what to do."""


def create_key(path: Path) -> SigningKey:
    """Makes the key file, or reads it when it is there already: a key is never overwritten."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(SigningKey.generate().pem)
            file.flush()
            os.fsync(file.fileno())
    return load_key(path)


def load_key(path: Path) -> SigningKey:
    """The centre's key. Raises KeyFileError."""
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except OSError as problem:
        raise KeyFileError(
            f"can't read the centre's key {path}: {problem}; make it with `ngatu central key init`"
        ) from problem
    if mode & 0o077:
        raise KeyFileError(f"the centre's key {path} can be read by others: chmod 600 it")
    try:
        return SigningKey.from_pem(content)
    except ValueError as problem:
        raise KeyFileError(f"{path} is {problem}") from None
