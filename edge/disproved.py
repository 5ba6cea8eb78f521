"""A sample of the findings that the second look disproved: the newest few, on the node's disk, for audit.

They accuse nobody and are never sent; they make errors of the second look visible.
"""

import shutil
from pathlib import Path

import structlog

from contract.canonical import canonical_bytes
from edge.evidence.gather import Proof

log = structlog.get_logger(__name__)

MOST = 30
"""Most findings kept; the oldest are deleted."""

FACTS = "facts.json"


class Kept:
    """The sample in `folder`: one folder per finding with its pictures, its clip and `facts.json`."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most

    def add(self, proof: Proof) -> None:
        """Stores one; if the disk fails only the sample is lost."""
        try:
            self._write(proof)
            self._drop_oldest()
        except OSError as problem:
            log.warning("a disproved finding could not be kept", event_id=proof.event, problem=str(problem))

    def _write(self, proof: Proof) -> None:
        into = self._folder / proof.event
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        (into / FACTS).write_bytes(canonical_bytes(proof.facts))
        for file in proof.files:
            (into / file.name).write_bytes(file.data)

    def _drop_oldest(self) -> None:
        newest_first = sorted(
            self._folder.iterdir(), key=lambda one: (one.stat().st_mtime_ns, one.name), reverse=True
        )
        for one in newest_first[self._most :]:
            shutil.rmtree(one)
