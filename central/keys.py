"""The centre's own key, which signs receipts: a file that only its owner can read."""

from pathlib import Path

from central.files import write_new
from contract.signing import SigningKey


class KeyFileError(Exception):
    """The key file is missing, readable by others, or not a key; the message says what to do."""


def create_key(path: Path) -> SigningKey:
    """Creates the key file, or reads an existing one: a key is never overwritten."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, SigningKey.generate().pem)
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
