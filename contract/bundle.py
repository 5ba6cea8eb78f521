"""A bundle: a folder of software or networks, signed by the centre, for machines without access to a
registry.

`bundle.jws` in the folder is a list of all files with their SHA-256 under the centre's Ed25519 key, as a
manifest is under a node's. A file that is not listed is refused like one that was altered. On a machine
without our software, `deploy/bundle/install.py` checks the same with Python's standard library and `openssl`.
"""

import hashlib
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from contract.signing import PublicKey, SignatureError, SigningKey, sign, verify
from contract.types import Identifier, Message, Sha256, Utc

SIGNED = "bundle.jws"
Kind = Literal["software", "models"]


class BundleError(ValueError):
    """The bundle is not what the centre signed; none of it may be used. The message says what is wrong."""


class Bundle(Message):
    """The signed content of a bundle: every file of the folder by its path, `/` between parts."""

    schema_: str = Field(default="ngatu.bundle/1", alias="schema", pattern=r"^ngatu\.bundle/1$")
    kind: Kind
    name: Identifier
    made_at: Utc
    files: dict[Annotated[str, StringConstraints(pattern=r"^[^/\\]+(/[^/\\]+)*$", max_length=300)], Sha256]


def seal(folder: Path, kind: Kind, name: str, key: SigningKey, now: datetime) -> Bundle:
    """Signs everything in the folder; an existing signature is replaced.

    Raises:
        BundleError: it is empty, or too large to be signed.
        OSError: the folder can't be read or written.
    """
    files = {path: _digest(folder / path) for path in _paths(folder)}
    if not files:
        raise BundleError(f"{folder} holds no file")
    try:
        bundle = Bundle(kind=kind, name=name, made_at=now, files=files)
        token = sign(bundle, key)
    except ValueError as problem:
        raise BundleError(f"{folder} can't be signed: {problem}") from problem
    (folder / SIGNED).write_text(token, encoding="ascii")
    return bundle


def check(folder: Path, key: PublicKey, kind: Kind) -> Bundle:
    """The folder's content, if it is exactly what this key signed as a bundle of that kind.

    Raises:
        BundleError: unsigned, signed by another, of another kind; a file altered, missing, or not listed.
    """
    try:
        bundle = Bundle.model_validate_json(verify((folder / SIGNED).read_text(encoding="ascii"), key))
    except OSError as problem:
        raise BundleError(f"{folder} is not signed: no {SIGNED}") from problem
    except (SignatureError, ValidationError, UnicodeDecodeError) as problem:
        raise BundleError(f"{folder / SIGNED} is not signed by the centre: {problem}") from problem
    if bundle.kind != kind:
        raise BundleError(f"{folder} is a bundle of {bundle.kind}, not of {kind}")
    found = set(_paths(folder))
    if strange := sorted(found - set(bundle.files)):
        raise BundleError(f"{folder / strange[0]} is not in the signed list")
    for path, sha256 in bundle.files.items():
        if path not in found or _digest(folder / path) != sha256:
            raise BundleError(f"{folder / path} is missing or not what was signed")
    return bundle


def _paths(folder: Path) -> list[str]:
    """All files of the folder except the signature; anything but a plain file is listed too, and so
    refused."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(str(PurePosixPath(path)) for path in found if str(path) != SIGNED)


def _digest(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"{path} is no plain file")
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
