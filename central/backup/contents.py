"""Contents of a backup: a pool of evidence that all sets share, and a folder for each set.

    FOLDER/media/ab/cd/<sha256>        evidence and sealed papers, each once, whatever the number of sets
    FOLDER/sets/20261128T181826Z/      one moment: database, list of the evidence, settings
        backup.jws                     what the set holds, signed with the centre's key

`media.sha256` is what `sha256sum --check` reads in FOLDER/media, so that a backup can be checked without us.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from central.media.store import MediaStore
from contract.signing import PublicKey, SignatureError, verify
from contract.types import Count, Message, Sha256, Utc

SIGNED = "backup.jws"
MEDIA_LIST = "media.sha256"
SETTINGS = "settings.yaml"
SEALED_KEYS = "keys.sealed"


class BackupError(Exception):
    """Saving or restoring failed; the message says why and what to do."""


class Contents(Message):
    """What a set holds: `files` by name with their hashes, `keys` by name with their fingerprints (the keys
    themselves only in `keys.sealed`), and the figures the restored database must show again.
    """

    schema_: str = Field(default="ngatu.backup/1", alias="schema", pattern=r"^ngatu\.backup/1$")
    made_at: Utc
    software: str
    database: Literal["sqlite", "postgresql"]
    cases: Count
    audit_entries: Count
    audit_head: Sha256
    media_files: Count
    media_bytes: Count
    files: dict[str, Sha256]
    keys: dict[str, list[str]]


@dataclass(frozen=True)
class Shelf:
    """A folder of backups and their shared evidence."""

    root: Path

    @property
    def pool(self) -> MediaStore:
        """The folder with the evidence of all sets."""
        return MediaStore(self.root / "media")

    @property
    def sets(self) -> list[Path]:
        """The finished sets, the oldest first."""
        folder = self.root / "sets"
        return sorted(path for path in folder.glob("*Z") if path.is_dir()) if folder.exists() else []

    def place_for(self, moment: datetime) -> Path:
        """The folder for the set of that moment."""
        return self.root / "sets" / f"{moment:%Y%m%dT%H%M%SZ}"

    def latest(self) -> Path:
        """The newest set. Raises BackupError when there is none."""
        if not self.sets:
            raise BackupError(f"{self.root} holds no backup (no {self.root / 'sets'}/…Z)")
        return self.sets[-1]


def read_contents(folder: Path, key: PublicKey) -> Contents:
    """The contents of the set, if this key signed it and every file in it is as signed.

    Raises:
        BackupError: names the file that is not.
    """
    try:
        contents = Contents.model_validate_json(verify(_token(folder), key))
    except (SignatureError, ValidationError) as problem:
        raise BackupError(f"{folder / SIGNED} is not what the centre signed: {problem}") from problem
    for name, sha256 in contents.files.items():
        if sha256_of(folder / name) != sha256:
            raise BackupError(f"{folder / name} was altered after it was saved: take another set")
    return contents


def listed(folder: Path) -> list[str]:
    """The hashes of the evidence that a set lists."""
    lines = (folder / MEDIA_LIST).read_text(encoding="ascii").splitlines()
    return [line.split(" ", 1)[0] for line in lines]


def sha256_of(path: Path) -> str:
    """The hash of a file. Raises BackupError when it can't be read."""
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as problem:
        raise BackupError(f"{path} can't be read: {problem.strerror}") from problem


def _token(folder: Path) -> str:
    try:
        return (folder / SIGNED).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise BackupError(f"{folder / SIGNED} can't be read: is {folder} a finished set?") from problem
