"""A node's stored camera configurations: for each camera a record, the signed revisions and a history.

In the node's data folder, per camera: `record.json`, `<number>.jws` as received from the centre, and
`history.jsonl` with one line per event, its author and reason.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contract.canonical import canonical_bytes
from contract.configuration import Revision
from contract.reasons import Reason
from contract.types import Count, Message, Sha256, Utc
from edge.configuration.comparing import Figures
from edge.files import replace_file

REVISIONS_KEPT = 20


class Trial(Message):
    """A revision on trial: how the camera performed before, the revision to roll back to, and the number of
    restarts since."""

    before: Figures | None
    previous: Count
    starts: Count = 0


class Record(Message):
    """State of one camera (see `contract.configuration.Standing`); `own_sha256` is the hash of the node's own
    file when a revision first replaced it."""

    revision: Count = 0
    since: Utc | None = None
    handled: Count = 0
    handled_sha256: Sha256 | None = None
    outcome: str = ""
    reason: Reason | None = None
    own_sha256: Sha256 | None = None
    trial: Trial | None = None


class Store:
    """The records of one node. Writing raises OSError if the disk fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record(self, camera: str) -> Record:
        """The camera's state; a new record if there is none or it can't be read."""
        try:
            return Record.model_validate_json((self._folder / camera / "record.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return Record()

    def keep(self, camera: str, record: Record) -> None:
        """Replaces the record atomically."""
        _write(self._folder / camera / "record.json", canonical_bytes(record))

    def keep_revision(self, camera: str, number: int, token: str) -> None:
        """Stores a revision as it was signed; the oldest are deleted."""
        _write(self._folder / camera / f"{number}.jws", token.encode("ascii"))
        kept = sorted((self._folder / camera).glob("*.jws"), key=lambda path: int(path.stem))
        for path in kept[:-REVISIONS_KEPT]:
            path.unlink()

    def revision(self, camera: str, number: int) -> str | None:
        """The signed revision of that number, if still stored."""
        try:
            return (self._folder / camera / f"{number}.jws").read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    def note(self, camera: str, at: datetime, record: Record, revision: Revision | None) -> None:
        """Adds a line to the camera's history."""
        line = {
            "at": at.isoformat(timespec="seconds"),
            "outcome": record.outcome,
            "revision": record.handled,
            "in_force": record.revision,
            "reason": record.reason.model_dump(mode="json") if record.reason else None,
            "author": revision.author if revision else None,
            "why": revision.why if revision else None,
        }
        (self._folder / camera).mkdir(parents=True, exist_ok=True)
        with (self._folder / camera / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def history(self, camera: str) -> list[dict[str, Any]]:
        """The events, oldest first; a line truncated by a power cut is left out."""
        try:
            lines = (self._folder / camera / "history.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [line for text in lines if (line := _line(text)) is not None]


def _line(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(path, content)
