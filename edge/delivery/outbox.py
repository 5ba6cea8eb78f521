"""The durable outbox: keeps every package on the node's disk until the centre confirms it.

    lock            held by the process that owns the outbox
    key             the node's public key: a chain is signed with one key from its beginning
    index.sqlite    states and order (see `edge.delivery.index`)
    packages/ID/    one folder per package, as `ngatu verify` reads it
    quarantine/     what was found damaged; a person decides

A package's folder appears under its name in one step, then its row is written. A crash between the two leaves
a folder without a row: at the next start it is verified and taken in. A damaged index is rebuilt from the
folders.
"""

import errno
import fcntl
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

import structlog

from contract.manifest import ViolationManifest
from contract.package import Link, PackageError, Report, follow, verify_package
from contract.reasons import Reason, Value, reason
from contract.signing import PublicKey
from edge.delivery.index import Entry, Index, OutboxError, OutboxFullError, State, Tally
from edge.evidence.package import Package, sync_folder, write

log = structlog.get_logger(__name__)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOTHING = Tally()


@dataclass(frozen=True)
class Summary:
    """Pending packages and problems, for the health report and `ngatu edge outbox`."""

    states: dict[State, Tally]
    oldest_waiting: datetime | None
    quarantined: int
    refused: int
    """Violations that found no room, unless kept at a later attempt."""
    alarms: tuple[Reason, ...]

    @classmethod
    def together(cls, parts: Collection["Summary"]) -> "Summary":
        """The sum of several outboxes."""
        states: dict[State, Tally] = {}
        for state, tally in (item for part in parts for item in part.states.items()):
            known = states.get(state, _NOTHING)
            states[state] = Tally(known.packages + tally.packages, known.bytes + tally.bytes)
        return cls(
            states,
            min((part.oldest_waiting for part in parts if part.oldest_waiting), default=None),
            sum(part.quarantined for part in parts),
            sum(part.refused for part in parts),
            tuple({alarm.code: alarm for part in parts for alarm in part.alarms}.values()),
        )

    @property
    def undelivered(self) -> Tally:
        """Packages the centre does not have yet and may still accept."""
        open_states: tuple[State, ...] = ("waiting", "sent", "unsupported")
        tallies = [self.states.get(state, _NOTHING) for state in open_states]
        return Tally(sum(t.packages for t in tallies), sum(t.bytes for t in tallies))


class Outbox:
    """The outbox of one node. Any thread may call; one process at a time may hold it.

    Args:
        folder: made if it is missing.
        key: the node's public key; only packages signed with it are taken in after a crash.
        budget: size limit in bytes; beyond it delivered packages are deleted, oldest first. Undelivered ones
            never are; if they alone exceed it, an alarm is raised.

    Raises:
        OutboxError: another process holds it, it is the outbox of another key, or the disk fails.
    """

    def __init__(self, folder: Path, key: PublicKey, budget: int) -> None:
        self._packages = folder / "packages"
        self._quarantine = folder / "quarantine"
        self._key = key
        self._budget = budget
        self._refused: set[str] = set()
        self._lock = threading.RLock()
        try:
            for place in (self._packages, self._quarantine):
                place.mkdir(parents=True, exist_ok=True)
            self._owner = _own(folder / "lock")
        except OSError as problem:
            raise OutboxError(f"the outbox can't be made in {folder}: {problem.strerror}") from problem
        try:
            _claim(folder, key)
            self._index = self._open_index(folder / "index.sqlite")
            self._recover()
        except BaseException:
            self._owner.close()
            raise

    def close(self) -> None:
        """Closes the index and releases the folder's lock."""
        with self._lock:
            self._index.close()
            self._owner.close()

    def add(self, event_id: str, seal: Callable[[Link | None], Package]) -> bool:
        """Stores a new package, safe from power cuts once this returns. False: the violation was known.

        `seal` makes the package that follows the given head of the chain.

        Raises:
            OutboxFullError: no room even after deleting all delivered packages; the rest stays.
            OutboxError: the disk fails.
        """
        with self._lock:
            try:
                if self._index.get(event_id) is not None:
                    return False
                package = seal(self._index.head())
                self._write(package)
                self._enter(package)
            except OutboxFullError:
                self._refused.add(event_id)
                raise
            self._refused.discard(event_id)
            return True

    def undelivered(self, newest: bool, excluding: Collection[str] = ()) -> Entry | None:
        """The oldest (or newest) package without a receipt that is not among `excluding`."""
        with self._lock:
            return self._index.undelivered(newest, excluding)

    def get(self, event_id: str) -> Entry | None:
        """The package of this id, if it was ever here."""
        with self._lock:
            return self._index.get(event_id)

    def folder_of(self, event_id: str) -> Path:
        """Where the files of a package are."""
        return self._packages / event_id

    def mark(self, event_id: str, state: State, why: Reason | None = None) -> None:
        """Records a new state; a delivered package may then be deleted for room."""
        with self._lock:
            self._index.mark(event_id, state, why)
            while sum(tally.bytes for tally in self._index.tally().values()) > self._budget:
                if not self._evict():
                    break

    def set_aside(self, event_id: str, problem: str) -> None:
        """Moves a damaged package into quarantine; it counts as rejected."""
        with self._lock:
            self._to_quarantine(self.folder_of(event_id), problem)
            told = reason("outbox.damaged", detail=problem[:300])
            self._index.mark(event_id, "rejected", told)
            self._index.mark_gone(event_id)

    def offer_again(self) -> list[str]:
        """Makes all packages due again that the centre could not read; returns their event ids."""
        with self._lock:
            return self._index.offer_again(("unsupported",))

    def verify(self, event_id: str) -> Report:
        """Checks a package as stored on the disk."""
        return verify_package(self.folder_of(event_id), self._key)

    def summary(self) -> Summary:
        """Content and problems of the outbox."""
        with self._lock:
            found = _summary(self._index, self._quarantine, len(self._refused))
        alarms = found.alarms
        if self._refused:
            alarms += (reason("outbox.full", violations=len(self._refused)),)
        if (used := found.undelivered.bytes) > self._budget:
            alarms += (reason("outbox.over_budget", used_bytes=used, planned_bytes=self._budget),)
        return replace(found, alarms=alarms)

    def _write(self, package: Package) -> None:
        while True:
            try:
                write(package, self.folder_of(package.manifest.event_id))
                return
            except OSError as problem:
                if problem.errno not in _NO_ROOM:
                    raise OutboxError(f"the outbox can't be written: {problem.strerror}") from problem
                if not self._evict():
                    raise OutboxFullError(
                        "the disk is full of evidence that waits for the centre"
                    ) from problem

    def _enter(self, package: Package) -> None:
        size = sum(len(data) for data in package.files.values())
        entry = _entry(package.manifest, package.link, size)
        try:
            self._index.insert(entry)
        except OutboxError:
            shutil.rmtree(self.folder_of(entry.event_id), ignore_errors=True)
            raise

    def _evict(self) -> bool:
        """Deletes the oldest delivered package: files first, since a full disk may not take the index
        update."""
        oldest = self._index.oldest_stored()
        if oldest is None:
            return False
        shutil.rmtree(self.folder_of(oldest.event_id), ignore_errors=True)
        self._index.mark_gone(oldest.event_id)
        return True

    def _open_index(self, path: Path) -> Index:
        try:
            return Index(path)
        except sqlite3.OperationalError as problem:
            raise OutboxError(f"{path} can't be opened: {problem}") from problem
        except sqlite3.DatabaseError as problem:
            log.error("outbox index is damaged, rebuilding it from the packages", problem=str(problem))
            for part in path.parent.glob(f"{path.name}*"):
                self._to_quarantine(part, str(problem))
            return Index(path)

    def _recover(self) -> None:
        """Reconciles folders and rows after a crash."""
        rows = {entry.event_id: entry for entry in self._index.entries()}
        for event_id, entry in rows.items():
            if not self.folder_of(event_id).is_dir():
                self._missing(entry)
        strangers = [path for path in self._packages.iterdir() if path.name not in rows]
        reports = [(path, verify_package(path, self._key)) for path in strangers]
        reports.sort(key=lambda pair: pair[1].manifest.sequence if pair[1].manifest else 0)
        for path, report in reports:
            self._take_in(path, report)

    def _missing(self, entry: Entry) -> None:
        if entry.state == "stored":
            self._index.mark_gone(entry.event_id)
        elif entry.state != "rejected":
            self._index.mark(entry.event_id, "rejected", reason("outbox.lost"))
            self._index.mark_gone(entry.event_id)
            log.error("package lost from the disk", event_id=entry.event_id)

    def _take_in(self, path: Path, report: Report) -> None:
        event_id = path.name.removesuffix(".part")
        manifest, link = report.manifest, report.link
        if report.failure is None and manifest and link and manifest.event_id == event_id:
            if _continues(self._index.head(), manifest):
                path.rename(self.folder_of(event_id))
                sync_folder(self._packages)
                size = sum(file.stat().st_size for file in self.folder_of(event_id).iterdir())
                self._index.insert(_entry(manifest, link, size))
                log.warning("package found after a crash taken in", event_id=event_id)
                return
            report = Report(path, report.passed, "it does not continue the chain", manifest)
        if path.name.endswith(".part"):
            log.warning("remains of a package that was being written removed", event_id=event_id)
            shutil.rmtree(path, ignore_errors=True)
            return
        self._to_quarantine(path, report.failure or "its folder has another package's name")

    def _to_quarantine(self, path: Path, reason: str) -> None:
        path.rename(self._quarantine / f"{path.name}.{uuid.uuid4().hex[:8]}")
        log.error("put in quarantine", what=path.name, reason=reason)


def inspect(folder: Path) -> tuple[Summary, list[Entry]]:
    """Reads an outbox from outside, also while a node runs: its summary and the packages on the disk.

    Raises:
        OutboxError: there is no outbox, or it can't be read.
    """
    try:
        index = Index(folder / "index.sqlite", read_only=True)
    except sqlite3.Error as problem:
        raise OutboxError(f"no readable outbox in {folder}: {problem}") from problem
    try:
        return _summary(index, folder / "quarantine", refused=0), index.entries()
    finally:
        index.close()


def resend(folder: Path, states: Collection[State], events: Collection[str] = ()) -> list[str]:
    """Makes packages due again from outside, also while the node runs: those in these states, all or those
    named.

    Returns their event ids. Raises OutboxError when there is no outbox or it can't be written.
    """
    if not (folder / "index.sqlite").is_file():
        raise OutboxError(f"no outbox in {folder}")
    try:
        index = Index(folder / "index.sqlite")
    except sqlite3.Error as problem:
        raise OutboxError(f"no writable outbox in {folder}: {problem}") from problem
    try:
        return index.offer_again(states, events)
    finally:
        index.close()


def _summary(index: Index, quarantine: Path, refused: int) -> Summary:
    oldest = index.undelivered(newest=False, excluding=())
    quarantined = len(list(quarantine.iterdir()))
    alarms = [alarm for state in ("rejected", "unsupported") if (alarm := _refusals(index, state))]
    if quarantined:
        alarms.append(reason("outbox.quarantined", items=quarantined))
    return Summary(index.tally(), oldest.occurred_at if oldest else None, quarantined, refused, tuple(alarms))


def _refusals(index: Index, state: Literal["rejected", "unsupported"]) -> Reason | None:
    """The alarm about packages the centre rejected, with the last one's reason."""
    last = index.newest_in(state)
    if last is None:
        return None
    why = last.reason or reason("outbox.no_reason")
    told: dict[str, Value] = {"packages": index.count(state), "event_id": last.event_id, "because": why.code}
    return Reason(code=f"outbox.{state}", values=why.values | told)


def _entry(manifest: ViolationManifest, link: Link, size: int) -> Entry:
    return Entry(
        manifest.event_id, manifest.sequence, link.sha256, size, manifest.occurred_at, state="waiting"
    )


def _continues(head: Link | None, manifest: ViolationManifest) -> bool:
    """True for the next package, and, while the index is rebuilt, for one after a gap of deleted packages."""
    if head is None or manifest.sequence > head.sequence + 1:
        return True
    try:
        follow(head, manifest)
    except PackageError:
        return False
    return True


def _own(path: Path) -> IO[bytes]:
    handle = path.open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        handle.close()
        raise OutboxError(f"another process holds the outbox in {path.parent}") from problem
    return handle


def _claim(folder: Path, key: PublicKey) -> None:
    """Refuses the outbox of another key: its pending packages would be taken for damaged, and the centre
    would wait for the start of the new key's chain."""
    note = folder / "key"
    known = note.read_text(encoding="ascii") if note.exists() else ""
    if known and known != key.text:
        raise OutboxError(
            f"{folder} holds evidence signed with the key {known}, the node's key is now {key.text}: put the "
            "old node-key.pem back; or move the folder away, once `ngatu edge outbox` shows nothing waiting"
        )
    if not known:
        fresh = note.with_name("key.part")
        try:
            fresh.write_text(key.text, encoding="ascii")
            fresh.rename(note)
            sync_folder(folder)
        except OSError as problem:
            raise OutboxError(f"{note} can't be written: {problem.strerror}") from problem
