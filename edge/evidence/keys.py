"""The keys of a node: its own signing key, made at enrolment, and the centre's public key, received then.

The first is `node-key.pem` in the node's data folder (PKCS #8, readable by the owner only); the second is the
text form of a public key, in the file that the node's configuration names.
"""

import os
import stat
from pathlib import Path

from contract.reports import CameraInfo, Enrolment
from contract.signing import PublicKey, SigningKey
from edge.files import named

NODE_KEY_FILE = "node-key.pem"


class KeyFileError(RuntimeError):
    """A key file is missing, unreadable, open to others or not a key; the message says what to do."""


def load_or_make_node_key(data: Path) -> SigningKey:
    """The node's key; made on the first call. Two processes that race get the same key.

    Raises:
        KeyFileError: see `load_node_key`.
    """
    return load_or_make_key(data / NODE_KEY_FILE)


def load_or_make_key(path: Path) -> SigningKey:
    """The key of a file; made on the first call. Raises KeyFileError, see `load_node_key`."""
    if path.parent.exists() and not path.parent.is_dir():
        raise KeyFileError(f"{path.parent} is a file: give the folder that holds the key, or a new one")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _place(path, SigningKey.generate().pem)
    return _load(path)


def load_node_key(data: Path) -> SigningKey:
    """The node's key as made at enrolment.

    Raises:
        KeyFileError: there is none, others may read it, or it is not an Ed25519 key.
    """
    return _load(data / NODE_KEY_FILE)


def _load(path: Path) -> SigningKey:
    try:
        mode = path.stat().st_mode
        pem = path.read_bytes()
    except FileNotFoundError as problem:
        raise KeyFileError(f"{path} is missing: this node is not enrolled yet") from problem
    except OSError as problem:
        raise KeyFileError(f"{path} can't be read: {problem.strerror}") from problem
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(f"{path} is open to other users (mode {stat.S_IMODE(mode):o}): chmod 600 it")
    try:
        return SigningKey.from_pem(pem)
    except ValueError as problem:
        raise KeyFileError(f"{path} is {problem}: restore it or enrol the node anew") from None


def enrolment(node: str, key: PublicKey, software: str, cameras: tuple[CameraInfo, ...]) -> Enrolment:
    """The document for the centre to import so that it knows the node."""
    return Enrolment(node=node, public_key=key.text, software=software, cameras=cameras)


def store_centre_key(path: Path, key: PublicKey) -> None:
    """Keeps the centre's public key, which verifies receipts; replaces an older one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(key.text + "\n", encoding="ascii")
    fresh.replace(path)


def load_centre_key(path: Path) -> PublicKey:
    """The centre's public key. Raises KeyFileError when there is none or it is not a key."""
    try:
        return PublicKey.from_text(path.read_text(encoding="utf-8-sig").strip())
    except OSError as problem:
        raise KeyFileError(f"{path} can't be read: enrol the node with the centre's public key") from problem
    except ValueError as problem:
        raise KeyFileError(f"{path} is {problem}") from problem


def place_secret(path: Path, content: bytes) -> None:
    """Keeps a secret in a file that only its owner can read; replaces an earlier one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _beside(path, content).replace(path)


def _place(path: Path, content: bytes) -> None:
    """Writes a file readable only by its owner at `path`, atomically, never over an existing one."""
    fresh = _beside(path, content)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its key is the node's key
    finally:
        fresh.unlink()


def _beside(path: Path, content: bytes) -> Path:
    """A new file beside `path`, readable only by its owner, with this content, synced to the disk."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with named(path), os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        fresh.unlink()
        raise
    return fresh
