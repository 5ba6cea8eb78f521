"""The statement the centre signs for a copy."""

from typing import Literal

from pydantic import Field

from contract.types import Message, Sha256, Utc


class CopyStatement(Message):
    """States that a file is a copy of another, with a number of regions hidden in it. Signed like every
    message of ours: compact JWS, Ed25519, canonical JSON.

    `manifest` is the SHA-256 of the manifest the node signed, which names the original; `masked` is of the
    copy. `frames` is 1 for a
    picture; `plates` and `faces` are counted over all frames that were looked at.
    """

    schema_: Literal["ngatu.copy/1"] = Field(default="ngatu.copy/1", alias="schema")
    event_id: str
    name: str
    manifest: Sha256
    original: Sha256
    masked: Sha256
    made_at: Utc
    frames: int
    plates: int
    faces: int
