"""Once every file of a package is stored and is what the manifest says, its case is opened.

Where pictures name the frames of the clip they are, that is looked at first, by the worker: decoding takes
seconds, and no node need wait for it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
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
from central.ingest.frames import names_frames
from central.ingest.models import Package, PackageFile, PartialFile
from central.ingest.verify import signed_manifest
from central.ingest.work import Arrived, Batch, OpenCase, Refusal
from central.jobs import queue as jobs
from central.media.models import Media
from contract.manifest import ViolationManifest
from contract.reasons import Reason, reason
from contract.receipts import MissingPart, Receipt
from contract.topics import NodeTopics

log = structlog.get_logger(__name__)

OPEN_CASE = "ingest.open_case"
"""Kind of job; its key is the event's id."""
SOON = timedelta(seconds=5)

SOFTWARE = f"ngatu {version('ngatu')}"
"""Told in each receipt: another version than before may read what the other could not."""


@dataclass(frozen=True)
class _File:
    sha256: str
    declared_bytes: int
    declared_type: str
    stored_bytes: int | None
    stored_type: str | None

    @property
    def contradiction(self) -> str | None:
        """How a stored file is not what the manifest says; None while it isn't stored or when it is right."""
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
    state: Literal["stored", "incomplete", "rejected"]
    reason: dict[str, Any] | None
    version: int


def settle(batch: Batch, events: Collection[str]) -> list[str]:
    """Opens the case of each package that is whole, rejects those with a file that isn't what it should be.

    Returns the event ids that are settled now; those waiting for files are not among them.
    """
    settled = []
    for event_id, files in _files(batch.session, events).items():
        wrong = next((file.contradiction for file in files if file.contradiction), None)
        if wrong is not None:
            reject(batch, event_id, reason("package.content", detail=wrong))
        elif all(file.stored_bytes is not None for file in files):
            _accept(batch, event_id)
        else:
            continue
        settled.append(event_id)
    return settled


def reject(batch: Batch, event_id: str, why: Reason) -> None:
    """Refuses a package for good: quarantine, alarm. What was stored of it stays for whoever investigates."""
    refusal = _rejected(batch.session, event_id, why, batch.now)
    batch.refuse(refusal.message, why, refusal.node)


def _rejected(session: Session, event_id: str, why: Reason, now: datetime) -> Refusal:
    package = _package(session, event_id)
    package.state, package.reason, package.settled_at = "rejected", why.model_dump(mode="json"), now
    alarms.raise_alarm(session, package.node_id, why, now, event_id)
    topic = NodeTopics(package.node_id).manifest
    return Refusal(Arrived(topic, package.jws.encode()), why, package.node_id)


def _accept(batch: Batch, event_id: str) -> None:
    package = _package(batch.session, event_id)
    manifest = signed_manifest(package.jws)
    if names_frames(manifest):
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
    """Opens the case, or sees to it that it is opened later; False where that is refused for good."""
    try:
        with _apart(batch):
            batch.tools.open_case(batch.session, manifest, package.jws)
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
    """Whatever goes wrong inside leaves no trace, where it is known that something does."""
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
    """Opens the case of a package that is stored without one, or rejects the package for the `fault` found.

    Raises whatever keeps the case from being opened.
    """
    package = _package(session, event_id)
    manifest = signed_manifest(package.jws)
    if fault is None:
        try:
            open_case(session, manifest, package.jws)
        except NoLawError:
            fault = _no_law(manifest)
    if fault is not None:
        quarantine.put(session, [_rejected(session, event_id, fault, now)], now)
    alarms.clear(session, package.node_id, ["package.no_case"], now, event_id)


def _package(session: Session, event_id: str) -> Package:
    return session.exec(select(Package).where(Package.event_id == event_id)).one()


def _files(session: Session, events: Collection[str]) -> dict[str, list[_File]]:
    """Files of those packages that are not settled yet, by event id."""
    if not events:
        return {}
    columns = (
        Package.event_id,
        PackageFile.sha256,
        PackageFile.bytes,
        PackageFile.media_type,
        Media.bytes,
        Media.media_type,
    )
    query = (
        select(*columns)  # type: ignore[call-overload]
        .select_from(Package)
        .join(PackageFile, col(PackageFile.event_id) == col(Package.event_id))
        .outerjoin(Media, col(Media.sha256) == col(PackageFile.sha256))
        .where(among(session, Package.event_id, events), Package.state == "incomplete")
    )
    found: dict[str, list[_File]] = defaultdict(list)
    for event_id, *values in session.exec(query):
        found[event_id].append(_File(*values))
    return found


def answer_state(batch: Batch, events: Collection[str]) -> None:
    """Sends the receipt that tells how each package stands: stored, rejected, or which parts are missing."""
    if not events:
        return
    standings = _standings(batch.session, events)
    waiting = {item.event_id: item.node for item in standings if item.state == "incomplete"}
    missing = _missing(batch.session, waiting)
    for item in standings:
        receipt = Receipt(
            node=item.node,
            event_id=item.event_id,
            manifest_sha256=item.sha256,
            state=item.state,
            missing=tuple(missing.get(item.event_id, ())),
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


def _missing(session: Session, nodes: Mapping[str, str]) -> dict[str, list[MissingPart]]:
    """What the packages (event id to node) still wait for, and from which byte on."""
    lacking = {
        event_id: [file.sha256 for file in files if file.stored_bytes is None]
        for event_id, files in _files(session, nodes).items()
    }
    hashes = {sha256 for names in lacking.values() for sha256 in names}
    if not hashes:
        return {}
    query = select(PartialFile.node_id, PartialFile.sha256, PartialFile.ranges).where(
        among(session, PartialFile.sha256, hashes),
        col(PartialFile.node_id).in_(set(nodes.values())),
    )
    arrived = {(node, sha256): ranges.contiguous(pieces) for node, sha256, pieces in session.exec(query)}
    return {
        event_id: [
            MissingPart(sha256=sha256, offset=arrived.get((nodes[event_id], sha256), 0)) for sha256 in names
        ]
        for event_id, names in lacking.items()
    }


def waiting_for(session: Session, hashes: Collection[str], node: str | None = None) -> list[str]:
    """Event ids of unsettled packages, of one node or of all, that name any of these contents."""
    if not hashes:
        return []
    query = (
        select(Package.event_id)
        .distinct()
        .join(PackageFile, col(PackageFile.event_id) == col(Package.event_id))
        .where(among(session, PackageFile.sha256, hashes), Package.state == "incomplete")
    )
    return list(session.exec(query if node is None else query.where(Package.node_id == node)))
