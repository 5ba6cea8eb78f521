"""Is this manifest what it says, from whom it says? Pure: no database, no clock."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from central.fleet.models import NodeKey
from central.ingest.work import RefusedError
from contract.canonical import sha256_hex
from contract.messages import EvidenceFile, Identifier, TrajectoryPoint, ViolationManifest
from contract.signing import PublicKey, SignatureError, key_id_of, verify

LARGEST_MANIFEST = 512 * 1024
_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


_public_key = lru_cache(maxsize=4096)(PublicKey.from_text)
_Coordinate = Annotated[float, Field(ge=-1, le=2)]


class _Point(TrajectoryPoint):
    """Coordinates are checked but not rounded once more: that would be two thirds of reading a manifest."""

    ground: tuple[_Coordinate, _Coordinate]
    box: tuple[_Coordinate, _Coordinate, _Coordinate, _Coordinate]


class _ArrivedManifest(ViolationManifest):
    trajectory: tuple[_Point, ...]


@dataclass(frozen=True)
class Sealed:
    """What ingest needs of a manifest whose signature and form are right; `sha256` is over the signed bytes.

    Not the manifest itself: a batch of them is so many objects that collecting garbage would cost more than
    all the checks.
    """

    event_id: str
    node: str
    camera: str
    sequence: int
    previous: str | None
    occurred_at: datetime
    files: tuple[EvidenceFile, ...]
    sha256: str
    key_id: str
    jws: str


def open_manifest(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> Sealed:
    """Checks size, key, signature, form and sender of a manifest that came on `node`'s topic.

    Raises:
        RefusedError: with the reason `too_large`, `malformed`, `unknown_key`, `revoked_key`, `bad_signature`,
            `schema` or `wrong_node`.
    """
    if len(payload) > LARGEST_MANIFEST:
        raise RefusedError("too_large", f"{len(payload)} bytes; a manifest has at most {LARGEST_MANIFEST}")
    token, key = _claimed_key(node, payload, keys)
    try:
        signed = verify(token, _public_key(key.public_key))
    except SignatureError as problem:
        raise RefusedError("bad_signature", str(problem)) from problem
    sha256 = sha256_hex(signed)
    if b"\\u0000" in signed:
        detail = "a text contains the character U+0000, which no database keeps"
        raise RefusedError("schema", detail, _answer_to(signed, sha256))
    try:
        manifest = _ArrivedManifest.model_validate_json(signed)
    except ValidationError as problem:
        raise RefusedError("schema", explain(problem), _answer_to(signed, sha256)) from problem
    if manifest.node != node:
        raise RefusedError("wrong_node", f"the manifest is of node {manifest.node}, the topic of {node}")
    return Sealed(
        event_id=manifest.event_id,
        node=node,
        camera=manifest.camera,
        sequence=manifest.sequence,
        previous=manifest.previous,
        occurred_at=manifest.occurred_at,
        files=manifest.files,
        sha256=sha256,
        key_id=key.key_id,
        jws=token,
    )


def signed_manifest(jws: str) -> ViolationManifest:
    """The manifest inside a JWS that was verified when it came (its key may have been revoked since)."""
    payload = jws.split(".")[1]
    return ViolationManifest.model_validate_json(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )


def _answer_to(signed: bytes, sha256: str) -> tuple[str, str] | None:
    try:
        event_id = json.loads(signed)["event_id"]
        return _IDENTIFIER.validate_python(event_id), sha256
    except (ValueError, KeyError, TypeError):
        return None


def _claimed_key(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> tuple[str, NodeKey]:
    try:
        token = payload.decode("ascii")
        key_id = key_id_of(token)
    except (UnicodeDecodeError, SignatureError) as problem:
        raise RefusedError("malformed", "not a signed message (compact JWS)") from problem
    key = keys.get(key_id)
    if key is None or key.node_id != node:
        raise RefusedError("unknown_key", f"key {key_id[:64]!r} is not one of node {node}")
    if key.revoked_at is not None:
        raise RefusedError("revoked_key", f"key {key_id} of node {node} was revoked: {key.revoked_reason}")
    return token, key


def explain(problem: ValidationError) -> str:
    """The first few faults by place, without the values: those came from outside."""
    faults = [f"{'.'.join(map(str, e['loc'])) or 'message'}: {e['type']}" for e in problem.errors()[:5]]
    return "; ".join(faults)
