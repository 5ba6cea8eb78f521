"""Data of a package that ingest keeps after its retention period: its place in the chain and the hash of its
manifest.
"""

from collections.abc import Collection

from sqlmodel import Session, col, delete, select, update

from central.db import among
from central.ingest.models import Package, PackageFile


def files_of(session: Session, event_id: str) -> set[str]:
    """Hashes of the files that the package names."""
    return set(session.exec(select(PackageFile.sha256).where(PackageFile.event_id == event_id)))


def named_by_others(session: Session, hashes: Collection[str], event_id: str) -> set[str]:
    """Those of these files that another package names too."""
    query = select(PackageFile.sha256).where(
        among(session, PackageFile.sha256, hashes), PackageFile.event_id != event_id
    )
    return set(session.exec(query))


def forget_files(session: Session, event_id: str) -> None:
    """Removes the package's files."""
    session.exec(delete(PackageFile).where(col(PackageFile.event_id) == event_id))


def forget_signed(session: Session, event_id: str) -> None:
    """Removes the signed manifest; its hash and its place in the chain stay."""
    session.exec(update(Package).where(col(Package.event_id) == event_id).values(jws=""))
