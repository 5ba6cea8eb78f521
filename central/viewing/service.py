"""Clips arrive as encoded by the camera. Most browsers play only H.264, so for other codecs (mainly H.265)
the worker makes a viewing copy: same pictures, same times, a mark in each. Signatures, downloads, owners'
copies and exports use the original.
"""

import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from central.audit import service as audit
from central.db import among, insert_new, reading, transaction
from central.jobs import queue as jobs
from central.media.content import coding_of
from central.media.store import MediaStore
from central.viewing.models import ViewingCopy
from contract.manifest import ViolationManifest

MAKE = "viewing.make"
"""Kind of the jobs that make one copy; their key is the original's hash."""
PLAYED = ("avc1", "avc3")
"""Codecs that every browser plays."""
SECONDS = 900.0

Copy = Callable[[Path, Path, str], None]
"""Writes the copy of a clip: source, target, the mark in its pictures."""


class CopyFailedError(Exception):
    """The copy could not be made; the message says why."""


@dataclass(frozen=True)
class Workshop:
    """Dependencies for making copies."""

    store: MediaStore
    copy: Copy


def ask(session: Session, store: MediaStore, manifest: ViolationManifest, now: datetime) -> None:
    """Schedules copies of a package's clips that no browser plays. All its files are stored."""
    for file in manifest.files:
        if file.media_type == "video/mp4" and coding_of(store.path(file.sha256)) not in PLAYED:
            jobs.enqueue(session, MAKE, file.sha256, {"sha256": file.sha256}, now)


def make(engine: Engine, workshop: Workshop, sha256: str, now: datetime) -> None:
    """Makes one copy, outside of any transaction while it works; does nothing if it exists.

    Raises:
        MediaError: the original is missing or altered.
        CopyFailedError: the job tries again.
    """
    with reading(engine) as session:
        if sha256 in copies_of(session, [sha256]):
            return
    workshop.store.open(sha256, recheck=True).close()
    with TemporaryDirectory() as folder:
        target = Path(folder) / "copy.mp4"
        workshop.copy(workshop.store.path(sha256), target, f"VIEWING COPY OF {sha256[:16]}")
        copy_sha256 = workshop.store.take(target)
    with transaction(engine) as session:
        row = {"original_sha256": sha256, "copy_sha256": copy_sha256, "made_at": now}
        if insert_new(session, ViewingCopy, [row]):
            audit.record(session, "system", "viewing.make", f"media:{sha256}", {"copy": copy_sha256})


def copies_of(session: Session, originals: Collection[str]) -> dict[str, str]:
    """The hashes of viewing copies by those of the originals, for those that have one."""
    query = select(ViewingCopy).where(among(session, ViewingCopy.original_sha256, originals))
    return {row.original_sha256: row.copy_sha256 for row in session.exec(query)}


def forget(session: Session, originals: Collection[str]) -> None:
    """Removes these copies from the database; the caller deletes the files."""
    session.exec(delete(ViewingCopy).where(among(session, col(ViewingCopy.original_sha256), originals)))


def copy_clip(source: Path, target: Path, mark: str) -> None:
    """Runs `ngatu viewing-copy` as a separate process of low priority, because the bytes are not trusted.
    Raises CopyFailedError.
    """
    words = ["nice", "-n", "10", sys.executable, "-m", "ngatu", "viewing-copy"]
    files = [str(source), "--out", str(target), "--mark", mark]
    try:
        done = subprocess.run([*words, *files], capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        raise CopyFailedError(f"not done after {SECONDS:.0f} s") from late
    if done.returncode != 0:
        raise CopyFailedError(done.stderr.strip()[-500:] or f"ended with {done.returncode}")
