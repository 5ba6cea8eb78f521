"""Copies are requested when the offence is recorded, made by a job, and must all be readable before the
notice goes out.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from central.audit import service as audit
from central.cases.models import Case
from central.cases.queries import evidence_row, get_case, manifest_of
from central.clock import Clock
from central.copies.masking import Errand, Hidden, Mask
from central.copies.models import OwnerCopy
from central.copies.statement import CopyStatement
from central.db import among, reading, transaction
from central.errors import ConflictError, NotFoundError
from central.jobs import queue as jobs
from central.media import service as media
from central.media.store import MediaError, MediaStore
from contract.manifest import EvidenceFile, ViolationManifest
from contract.signing import SigningKey, sign

MAKE = "copies.make"
"""Kind of the jobs that make a case's copies; their key is the case's id."""


class EvidenceNotOpenError(ConflictError):
    """The owner could not see the evidence yet: the notice must wait for it."""

    code: ClassVar[str] = "evidence_not_open"


@dataclass(frozen=True)
class Workshop:
    """Dependencies for making copies. The key is loaded when it is needed."""

    store: MediaStore
    key: Callable[[], SigningKey]
    mask: Mask


def ask(session: Session, case_id: int, now: datetime) -> None:
    """Requests the case's copies, unless they exist or are requested: repeating keeps the place in the
    queue.
    """
    asked = jobs.find(session, MAKE, str(case_id))
    if (asked is None or asked.state == "dead") and _lacking(session, case_id):
        jobs.enqueue(session, MAKE, str(case_id), {"case": case_id}, now)


def make(engine: Engine, workshop: Workshop, case_id: int, clock: Clock) -> int:
    """Makes the missing copies of a case, outside of any transaction while it works, and stores each as soon
    as it is finished; returns how many.

    Raises:
        MediaError: an original is missing or altered.
        MaskingFailedError: the job tries again.
    """
    with reading(engine) as session:
        case, manifest = get_case(session, case_id), manifest_of(session, case_id)
        manifest_sha256 = evidence_row(session, case_id).manifest_sha256
        lacking = _lacking(session, case_id)
    for file in lacking:
        workshop.store.open(file.sha256, recheck=True).close()
    with TemporaryDirectory() as folder:
        errands = [_errand(workshop, Path(folder), case, manifest, file) for file in lacking]
        done = workshop.mask(errands) if errands else ()
        for file, errand, hidden in zip(lacking, errands, done, strict=True):
            size, now = errand.target.stat().st_size, clock()
            copy_sha256 = workshop.store.take(errand.target)
            statement = _statement(manifest, manifest_sha256, file, copy_sha256, hidden, now)
            with transaction(engine) as session:
                _keep(session, case_id, file, statement, workshop.key(), size, now)
    return len(lacking)


def check_open(session: Session, store: MediaStore, case_id: int) -> None:
    """Checks that a complete copy of every file of the case is stored.

    Raises:
        EvidenceNotOpenError: one is still being made, or its file is gone.
    """
    if _lacking(session, case_id):
        raise EvidenceNotOpenError("being_made", id=case_id)
    try:
        for copy in of_case(session, case_id):
            store.open(copy.copy_sha256, recheck=True).close()
    except MediaError:
        raise EvidenceNotOpenError("damaged", id=case_id) from None


def of_case(session: Session, case_id: int) -> list[OwnerCopy]:
    """The copies of a case, in the order of its manifest."""
    return list(
        session.exec(select(OwnerCopy).where(OwnerCopy.case_id == case_id).order_by(col(OwnerCopy.id)))
    )


def get(session: Session, case_id: int, name: str) -> OwnerCopy:
    """The copy of one file. Raises NotFoundError."""
    query = select(OwnerCopy).where(OwnerCopy.case_id == case_id, OwnerCopy.name == name)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFoundError("file", id=case_id, name=name)
    return found


def used_elsewhere(session: Session, hashes: Collection[str], case_id: int) -> set[str]:
    """Those of these files that are copies of another case too."""
    query = select(OwnerCopy.copy_sha256).where(
        among(session, OwnerCopy.copy_sha256, hashes), OwnerCopy.case_id != case_id
    )
    return set(session.exec(query))


def forget(session: Session, case_id: int) -> None:
    """Removes the case's copies from the database; the caller deletes their files."""
    session.exec(delete(OwnerCopy).where(col(OwnerCopy.case_id) == case_id))


def _lacking(session: Session, case_id: int) -> list[EvidenceFile]:
    there = {copy.name: copy.original_sha256 for copy in of_case(session, case_id)}
    return [file for file in manifest_of(session, case_id).files if there.get(file.name) != file.sha256]


def _errand(
    workshop: Workshop, folder: Path, case: Case, manifest: ViolationManifest, file: EvidenceFile
) -> Errand:
    """The copy of one file to make, with the vehicle whose plate stays readable in it."""
    start = (file.captured_at - manifest.occurred_at).total_seconds()
    own = {
        "plate": case.plate or "",
        # On another camera's pictures its position isn't known: there only the plate text identifies it.
        "track": [(point.t_ms, point.box) for point in manifest.trajectory if file.camera is None],
        "start_ms": round(start * 1000),
        "cut_out": file.role == "plate" or file.crop is not None,
    }
    target = folder / f"copy-{file.sha256}{Path(file.name).suffix}"
    return Errand(workshop.store.path(file.sha256), target, own)


def _statement(
    manifest: ViolationManifest,
    manifest_sha256: str,
    file: EvidenceFile,
    copy_sha256: str,
    hidden: Hidden,
    now: datetime,
) -> CopyStatement:
    return CopyStatement(
        event_id=manifest.event_id,
        name=file.name,
        manifest=manifest_sha256,
        original=file.sha256,
        masked=copy_sha256,
        made_at=now,
        frames=hidden.frames,
        plates=hidden.plates,
        faces=hidden.faces,
    )


def _keep(
    session: Session,
    case_id: int,
    file: EvidenceFile,
    statement: CopyStatement,
    key: SigningKey,
    size: int,
    now: datetime,
) -> None:
    if media.find(session, statement.masked) is None:
        media.add(session, statement.masked, size, file.media_type, now)
    present = session.exec(
        select(OwnerCopy).where(OwnerCopy.case_id == case_id, OwnerCopy.name == file.name)
    ).one_or_none()
    if present is not None:
        return  # another worker was faster
    session.add(
        OwnerCopy(
            case_id=case_id,
            name=file.name,
            role=file.role,
            media_type=file.media_type,
            original_sha256=file.sha256,
            copy_sha256=statement.masked,
            statement=sign(statement, key),
            signed_with=key.public.text,
            made_at=now,
        )
    )
    detail = {"file": file.name, "original": file.sha256, "copy": statement.masked}
    audit.record(session, "system", "copy.make", f"case:{case_id}", detail)
