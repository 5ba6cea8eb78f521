"""The evidence store: files named by the hash of their content, written once, never changed.

`ab/cd/<sha256>` below the root, mode 0440. A file is complete and on the disk before it gets its name (fsync,
then rename), so an existing name guarantees a complete file. Pieces of files still arriving are in a separate
partial area, perhaps on another file system.
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
    """A stored file is missing or no longer matches its name: the evidence under that name is lost."""

    status = 410
    code = "media_damaged"


class StorageError(Exception):
    """A file could not be written or moved just now (no space, read-only, a failing disk)."""


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
        """The path of the file with that hash, whether it exists or not."""
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the complete file is here."""
        return self.path(sha256).exists()

    def put(self, stream: BinaryIO) -> str:
        """Copies a stream in and returns its SHA-256, which is its name."""
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
            StorageError: it could not be moved; the source is unchanged.
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
        """Checks whether a file can be stored. Raises StorageError."""
        _probe(self.root / "incoming")

    def open(self, sha256: str, recheck: bool = False) -> BinaryIO:
        """Opens the file for reading.

        Args:
            recheck: hash it first (as custody checks and exports do; showing a picture doesn't).

        Raises:
            MediaError: there is no such file, or it was altered on the disk.
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
        """Hashes the file. Raises MediaError if it is missing or altered."""
        self.open(sha256, recheck=True).close()

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file here, in order."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted(file.name for file in path.iterdir())

    def remove(self, sha256: str) -> None:
        """Deletes the file, durably; nothing happens if it does not exist. Raises StorageError."""
        path = self.path(sha256)
        with _storing(f"media {path}"):
            if path.exists():
                path.unlink()
                sync(path.parent)


@dataclass(frozen=True)
class PartialFiles:
    """Files still arriving, separate for each node, so that no node can spoil what another sends."""

    root: Path

    def write(self, node: str, sha256: str, offset: int, data: bytes) -> None:
        """Writes a whole piece at its position. Not synced: the hash check at the end detects data lost in a
        power cut.

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
        """Checks whether a piece can be written. Raises StorageError."""
        _probe(self.root)

    def sha256_of(self, node: str, sha256: str) -> str | None:
        """The hash of the received data, None if there is none. Raises StorageError."""
        path = self._path(node, sha256)
        if not path.exists():
            return None
        with _storing(f"pieces {self.root}"), path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def move_to(self, store: MediaStore, node: str, sha256: str) -> None:
        """Moves a complete, checked file to the store. Raises StorageError."""
        store.take(self._path(node, sha256))

    def discard(self, node: str, sha256: str) -> None:
        """Deletes the received data of a file."""
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
    """pwrite may write less than it is given (the disk fills up) without calling that an error."""
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
