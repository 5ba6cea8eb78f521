"""Opens the case of a package once every file is stored and matches the manifest.

If pictures name their frames in the clip, the worker checks that first: decoding takes seconds, and no node
should wait for it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Literal

import structlog
from sqlmodel import Session, col, select

from central.alarms import service as alarms
from central.audit import service as audit
from central.cases.errors import NoLawError
from central.db import among, is_away
from central.ingest import quarantine, ranges
from central.ingest.models import Package, PackageFile, PartialFile
from central.ingest.verify import File, Sealed, signed_manifest
from central.ingest.work import Arrived, Batch, FileKey, OpenCase, Refusal
from central.jobs import queue as jobs
from central.media import service as media
from central.media.models import Media
from contract.manifest import ViolationManifest
from contract.reasons import Reason, reason
from contract.receipts import MissingPart, Receipt
from contract.topics import NodeTopics

log = structlog.get_logger(__name__)

OPEN_CASE, CHECK_TEST = "ingest.open_case", "ingest.check_test"
"""Kinds of job; their key is the event's id."""
SOON = timedelta(seconds=5)

SOFTWARE = f"ngatu {version('ngatu')}"
"""Stated in each receipt: a different version may be able to read what the previous one could not."""


@dataclass(frozen=True)
class _File:
    sha256: str
    declared_bytes: int
    declared_type: str
    stored_bytes: int | None
    stored_type: str | None

    @property
    def contradiction(self) -> str | None:
        """How a stored file contradicts the manifest; None if it isn't stored or is right."""
        if self.stored_bytes is None:
            return None
        if self.stored_bytes != self.declared_bytes:
            return f"file {self.sha256}: {self.stored_bytes} bytes, the manifest says {self.declared_bytes}"
        if self.stored_type != self.declared_type:
            return f"file {self.sha256}: {self.stored_type}, the manifest says {self.declared_type}"
        return None


@dataclass(frozen=True)
class _Standing:
    event_id: str
    node: str
    sha256: str
    state: Literal["stored", "incomplete", "checking", "rejected"]
    reason: dict[str, Any] | None
    version: int


@dataclass(frozen=True)
class Waiting:
    """A package of this batch that waits for files: the manifest, and the hashes of its missing files."""

    sealed: Sealed
    lacking: tuple[str, ...]


def settle(
    batch: Batch, new: Mapping[str, Sealed], others: Collection[str]
) -> tuple[list[str], dict[str, Waiting]]:
    """Opens the case of each complete package, rejects those with a wrong file.

    Args:
        new: manifests of this batch, by event id: what they need is known without asking the database.
        others: event ids of packages that may be complete now.

    Returns:
        The event ids that are settled now, and the new ones that wait for files.
    """
    settled = []
    waiting: dict[str, Waiting] = {}
    found = _files_of_new(batch.session, new) | _files(batch.session, others)
    for event_id, files in sorted(found.items()):
        lacking = tuple(file.sha256 for file in files if file.stored_bytes is None)
        wrong = next((file.contradiction for file in files if file.contradiction), None)
        if wrong is not None:
            reject(batch, event_id, reason("package.content", detail=wrong))
        elif not lacking:
            _accept(batch, event_id)
        else:
            if event_id in new:
                waiting[event_id] = Waiting(new[event_id], lacking)
            continue
        settled.append(event_id)
    return settled, waiting


def _files_of_new(session: Session, new: Mapping[str, Sealed]) -> dict[str, list[_File]]:
    if not new:
        return {}
    stored = media.known(session, {file.sha256 for item in new.values() for file in item.files})
    return {
        event_id: [
            _file(file, stored.get(file.sha256)) for file in {f.sha256: f for f in item.files}.values()
        ]
        for event_id, item in new.items()
    }


def _file(named: File, stored: Media | None) -> _File:
    there = (stored.bytes, stored.media_type) if stored is not None else (None, None)
    return _File(named.sha256, named.bytes, named.media_type, *there)


def reject(batch: Batch, event_id: str, why: Reason) -> None:
    """Rejects a package for good: quarantine, alarm. Its stored files stay for an investigation."""
    refusal = _rejected(batch.session, event_id, why, batch.now)
    batch.refuse(refusal.message, why, refusal.node)


def _rejected(session: Session, event_id: str, why: Reason, now: datetime) -> Refusal:
    package = _package(session, event_id)
    package.state, package.reason, package.settled_at = "rejected", why.model_dump(mode="json"), now
    if package.test_camera is None:  # whoever sent a test is waiting for the answer
        alarms.raise_alarm(session, package.node_id, why, now, event_id)
    topic = NodeTopics(package.node_id).manifest
    return Refusal(Arrived(topic, package.jws.encode()), why, package.node_id)


def _accept(batch: Batch, event_id: str) -> None:
    package = _package(batch.session, event_id)
    manifest = signed_manifest(package.jws)
    if manifest.test:
        package.state = "checking"
        jobs.enqueue(batch.session, CHECK_TEST, event_id, {"event": event_id}, batch.now)
        return
    if manifest.names_frames:
        _enqueue(batch.session, event_id, batch.now)
    elif not _open_now(batch, package, manifest):
        return
    package.state, package.settled_at = "stored", batch.now
    audit.record(
        batch.session,
        f"node:{package.node_id}",
        "package.store",
        f"event:{event_id}",
        {"manifest": package.manifest_sha256, "sequence": package.sequence, "chain": package.chain},
    )


def _open_now(batch: Batch, package: Package, manifest: ViolationManifest) -> bool:
    """Opens the case, or arranges for it to be opened later; False if the package is rejected for good."""
    try:
        with _apart(batch):
            batch.tools.open_case(batch.session, manifest, package.jws, batch.now)
    except NoLawError:
        reject(batch, package.event_id, _no_law(manifest))
        return False
    except Exception as problem:
        if not batch.alone or is_away(problem):
            raise
        log.exception("the case of a package can't be opened", event_id=package.event_id)
        _open_later(batch, package, problem)
    return True


def _no_law(manifest: ViolationManifest) -> Reason:
    return reason("package.no_law", day=str(manifest.occurred_at.date()))


def _enqueue(session: Session, event_id: str, at: datetime) -> None:
    jobs.enqueue(session, OPEN_CASE, event_id, {"event": event_id}, at)


def _apart(batch: Batch) -> AbstractContextManager[object]:
    """Rolls back whatever fails inside, where a failure is expected."""
    return batch.session.begin_nested() if batch.alone else nullcontext()


def _open_later(batch: Batch, package: Package, problem: Exception) -> None:
    """Everything of the package is stored: its node may delete it, and the centre opens the case later."""
    detail = f"{type(problem).__name__}: {problem}"[:300]
    why = reason("package.no_case", event_id=package.event_id, detail=detail)
    alarms.raise_alarm(batch.session, package.node_id, why, batch.now, package.event_id)
    _enqueue(batch.session, package.event_id, batch.now + SOON)


def stored_manifest(session: Session, event_id: str) -> ViolationManifest | None:
    """The manifest of a package that is stored; None once it was rejected."""
    package = _package(session, event_id)
    return signed_manifest(package.jws) if package.state == "stored" else None


def open_stored_case(
    session: Session, event_id: str, open_case: OpenCase, now: datetime, fault: Reason | None = None
) -> None:
    """Opens the case of a stored package that has none, or rejects the package for the `fault` found.

    Raises any error that prevents opening the case.
    """
    package = _package(session, event_id)
    manifest = signed_manifest(package.jws)
    if fault is None:
        try:
            open_case(session, manifest, package.jws, now)
        except NoLawError:
            fault = _no_law(manifest)
    if fault is not None:
        quarantine.put(session, [_rejected(session, event_id, fault, now)], now)
    alarms.clear(session, package.node_id, ["package.no_case"], now, event_id)


def sent_test_in_check(session: Session, event_id: str) -> ViolationManifest | None:
    """The manifest of a test whose pictures are still to be checked."""
    package = _package(session, event_id)
    return signed_manifest(package.jws) if package.state == "checking" else None


def end_sent_test(session: Session, event_id: str, now: datetime, fault: Reason | None) -> None:
    """Notes that the pictures of a test were checked, and the `fault` found; its node asks for the result."""
    if fault is not None:
        quarantine.put(session, [_rejected(session, event_id, fault, now)], now)
        return
    package = _package(session, event_id)
    package.state, package.settled_at = "stored", now
    detail = {"manifest": package.manifest_sha256, "camera": package.test_camera}
    audit.record(session, f"node:{package.node_id}", "package.test", f"event:{event_id}", detail)


def _package(session: Session, event_id: str) -> Package:
    return session.exec(select(Package).where(Package.event_id == event_id)).one()


def _files(session: Session, events: Collection[str]) -> dict[str, list[_File]]:
    """Files of those packages that are not settled yet, by event id."""
    if not events:
        return {}
    stored = media.described().c
    columns = (
        Package.event_id,
        PackageFile.sha256,
        PackageFile.bytes,
        PackageFile.media_type,
        stored.bytes,
        stored.media_type,
    )
    query = (
        select(*columns)  # type: ignore[call-overload]
        .select_from(Package)
        .join(PackageFile, col(PackageFile.event_id) == col(Package.event_id))
        .outerjoin(stored.sha256.table, stored.sha256 == col(PackageFile.sha256))
        .where(among(session, Package.event_id, events), Package.state == "incomplete")
    )
    found: dict[str, list[_File]] = defaultdict(list)
    for event_id, *values in session.exec(query):
        found[event_id].append(_File(*values))
    return found


def answer_state(batch: Batch, events: Collection[str], fresh: Mapping[str, Waiting]) -> None:
    """Sends the receipt with each package's state: stored, rejected, or its missing parts; `fresh` are those
    whose missing parts are already known.
    """
    older = [event_id for event_id in events if event_id not in fresh]
    standings = _standings(batch.session, older) if older else []
    lacking = _lacking(batch.session, [item.event_id for item in standings if item.state == "incomplete"])
    for event_id, waiting in fresh.items():
        sealed = waiting.sealed
        standings.append(_Standing(event_id, sealed.node, sealed.sha256, "incomplete", None, sealed.version))
        lacking[event_id] = waiting.lacking
    offsets = _offsets(
        batch, {FileKey(item.node, f) for item in standings for f in lacking.get(item.event_id, ())}
    )
    for item in sorted(standings, key=lambda item: item.event_id):
        missing = [
            MissingPart(sha256=sha256, offset=offsets.get(FileKey(item.node, sha256), 0))
            for sha256 in lacking.get(item.event_id, ())
        ]
        receipt = Receipt(
            node=item.node,
            event_id=item.event_id,
            manifest_sha256=item.sha256,
            state="incomplete" if item.state == "checking" else item.state,
            missing=tuple(missing),
            reason=Reason.model_validate(item.reason) if item.reason else None,
            software=SOFTWARE,
            at=batch.now,
        )
        batch.answer(receipt, item.version)


def _standings(session: Session, events: Collection[str]) -> list[_Standing]:
    columns = (
        Package.event_id,
        Package.node_id,
        Package.manifest_sha256,
        Package.state,
        Package.reason,
        Package.manifest_version,
    )
    query = select(*columns).where(among(session, Package.event_id, events))  # type: ignore[call-overload]
    return [_Standing(*row) for row in session.exec(query.order_by(col(Package.event_id)))]


def _lacking(session: Session, events: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The files these packages still wait for."""
    return {
        event_id: tuple(file.sha256 for file in files if file.stored_bytes is None)
        for event_id, files in _files(session, events).items()
    }


def _offsets(batch: Batch, files: set[FileKey]) -> dict[FileKey, int]:
    """The byte offset from which nodes should send the missing files of their packages; absent if nothing has
    arrived.
    """
    unknown = files - batch.partials.keys()
    found: dict[FileKey, Sequence[Any]] = {
        file: partial.ranges for file in files if (partial := batch.partials.get(file)) is not None
    }
    if unknown:
        query = select(PartialFile.node_id, PartialFile.sha256, PartialFile.ranges).where(
            among(batch.session, PartialFile.sha256, {file.sha256 for file in unknown}),
            col(PartialFile.node_id).in_({file.node for file in unknown}),
        )
        found |= {FileKey(node, sha256): pieces for node, sha256, pieces in batch.session.exec(query)}
    return {file: ranges.contiguous(pieces) for file, pieces in found.items()}


def waiting_for(session: Session, hashes: Collection[str], node: str | None = None) -> list[str]:
    """Event ids of unsettled packages, of one node or of all, that name any of these files."""
    if not hashes:
        return []
    query = (
        select(Package.event_id)
        .distinct()
        .join(PackageFile, col(PackageFile.event_id) == col(Package.event_id))
        .where(among(session, PackageFile.sha256, hashes), Package.state == "incomplete")
    )
    return list(session.exec(query if node is None else query.where(Package.node_id == node)))
