"""A package as files: a folder or a ZIP that anybody can check offline with the node's public key.

    manifest.json    canonical JSON of a manifest, of any version of its schema
    manifest.jws     the same bytes, signed by the node
    public-key.txt   the node's public key, for convenience: trust comes from the key given to the check
    before.jpg ...   the files the manifest names

Nothing is unpacked to disk, no file is read past the size its manifest gives, and no path is followed: a
hostile ZIP can't write or swell.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from contract.canonical import is_canonical, sha256_hex
from contract.faults import UnreadableError, UnsupportedError
from contract.frames import FrameError, Picture, check_told, prove, takes
from contract.manifest import EvidenceFile, ViolationManifest, read
from contract.signing import LARGEST_SIGNED, PublicKey, SignatureError, verify

MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.jws"
KEY_FILE = "public-key.txt"
RESERVED = frozenset({MANIFEST_FILE, SIGNATURE_FILE, KEY_FILE})

_MOST_FILES = 100
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class PackageError(ValueError):
    """The package is invalid; the message says what was found."""


@dataclass(frozen=True)
class Link:
    """A position in a node's chain: the sequence number of a manifest and the SHA-256 of its signed bytes."""

    sequence: int
    sha256: str


@dataclass(frozen=True)
class Report:
    """Result of a check: the passed checks, in order, and the first failure (None: all passed).

    `manifest` and `link` (which the next package must follow) are set as soon as the manifest could be read.
    """

    path: Path
    passed: tuple[str, ...]
    failure: str | None
    manifest: ViolationManifest | None = None
    link: Link | None = None


def verify_package(path: Path, key: PublicKey | None = None, previous: Link | None = None) -> Report:
    """Checks one package: form, signature, every file's size and hash, that the pictures are the frames of
    the clip they claim to be, and its link to `previous` if given.

    Without `key` the key inside the package is used; that proves only that the package is consistent in
    itself, and the report says so. Never raises for a bad package: the failure is in the report.
    """
    passed: list[str] = []
    manifest, link = None, None
    try:
        with _open(path) as files:
            signed = _signed_bytes(files)
            passed.append(_check_signature(files, signed, key))
            manifest = _read_manifest(signed)
            link = Link(manifest.sequence, sha256_hex(signed))
            passed.append(_told(manifest))
            passed += [_check_file(files, file) for file in manifest.files]
            _check_nothing_else(files, manifest)
            passed += _check_frames(files, manifest)
        if previous is not None:
            follow(previous, manifest)
            passed.append(f"follows number {previous.sequence}")
    except PackageError as problem:
        return Report(path, tuple(passed), str(problem), manifest, link)
    except OSError as problem:
        return Report(path, tuple(passed), f"can't be read: {problem}", manifest, link)
    return Report(path, tuple(passed), None, manifest, link)


def verify_packages(paths: Sequence[Path], key: PublicKey | None = None) -> list[Report]:
    """Checks several packages, and that those of one node follow each other without a gap.

    Reports come in the order of the chain; packages without a readable manifest and tests, which stand
    outside it, come first.
    """
    reports = [verify_package(path, key) for path in paths]
    apart = [report for report in reports if report.manifest is None or report.manifest.test]
    whole = [(report.manifest, report) for report in reports if report.manifest and not report.manifest.test]
    whole.sort(key=lambda pair: (pair[0].node, pair[0].sequence))
    linked = []
    for number, (manifest, report) in enumerate(whole):
        before, previous = whole[number - 1] if number else (None, None)
        same_node = before is not None and before.node == manifest.node
        linked.append(_linked(report, manifest, previous.link if previous and same_node else None))
    return apart + linked


def follow(previous: Link, manifest: ViolationManifest) -> None:
    """Raises PackageError unless the manifest is the next one after `previous`."""
    if manifest.sequence != previous.sequence + 1:
        raise PackageError(
            f"chain broken: number {manifest.sequence} comes after number {previous.sequence}"
            + (", something between is missing" if manifest.sequence > previous.sequence + 1 else "")
        )
    if manifest.previous != previous.sha256:
        raise PackageError(
            f"chain broken: number {manifest.sequence} follows another number {previous.sequence}"
        )


def _told(manifest: ViolationManifest) -> str:
    if manifest.test:
        return f"hồ sơ thử / a TEST, not evidence: {manifest.event_id} of node {manifest.node}"
    return f"manifest {manifest.event_id} of node {manifest.node}, number {manifest.sequence}"


def _linked(report: Report, manifest: ViolationManifest, before: Link | None) -> Report:
    if before is None or report.failure is not None:
        return report
    try:
        follow(before, manifest)
    except PackageError as problem:
        return replace(report, failure=str(problem))
    return replace(report, passed=(*report.passed, f"follows number {before.sequence}"))


def _signed_bytes(files: "_Files") -> bytes:
    """The manifest as it was signed: never serialised again from the parsed data."""
    signed = files.read(MANIFEST_FILE, LARGEST_SIGNED)
    try:
        canonical = is_canonical(signed)
    except ValueError as problem:
        raise PackageError(f"{MANIFEST_FILE} is not a manifest: not JSON") from problem
    if not canonical:
        raise PackageError(f"{MANIFEST_FILE} is not in canonical form")
    return signed


def _read_manifest(signed: bytes) -> ViolationManifest:
    try:
        return read(signed)
    except UnsupportedError as problem:
        raise PackageError(
            f"{MANIFEST_FILE} is of a newer version than this programme reads: {problem}"
        ) from None
    except UnreadableError as problem:
        raise PackageError(f"{MANIFEST_FILE} is not a manifest: {problem}") from None


def _check_signature(files: "_Files", signed: bytes, key: PublicKey | None) -> str:
    token = files.read(SIGNATURE_FILE, LARGEST_SIGNED).decode("ascii", "replace").strip()
    note = ""
    if key is None:
        key = _enclosed_key(files)
        note = " found in the package itself: compare it with the node's enrolment"
    try:
        payload = verify(token, key)
    except SignatureError as problem:
        raise PackageError(f"{SIGNATURE_FILE}: {problem}") from problem
    if payload != signed:
        raise PackageError(f"{SIGNATURE_FILE} signs another manifest than {MANIFEST_FILE}")
    return f"signature of key {key.key_id}{note}"


def _enclosed_key(files: "_Files") -> PublicKey:
    try:
        return PublicKey.from_text(files.read(KEY_FILE, 1024).decode("ascii", "replace").strip())
    except ValueError as problem:
        raise PackageError(f"{KEY_FILE}: {problem}") from problem


def _check_file(files: "_Files", file: EvidenceFile) -> str:
    size, digest = 0, hashlib.sha256()
    for piece in files.pieces(file.name, file.bytes):
        size += len(piece)
        digest.update(piece)
    if size != file.bytes:
        raise PackageError(f"{file.name} has {size} bytes, the manifest says {file.bytes}")
    if digest.hexdigest() != file.sha256:
        raise PackageError(f"{file.name} was changed: its SHA-256 is not the manifest's")
    return f"{file.name} ({file.role}, {file.bytes} bytes)"


def _check_frames(files: "_Files", manifest: ViolationManifest) -> list[str]:
    """Decodes the clips again and compares the pictures that name a frame: not every package has any."""
    try:
        check_told(manifest)
    except FrameError as problem:
        raise PackageError(str(problem)) from problem
    return [_check_take(files, clip, named) for clip, named in takes(manifest)]


def _check_take(files: "_Files", clip: EvidenceFile | None, named: Sequence[EvidenceFile]) -> str:
    """The pictures of one camera."""
    if clip is None:
        raise PackageError(f"{named[0].name} names a frame of a clip, but there is none")
    pictures = [
        Picture(file.name, files.read(file.name, file.bytes), file.frame, file.crop, file.captured_at)
        for file in named
        if file.frame is not None
    ]
    try:
        prove(files.read(clip.name, clip.bytes), pictures, clip.captured_at)
    except FrameError as problem:
        raise PackageError(str(problem)) from problem
    found = "1 picture" if len(named) == 1 else f"{len(named)} pictures"
    return f"{found} found in {clip.name}"


def _check_nothing_else(files: "_Files", manifest: ViolationManifest) -> None:
    extra = files.names - RESERVED - {file.name for file in manifest.files}
    if extra:
        raise PackageError(f"{min(extra)} is in the package but not in its manifest")


@dataclass(frozen=True)
class _Files:
    """The files of a package, in a folder or a ZIP; every name is plain (no folder, no link)."""

    names: set[str]
    source: Path | zipfile.ZipFile

    def read(self, name: str, limit: int) -> bytes:
        return b"".join(self.pieces(name, limit))

    def pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """The content, piece by piece. Raises PackageError when it is missing or longer than `limit`."""
        if name not in self.names:
            raise PackageError(f"{name} is missing")
        total = 0
        try:
            with self._stream(name) as stream:
                while piece := stream.read(1 << 20):
                    total += len(piece)
                    if total > limit:
                        raise PackageError(f"{name} is longer than the {limit} bytes it may have")
                    yield piece
        except _BROKEN_ZIP as problem:
            raise PackageError(f"{name} can't be unpacked: {problem}") from problem

    def _stream(self, name: str) -> IO[bytes]:
        return (self.source / name).open("rb") if isinstance(self.source, Path) else self.source.open(name)


@contextmanager
def _open(path: Path) -> Iterator[_Files]:
    if path.is_dir():
        entries = list(path.iterdir())
        odd = [entry.name for entry in entries if entry.is_symlink() or not entry.is_file()]
        yield _Files(_plain([entry.name for entry in entries], odd), path)
        return
    if not path.exists():
        raise PackageError("there is no package of this name")
    if not path.is_file():
        raise PackageError("neither a package folder nor a ZIP of one, but a pipe or a device")
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN_ZIP as problem:
        raise PackageError("neither a package folder nor a ZIP of one") from problem
    with archive:
        odd = [entry.filename for entry in archive.infolist() if entry.flag_bits & 1]
        yield _Files(_plain([entry.filename for entry in archive.infolist()], odd), archive)


def _plain(names: list[str], odd: list[str]) -> set[str]:
    if len(names) > _MOST_FILES:
        raise PackageError(f"{len(names)} files: a package has at most {_MOST_FILES}")
    for name in names:
        if name in odd or not _PLAIN_NAME.fullmatch(name) or names.count(name) > 1:
            raise PackageError(f"{name[:80]!r} does not belong in a package (folder, link, locked, repeated)")
    return set(names)
