"""Tests (hồ sơ thử) that installers sent from the set-up page of a camera: the newest of each, and their end.

They are taken in and checked like evidence, but stand outside the chain and have no case.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from central.db import among
from central.errors import NotFoundError
from central.ingest import forgetting
from central.ingest.models import Package, PartialFile
from central.ingest.verify import signed_manifest
from contract.manifest import ViolationManifest
from contract.reasons import Reason


@dataclass(frozen=True)
class SentTest:
    """A test as received; `why` says why it was rejected."""

    package: Package
    manifest: ViolationManifest

    @property
    def why(self) -> Reason | None:
        """Why it did not prove itself."""
        return Reason.model_validate(self.package.reason) if self.package.reason else None


def newest(session: Session, node_id: str) -> list[SentTest]:
    """The newest test of each camera of a node, by camera."""
    query = select(Package).where(Package.node_id == node_id, col(Package.test_camera).is_not(None))
    rows = session.exec(query.order_by(col(Package.received_at), col(Package.event_id)))
    last = {package.test_camera or "": package for package in rows}
    return [SentTest(package, signed_manifest(package.jws)) for _, package in sorted(last.items())]


def of_event(session: Session, node_id: str, event_id: str) -> SentTest:
    """One test. Raises NotFoundError."""
    package = session.get(Package, event_id)
    if package is None or package.test_camera is None or package.node_id != node_id:
        raise NotFoundError("media")
    return SentTest(package, signed_manifest(package.jws))


def received_before(session: Session, before: datetime, limit: int) -> list[str]:
    """Event ids of tests received before a time, the oldest first."""
    query = select(Package.event_id).where(
        col(Package.test_camera).is_not(None), col(Package.received_at) < before
    )
    return list(session.exec(query.order_by(col(Package.received_at)).limit(limit)))


def forget(session: Session, event_id: str) -> list[str]:
    """Deletes a test; returns the hashes of files that no other package names, for the caller to erase."""
    named = forgetting.files_of(session, event_id)
    mine = sorted(named - forgetting.named_by_others(session, named, event_id))
    forgetting.forget_files(session, event_id)
    session.exec(delete(Package).where(col(Package.event_id) == event_id))
    # Pieces of a test that never became whole count as pieces without a manifest, which go after a day.
    unnamed = among(session, PartialFile.sha256, mine)
    session.exec(update(PartialFile).where(unnamed).values(expected=None))
    return mine
