"""Where evidence lies: files named by their content, written once, never changed.

`ab/cd/<sha256>` below the root, mode 0440. A file is complete and on the disk before it gets its name (fsync,
then rename), so a name that exists is a promise. Pieces of files still arriving lie in a partial area beside
it.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from central.errors import DomainError

_PIECE = 1024 * 1024


class MediaError(DomainError):
    """A stored file is missing or no longer what its name says: the evidence under that name is gone."""

    status = 410
    code = "media_damaged"


@dataclass(frozen=True)
class MediaStore:
    """A content-addressed folder. All names are SHA-256 in lower-case hex, already checked by the caller."""

    root: Path

    def path(self, sha256: str) -> Path:
        """Where the file of that content is, or would be."""
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the content is here, whole."""
        return self.path(sha256).exists()

    def put(self, stream: BinaryIO) -> str:
        """Copies a stream in and returns the SHA-256 it is now known by."""
        incoming = self.root / "incoming" / os.urandom(16).hex()
        incoming.parent.mkdir(parents=True, exist_ok=True)
        try:
            with incoming.open("xb") as target:
                shutil.copyfileobj(stream, target, _PIECE)
            return self.take(incoming)
        finally:
            incoming.unlink(missing_ok=True)

    def take(self, source: Path) -> str:
        """Moves a file of the same file system in, durably, and returns its SHA-256."""
        with source.open("rb+") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            os.fsync(content.fileno())
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.chmod(0o440)
        source.replace(target)
        for folder in (target.parent, target.parent.parent, self.root):
            _sync_folder(folder)
        return digest

    def open(self, sha256: str, recheck: bool = False) -> BinaryIO:
        """The content, from its start.

        Args:
            recheck: hash it first (custody checks and exports do; showing a picture doesn't).

        Raises:
            MediaError: there is no such content, or it was altered on the disk.
        """
        try:
            stream = self.path(sha256).open("rb")
        except OSError as problem:
            raise MediaError("unreadable", sha256=sha256) from problem
        if recheck:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != sha256:
                stream.close()
                raise MediaError("altered", sha256=sha256)
            stream.seek(0)
        return stream


@dataclass(frozen=True)
class PartialFiles:
    """Files still arriving, apart for each node, so that no node can spoil what another sends."""

    root: Path

    def write(self, node: str, sha256: str, offset: int, data: bytes) -> None:
        """Puts a piece in place. Not synced: the hash check at the end finds what a power cut took."""
        path = self._path(node, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
        try:
            os.pwrite(descriptor, data, offset)
        finally:
            os.close(descriptor)

    def sha256_of(self, node: str, sha256: str) -> str | None:
        """The hash of what has arrived, None when there is nothing."""
        try:
            with self._path(node, sha256).open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            return None

    def head(self, node: str, sha256: str, size: int) -> bytes:
        """The first bytes, to see what kind of file it is."""
        with self._path(node, sha256).open("rb") as content:
            return content.read(size)

    def move_to(self, store: MediaStore, node: str, sha256: str) -> None:
        """Hands a complete, checked file to the store."""
        store.take(self._path(node, sha256))

    def discard(self, node: str, sha256: str) -> None:
        """Forgets what has arrived of a file."""
        self._path(node, sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, str]]:
        """(node, sha256) of everything in the area."""
        for folder in self.root.iterdir() if self.root.exists() else ():
            yield from ((folder.name, path.name) for path in folder.iterdir())

    def _path(self, node: str, sha256: str) -> Path:
        return self.root / node / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
