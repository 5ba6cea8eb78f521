"""Assembles files from pieces, which may arrive in any order, repeated, overlapping, too early, or never;
within limits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from central.alarms import service as alarms
from central.db import among
from central.ingest import ranges
from central.ingest.models import Package, PackageFile, PartialFile
from central.ingest.work import Arrived, Batch, FileKey
from central.media import service as media
from central.media.content import media_type_of
from central.media.store import StorageError
from contract.reasons import reason
from contract.topics import CHUNK_BYTES

LARGEST_FILE = 256 * 1024 * 1024
MOST_PIECES = 4096
EARLY_FILES = 64
EARLY_BYTES = 64 * 1024 * 1024
"""How many bytes of files without a manifest a node may send: two orders of magnitude above normal
reordering.
"""
MOST_FAILURES = 3


@dataclass(frozen=True)
class Chunk:
    """A piece of a file, with its topic parsed."""

    message: Arrived
    file: FileKey
    offset: int

    @property
    def end(self) -> int:
        """One past its last byte."""
        return self.offset + len(self.message.payload)


@dataclass
class FilesChanged:
    """Files that are stored now, files whose bytes did not match their hash, and files abandoned for that."""

    stored: set[str] = field(default_factory=set)
    spoilt: set[FileKey] = field(default_factory=set)
    given_up: set[FileKey] = field(default_factory=set)

    def update(self, other: "FilesChanged") -> None:
        """Adds the results of other files."""
        self.stored |= other.stored
        self.spoilt |= other.spoilt
        self.given_up |= other.given_up


@dataclass
class _Early:
    """How much of its allowance for files without a manifest a node has used."""

    files: int
    received: int


def take_chunks(batch: Batch, chunks: Sequence[Chunk], named: Collection[FileKey]) -> FilesChanged:
    """Writes pieces to the partial area and moves completed files into the store.

    Args:
        named: files that a manifest of this batch names: pieces that arrived before it count from now on,
            and a file that could not be moved into the store before is tried again.
    """
    changed = FilesChanged()
    sent = {chunk.file for chunk in chunks}
    if not sent and not named:
        return changed
    partials = _partials(batch.session, sent | set(named))
    batch.partials |= {file: partials.get(file) for file in sent | set(named)}
    files = sent | partials.keys()
    if not files:
        return changed
    stored = media.stored(batch.session, {file.sha256 for file in files})
    files = {file for file in files if file.sha256 not in stored}
    expected = _expected(batch.session, files)
    early = _allowances(batch.session, {file.node for file in files if file not in expected})
    for chunk in chunks:
        if chunk.file.sha256 not in stored:
            _take(batch, chunk, expected.get(chunk.file), partials, early)
    for file in sorted(files):
        try:
            _advance(batch, file, expected.get(file), partials.get(file), changed)
        except (StorageError, OSError) as problem:
            batch.not_stored = str(problem)
    return changed


def _expected(session: Session, files: Collection[FileKey]) -> dict[FileKey, int]:
    """Sizes of these files in manifests of unsettled packages."""
    query = (
        select(Package.node_id, PackageFile.sha256, func.max(PackageFile.bytes))
        .join(PackageFile, col(PackageFile.event_id) == col(Package.event_id))
        .where(
            among(session, PackageFile.sha256, {file.sha256 for file in files}), Package.state == "incomplete"
        )
        .group_by(col(Package.node_id), col(PackageFile.sha256))
    )
    return {FileKey(node, sha256): size for node, sha256, size in session.exec(query)}


def _partials(session: Session, files: Collection[FileKey]) -> dict[FileKey, PartialFile]:
    found = session.exec(
        select(PartialFile).where(
            among(session, PartialFile.sha256, {file.sha256 for file in files}),
            col(PartialFile.node_id).in_({file.node for file in files}),
        )
    )
    return {FileKey(partial.node_id, partial.sha256): partial for partial in found}


def _allowances(session: Session, nodes: Collection[str]) -> dict[str, _Early]:
    if not nodes:
        return {}
    query = (
        select(PartialFile.node_id, func.count(), func.sum(PartialFile.received))
        .where(col(PartialFile.node_id).in_(nodes), col(PartialFile.expected).is_(None))
        .group_by(col(PartialFile.node_id))
    )
    used = {node: _Early(files, int(received)) for node, files, received in session.exec(query)}
    return {node: used.get(node, _Early(0, 0)) for node in nodes}


def _take(
    batch: Batch,
    chunk: Chunk,
    expected: int | None,
    partials: dict[FileKey, PartialFile],
    early: dict[str, _Early],
) -> None:
    partial = partials.get(chunk.file)
    fault = _fault(chunk, expected, partial)
    if fault is None and expected is None:
        fault = _spend(early[chunk.file.node], chunk, partial)
    if fault is not None:
        batch.refuse(chunk.message, reason("message.chunk", detail=fault), chunk.file.node)
        return
    try:
        batch.tools.partials.write(*chunk.file, chunk.offset, chunk.message.payload)
    except StorageError as problem:
        batch.not_stored = str(problem)  # as if it had not arrived: its node will be asked for it again
        return
    if partial is None:
        partial = PartialFile(node_id=chunk.file.node, sha256=chunk.file.sha256, updated_at=batch.now)
        batch.session.add(partial)
        batch.partials[chunk.file] = partials[chunk.file] = partial
    partial.ranges = ranges.add(partial.ranges, chunk.offset, chunk.end)
    partial.received = ranges.total(partial.ranges)
    partial.updated_at = batch.now


def _fault(chunk: Chunk, expected: int | None, partial: PartialFile | None) -> str | None:
    size = len(chunk.message.payload)
    if not 1 <= size <= CHUNK_BYTES:
        return f"{size} bytes; a piece has 1 to {CHUNK_BYTES}"
    limit = LARGEST_FILE if expected is None else expected
    if chunk.end > limit:
        return f"ends at byte {chunk.end}, beyond the file's {limit}"
    if partial is not None and len(partial.ranges) >= MOST_PIECES:
        return f"the file has come in more than {MOST_PIECES} separate pieces"
    return None


def _spend(early: _Early, chunk: Chunk, partial: PartialFile | None) -> str | None:
    files = early.files + (partial is None)
    received = early.received + len(chunk.message.payload)
    if files > EARLY_FILES or received > EARLY_BYTES:
        return f"no manifest names this file, and node {chunk.file.node} has sent too many such already"
    early.files, early.received = files, received
    return None


def _advance(
    batch: Batch, file: FileKey, expected: int | None, partial: PartialFile | None, changed: FilesChanged
) -> None:
    """Stores a file that is complete now, or deletes one whose content does not match its name."""
    store = batch.tools.store
    if partial is None or expected is None or file.sha256 in changed.stored:
        return
    if store.has(file.sha256):  # a transaction failed after the file had moved
        _note_stored(batch, file, partial, changed)
        return
    partial.expected = expected
    if partial.ranges != [[0, expected]]:
        return
    if batch.tools.partials.sha256_of(*file) == file.sha256:
        batch.tools.partials.move_to(store, *file)
        _note_stored(batch, file, partial, changed)
    else:
        _discard(batch, file, partial, changed)


def _note_stored(batch: Batch, file: FileKey, partial: PartialFile, changed: FilesChanged) -> None:
    path = batch.tools.store.path(file.sha256)
    media.add(batch.session, file.sha256, path.stat().st_size, media_type_of(path), batch.now)
    _drop(batch.session, partial)
    batch.tools.partials.discard(*file)
    changed.stored.add(file.sha256)


def _discard(batch: Batch, file: FileKey, partial: PartialFile, changed: FilesChanged) -> None:
    batch.tools.partials.discard(*file)
    partial.failures += 1
    partial.ranges, partial.received = [], 0
    why = reason("file.spoilt", sha256=file.sha256, times=partial.failures)
    alarms.raise_alarm(batch.session, file.node, why, batch.now, file.sha256)
    if partial.failures < MOST_FAILURES:
        changed.spoilt.add(file)
    else:
        changed.given_up.add(file)
        _drop(batch.session, partial)


def _drop(session: Session, partial: PartialFile) -> None:
    if partial in session.new:
        session.expunge(partial)
    else:
        session.delete(partial)
