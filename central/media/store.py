"""The evidence store: files named by the hash of their content, written once, never changed.

`ab/cd/<sha256>` below the root, mode 0440. A file is complete and on the disk before it gets its name (fsync,
then rename), so a name that exists is a promise. Pieces of files still arriving lie in a partial area beside
it, perhaps on another file system.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from central.errors import DomainError
from central.files import sync

_PIECE = 1024 * 1024
_PROBE_BYTES = 256 * 1024


class MediaError(DomainError):
    """A stored file is missing or no longer what its name says: the evidence under that name is gone."""

    status = 410
    code = "media_damaged"


class StorageError(Exception):
    """A file could not be written or moved just now (no room, read-only, a failing disk)."""


@contextmanager
def _storing(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StorageError(f"{what}: {problem.strerror or problem}") from problem


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
        """Moves a file in, durably, and returns its SHA-256; from another file system it is copied.

        Raises:
            StorageError: it could not be; the source is as it was.
        """
        with _storing(f"media {self.root}"):
            with source.open("rb+") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
                os.fsync(content.fileno())
            target = self.path(digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                source.replace(target)
                target.chmod(0o440)
            except OSError as problem:
                if problem.errno != errno.EXDEV:
                    raise
                self._copy_in(source, digest)
                source.unlink()
            for folder in (target.parent, target.parent.parent, self.root):
                sync(folder)
        return digest

    def _copy_in(self, source: Path, digest: str) -> None:
        incoming = self.root / "incoming" / os.urandom(16).hex()
        incoming.parent.mkdir(parents=True, exist_ok=True)
        try:
            with source.open("rb") as content, incoming.open("xb+") as copy:
                shutil.copyfileobj(content, copy, _PIECE)
                copy.flush()
                os.fsync(copy.fileno())
                copy.seek(0)
                if hashlib.file_digest(copy, "sha256").hexdigest() != digest:
                    raise OSError(errno.EIO, "the copy is not what was copied")
            incoming.chmod(0o440)
            incoming.replace(self.path(digest))
        finally:
            incoming.unlink(missing_ok=True)

    def probe(self) -> None:
        """Finds out whether a file can be stored. Raises StorageError."""
        _probe(self.root / "incoming")

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

    def verify(self, sha256: str) -> None:
        """Hashes the content. Raises MediaError when it is missing or altered."""
        self.open(sha256, recheck=True).close()

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything that is here, in order."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted(file.name for file in path.iterdir())

    def remove(self, sha256: str) -> None:
        """Deletes the content, durably; nothing happens when it is not here. Raises StorageError."""
        path = self.path(sha256)
        with _storing(f"media {path}"):
            if path.exists():
                path.unlink()
                sync(path.parent)


@dataclass(frozen=True)
class PartialFiles:
    """Files still arriving, apart for each node, so that no node can spoil what another sends."""

    root: Path

    def write(self, node: str, sha256: str, offset: int, data: bytes) -> None:
        """Puts all of a piece in place. Not synced: the hash check at the end finds what a power cut took.

        Raises:
            StorageError: not all of it could be written.
        """
        path = self._path(node, sha256)
        with _storing(f"pieces {self.root}"):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
            try:
                _write_all(descriptor, data, offset)
            finally:
                os.close(descriptor)

    def probe(self) -> None:
        """Finds out whether a piece can be written. Raises StorageError."""
        _probe(self.root)

    def sha256_of(self, node: str, sha256: str) -> str | None:
        """The hash of what has arrived, None when there is nothing. Raises StorageError."""
        path = self._path(node, sha256)
        if not path.exists():
            return None
        with _storing(f"pieces {self.root}"), path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def move_to(self, store: MediaStore, node: str, sha256: str) -> None:
        """Hands a complete, checked file to the store. Raises StorageError."""
        store.take(self._path(node, sha256))

    def discard(self, node: str, sha256: str) -> None:
        """Forgets what has arrived of a file."""
        self._path(node, sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, str]]:
        """(node, sha256) of everything in the area."""
        for folder in self.root.iterdir() if self.root.exists() else ():
            if not folder.is_dir():
                continue
            yield from ((folder.name, path.name) for path in folder.iterdir())

    def _path(self, node: str, sha256: str) -> Path:
        return self.root / node / sha256


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    """pwrite may take less than it is given (the disk fills up) without calling that an error."""
    left = memoryview(data)
    while left:
        written = os.pwrite(descriptor, left, offset)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left, offset = left[written:], offset + written


def _probe(folder: Path) -> None:
    path = folder / f".probe-{os.getpid()}"
    with _storing(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
            try:
                _write_all(descriptor, bytes(_PROBE_BYTES), 0)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        finally:
            path.unlink(missing_ok=True)
