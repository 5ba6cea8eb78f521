"""Sets of networks on a node: the packaged ones, and those from bundles the centre signed.

In the node's data folder: `networks/NAME-HASH/` as the bundle arrived, signature included, and `record.json`:
the set in force, the previous one, and the result of the last update. A set is checked whenever it is opened:
one that was altered on the disk is never used.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from pydantic import ValidationError

from configs.node import NodeConfig
from contract.bundle import SIGNED, BundleError, check
from contract.canonical import canonical_bytes, sha256_hex
from contract.reasons import Reason, reason
from contract.signing import PublicKey
from contract.types import Message, Utc
from edge.camera import NETWORKS, Eyes, open_eyes
from edge.files import replace_file
from models.card import ModelCardError

log = structlog.get_logger(__name__)

FOLDER = "networks"
SelfTest = Callable[[Eyes], Reason | None]
PACKAGED = ""
"""Name of the set that ships with the software."""


class UpdateError(RuntimeError):
    """The bundle was not put in force; the earlier set still is. `reason` says why as a code, if the set
    itself failed."""

    def __init__(self, words: str, why: Reason | None = None) -> None:
        super().__init__(words)
        self.reason = why


class Record(Message):
    """The set in force and since when, the previous one, and why one was rolled back."""

    in_force: str = PACKAGED
    before: str = PACKAGED
    since: Utc | None = None
    given_up: str = PACKAGED
    reason: Reason | None = None


@dataclass(frozen=True)
class NetworkSets:
    """The sets of one node. Writing raises OSError if the disk fails."""

    folder: Path
    centre: PublicKey

    @property
    def record(self) -> Record:
        """The stored record; empty if it can't be read: then the packaged networks are in force."""
        try:
            return Record.model_validate_json((self.folder / "record.json").read_bytes())
        except (OSError, ValidationError):
            return Record()

    def open(self, threads: int, now: datetime) -> Eyes:
        """The networks in force; the previous ones if those are damaged.

        Raises:
            ModelCardError: the packaged ones are damaged too: the node must not start.
        """
        record = self.record
        if record.in_force != PACKAGED:
            try:
                return self._opened(record.in_force, threads)
            except (BundleError, ModelCardError) as problem:
                log.error("networks are not whole", networks=record.in_force, problem=str(problem))
                self.go_back(reason("networks.altered", detail=str(problem)[:300]), now)
                return self.open(threads, now)
        return open_eyes(threads)

    def take(self, bundle: Path, test: SelfTest, threads: int, now: datetime) -> str:
        """Copies a bundle, tests it, and puts it in force from the next start on; returns its name.

        Raises:
            UpdateError: it is not the centre's, damaged, no set of networks, or fails the self-test.
        """
        name = self._copied(bundle)
        record = self.record
        try:
            why = test(self._opened(name, threads))
        except Exception as problem:  # onnxruntime has no class for a file it can't run
            why = reason("networks.failed", detail=str(problem)[:300])
        if why is not None:
            if name not in (record.in_force, record.before):
                shutil.rmtree(self.folder / name)
            self._keep(record.model_copy(update={"given_up": name, "reason": why}))
            raise UpdateError(f"{name} is not put in force", why)
        if name != record.in_force:
            self._keep(Record(in_force=name, before=record.in_force, since=now))
            self._tidy()
        return name

    def go_back(self, why: Reason, now: datetime) -> bool:
        """Puts the previous set in force from the next start on; False if there is none."""
        record = self.record
        if record.in_force == PACKAGED:
            return False
        gone = record.in_force
        self._keep(Record(in_force=record.before, since=now, given_up=gone, reason=why))
        log.error("networks given up", networks=gone, why=why.code)
        return True

    @property
    def alarms(self) -> tuple[Reason, ...]:
        """Alarms for the operator, until the next update."""
        record = self.record
        if record.reason is None:
            return ()
        return (reason("networks.given_up", networks=record.given_up, because=record.reason.code),)

    def _opened(self, name: str, threads: int) -> Eyes:
        place = self.folder / name
        check(place, self.centre, "models")
        return open_eyes(threads, place)

    def _copied(self, bundle: Path) -> str:
        """Name of the copied set, once it is checked, copied, and found to contain networks a node shares."""
        try:
            listed = check(bundle, self.centre, "models")
        except BundleError as problem:
            raise UpdateError(str(problem)) from problem
        allowed = {f"{name}{ending}" for name in NETWORKS for ending in (".yaml", ".onnx")}
        if strange := sorted(set(listed.files) - allowed):
            raise UpdateError(f"{bundle / strange[0]}: no network that a node shares ({', '.join(NETWORKS)})")
        name = f"{listed.name}-{sha256_hex((bundle / SIGNED).read_bytes())[:8]}"
        beside = self.folder / f".{name}"
        shutil.rmtree(beside, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (self.folder / name).exists():
            shutil.copytree(bundle, beside)
            beside.rename(self.folder / name)
        return name

    def _tidy(self) -> None:
        """Deletes all sets but the present and the previous one."""
        record = self.record
        for place in self.folder.iterdir():
            if place.is_dir() and place.name not in (record.in_force, record.before):
                shutil.rmtree(place, ignore_errors=True)

    def _keep(self, record: Record) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(self.folder / "record.json", canonical_bytes(record))


def sets_of(node: NodeConfig, centre: PublicKey) -> NetworkSets:
    """The network sets of a node."""
    return NetworkSets(node.data / FOLDER, centre)
