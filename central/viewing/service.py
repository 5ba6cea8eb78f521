"""Clips come as the camera coded them. What is not H.264 (H.265 above all) most browsers can't play, so the
worker makes a viewing copy beside it: same pictures, same times, a mark in each. Signatures, downloads,
owners' copies and exports are of the original.
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
"""Codings that every browser plays."""
SECONDS = 900.0

Copy = Callable[[Path, Path, str], None]
"""Writes the copy of a clip: source, target, the mark in its pictures."""


class CopyFailedError(Exception):
    """The copy could not be made; the message says why."""


@dataclass(frozen=True)
class Workshop:
    """What making copies needs."""

    store: MediaStore
    copy: Copy


def ask(session: Session, store: MediaStore, manifest: ViolationManifest, now: datetime) -> None:
    """Has copies made of the clips of a package that no browser plays. Its files are all stored."""
    for file in manifest.files:
        if file.media_type == "video/mp4" and coding_of(store.path(file.sha256)) not in PLAYED:
            jobs.enqueue(session, MAKE, file.sha256, {"sha256": file.sha256}, now)


def make(engine: Engine, workshop: Workshop, sha256: str, now: datetime) -> None:
    """Makes one copy, outside of any transaction while it works; nothing if it is there.

    Raises:
        MediaError: the original is missing or altered.
        CopyFailedError: tried again by the job.
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
    """The hashes of viewing copies by those of the originals, as far as there are any."""
    query = select(ViewingCopy).where(among(session, ViewingCopy.original_sha256, originals))
    return {row.original_sha256: row.copy_sha256 for row in session.exec(query)}


def forget(session: Session, originals: Collection[str]) -> None:
    """These have no copies any more; the files are the caller's to delete."""
    session.exec(delete(ViewingCopy).where(among(session, col(ViewingCopy.original_sha256), originals)))


def copy_clip(source: Path, target: Path, mark: str) -> None:
    """By `ngatu viewing-copy`, in a process of its own of low priority: it reads a stranger's bytes. Raises
    CopyFailedError."""
    words = ["nice", "-n", "10", sys.executable, "-m", "ngatu", "viewing-copy"]
    files = [str(source), "--out", str(target), "--mark", mark]
    try:
        done = subprocess.run([*words, *files], capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        raise CopyFailedError(f"not done after {SECONDS:.0f} s") from late
    if done.returncode != 0:
        raise CopyFailedError(done.stderr.strip()[-500:] or f"ended with {done.returncode}")
