"""Evidence in a bucket of an object store that speaks S3, for centres of several machines.

The bucket holds the files under the names that the folder would have (`ab/cd/<sha256>`). Each machine has a
cache folder of recently requested files: pictures and clips are shown from it, in ranges, without a request
to the bucket for each range. A file that the bucket no longer has is not shown from the cache either.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from central.errors import DomainError
from central.media.store import MediaError, MediaStore, StorageError
from central.settings import BucketSettings

_ONE_PUT = 64 * 1024 * 1024
"""Up to this size a file is sent in one piece, and the store returns the MD5 of the received data."""
_RETRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_PROBE = ".probe"
_LOOK_EVERY = 50
"""The cache is checked each time new files amount to this fraction of its size."""


class MediaAwayError(DomainError):
    """The object store does not answer now: the evidence is safe there but can't be shown."""

    status = 503
    code = "media_away"


@dataclass
class _Came:
    """Bytes added to a machine's cache since it was last checked; unknown at first."""

    bytes: float = float("inf")


@dataclass(frozen=True)
class BucketStore(MediaStore):
    """A store whose files are in a bucket; `root` is this machine's cache of recent files, of about
    `cache_bytes` at most.
    """

    bucket: S3Store = field(kw_only=True)
    cache_bytes: int = field(kw_only=True)
    _came: _Came = field(default_factory=_Came, kw_only=True)

    @classmethod
    def of(cls, settings: BucketSettings, root: Path) -> "BucketStore":
        """The bucket named in the settings. Raises SettingsError when its keys can't be read."""
        access, secret = settings.keys()
        bucket = S3Store(
            settings.bucket,
            prefix=settings.prefix or None,
            endpoint=settings.endpoint,
            region=settings.region,
            access_key_id=access,
            secret_access_key=secret,
            virtual_hosted_style_request=settings.virtual_hosted,
            client_options={"allow_http": settings.endpoint.startswith("http:"), "timeout": "60s"},
            retry_config=_RETRIES,
        )
        return cls(root, bucket=bucket, cache_bytes=settings.cache_bytes)

    def path(self, sha256: str) -> Path:
        """The cached file, fetched if needed; the path it would have if the bucket has no such file.

        Raises:
            MediaAwayError: the bucket does not answer.
            MediaError: the file it holds under that name has different content.
        """
        here = super().path(sha256)
        with _answering():
            if not self._is_there(sha256):
                here.unlink(missing_ok=True)
            elif not here.exists():
                self._fetch(sha256, here)
        return here

    def has(self, sha256: str) -> bool:
        """Whether the bucket has the file. Raises StorageError."""
        with _taking(sha256):
            return self._is_there(sha256)

    def take(self, source: Path) -> str:
        """Sends a file to the bucket and moves it into this machine's cache; returns its SHA-256.

        Raises:
            StorageError: the bucket did not accept it, or not all of it; the source is unchanged.
        """
        with source.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        with _taking(sha256):
            self._send(source, sha256)
            self._make_room(source.stat().st_size)
            here = super().path(sha256)
            here.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(source, here)
            here.chmod(0o440)
        return sha256

    def probe(self) -> None:
        """Checks whether the bucket accepts a file. Raises StorageError."""
        with _taking("a trial"):
            obstore.put(self.bucket, _PROBE, b"ngatu")
            obstore.delete(self.bucket, _PROBE)

    def verify(self, sha256: str) -> None:
        """Hashes the file in the bucket itself. Raises MediaError, MediaAwayError."""
        hashed = hashlib.sha256()
        with _answering():
            try:
                for piece in obstore.get(self.bucket, _key(sha256)).stream():
                    hashed.update(piece)
            except FileNotFoundError as problem:
                raise MediaError("unreadable", sha256=sha256) from problem
        if hashed.hexdigest() != sha256:
            raise MediaError("altered", sha256=sha256)

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything in the bucket, in order. Raises StorageError."""
        with _taking("the list"):
            for some in obstore.list(self.bucket):
                names = (Path(entry["path"]).name for entry in some)
                yield from sorted(name for name in names if name != _PROBE)

    def remove(self, sha256: str) -> None:
        """Deletes the file; nothing happens if it does not exist. Raises StorageError."""
        with _taking(sha256):
            super().path(sha256).unlink(missing_ok=True)
            if self._is_there(sha256):
                obstore.delete(self.bucket, _key(sha256))

    def _is_there(self, sha256: str) -> bool:
        try:
            obstore.head(self.bucket, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def _send(self, source: Path, sha256: str) -> None:
        size = source.stat().st_size
        try:
            sent = obstore.put(self.bucket, _key(sha256), source, use_multipart=size > _ONE_PUT)
        except BaseError:
            # Swift accepts without a tag a file that another worker has just stored under the same name.
            if self._is_there(sha256) and _tag(obstore.head(self.bucket, _key(sha256))) == _md5(source):
                return
            raise
        there = obstore.head(self.bucket, _key(sha256))
        tag = _tag(sent)
        if there["size"] != size or (len(tag) == 32 and tag != _md5(source)):
            raise OSError("the bucket has not what was sent")

    def _fetch(self, sha256: str, here: Path) -> None:
        """Downloads under a temporary name, so that nobody sees half a file."""
        incoming = self.root / "incoming" / os.urandom(16).hex()
        incoming.parent.mkdir(parents=True, exist_ok=True)
        hashed = hashlib.sha256()
        try:
            with incoming.open("xb") as target:
                for piece in obstore.get(self.bucket, _key(sha256)).stream():
                    target.write(piece)
                    hashed.update(piece)
            if hashed.hexdigest() != sha256:
                raise MediaError("altered", sha256=sha256)
            self._make_room(incoming.stat().st_size)
            incoming.chmod(0o440)
            here.parent.mkdir(parents=True, exist_ok=True)
            incoming.replace(here)
        finally:
            incoming.unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        """Deletes the oldest cached files from time to time. A reader that has one open can read on."""
        self._came.bytes += size
        if self._came.bytes * _LOOK_EVERY < self.cache_bytes:
            return
        self._came.bytes = size
        kept = sorted(self._kept())
        total = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if total <= self.cache_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _kept(self) -> Iterator[tuple[float, int, Path]]:
        """Each cached file: when it was added, its size, its path."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/*/*"):
            with suppress(FileNotFoundError):  # another process has just deleted it
                found = path.stat()
                yield found.st_mtime, found.st_size, path


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _tag(said: Mapping[str, Any]) -> str:
    """The store's tag for a file: its MD5, or something else for one uploaded in parts."""
    return str(said["e_tag"] or "").strip('"')


def _md5(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


@contextmanager
def _taking(what: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as problem:
        raise StorageError(f"bucket, {what}: {_brief(problem)}") from problem


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as problem:
        raise MediaAwayError("away", detail=_brief(problem)) from problem


def _brief(problem: Exception) -> str:
    """The first line, without the debug output that follows."""
    return str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__
