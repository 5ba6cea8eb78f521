"""Access to evidence: each file is checked against its hash, and the access is logged once per person and
file.

A player requests one clip in many ranges, and a page one picture more than once: within `SIGHT` that counts
as one access. No range and no header is exempt.
"""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from central.audit import service as audit
from central.db import reading, transaction
from central.media.store import MediaError, MediaStore

SIGHT = timedelta(minutes=10)
"""Accesses of one person to one file within this time are one entry of the audit log."""

_REMEMBERED = 10_000

_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sight:
    """One access: `subject` is the audit log's (`case:17`), `name` the file's name within it.

    `viewer`: a user's name, or another actor of the audit log (`party:5`).
    """

    viewer: str
    subject: str
    name: str
    sha256: str

    @property
    def actor(self) -> str:
        """The actor in the audit log."""
        return self.viewer if ":" in self.viewer else f"user:{self.viewer}"


@dataclass(frozen=True)
class CheckedMedia:
    """A media store whose files are shown only if their content matches their name.

    A file is hashed when it is first shown, and again whenever the file on the disk is not the one that was
    hashed (size, time of change, inode); that costs a clip some milliseconds once.
    """

    store: MediaStore
    _checked: OrderedDict[str, _Stamp] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def path(self, sha256: str) -> Path:
        """The file, checked.

        Raises:
            MediaError: it is missing, or its content was altered.
        """
        path = self.store.path(sha256)
        stamp = _stamp(path, sha256)
        with self._lock:
            known = self._checked.get(sha256)
        if known != stamp:
            self.store.open(sha256, recheck=True).close()
            with self._lock:
                self._checked[sha256] = stamp
                while len(self._checked) > _REMEMBERED:
                    self._checked.popitem(last=False)
        return path


def show(engine: Engine, media: CheckedMedia, sight: Sight) -> Path:
    """The file to show, once the access is in the audit log.

    Raises:
        MediaError: see `CheckedMedia.path`; nothing is shown and nothing recorded.
    """
    path = media.path(sight.sha256)
    actor, detail = sight.actor, {"file": sight.name}
    with reading(engine) as session:
        seen = audit.was_recorded(session, actor, "evidence.view", sight.subject, detail, SIGHT)
    if not seen:
        with transaction(engine) as session:
            audit.record(session, actor, "evidence.view", sight.subject, detail)
    return path


def hand_out(engine: Engine, media: CheckedMedia, sight: Sight) -> Path:
    """The file to hand over: always hashed again, and audited each time."""
    media.store.open(sight.sha256, recheck=True).close()
    with transaction(engine) as session:
        audit.record(session, sight.actor, "evidence.download", sight.subject, {"file": sight.name})
    return media.store.path(sight.sha256)


def _stamp(path: Path, sha256: str) -> _Stamp:
    try:
        found = os.stat(path)
    except OSError as problem:
        raise MediaError("unreadable", sha256=sha256) from problem
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
