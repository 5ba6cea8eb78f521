"""Checks a manifest's content and its sender. Pure: no database, no clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from central.fleet.models import NodeKey
from central.ingest.work import Arrived, Asked, RefusedError
from contract.canonical import sha256_hex
from contract.configuration import Standing, read_standing
from contract.faults import MessageError, UnsupportedError, version_of
from contract.manifest import NEWEST, VERSION_OF, ViolationManifest, parse, read
from contract.reasons import reason
from contract.signing import LARGEST_SIGNED, PublicKey, SignatureError, key_id_of, payload_of, verify
from contract.topics import parse_topic
from contract.types import Identifier
from contract.what_if import Answer, read_answer

_public_key = lru_cache(maxsize=4096)(PublicKey.from_text)
_Said = TypeVar("_Said", Standing, Answer)


@dataclass(frozen=True)
class File:
    """A file as a manifest names it."""

    sha256: str
    bytes: int
    media_type: str


@dataclass(frozen=True)
class Sealed:
    """The data of a manifest with valid signature and form that ingest needs; `sha256` is over the signed
    bytes, `version` is that of its schema.

    Not the manifest itself: garbage collection of a batch of those many objects would cost more than all the
    checks.
    """

    event_id: str
    node: str
    camera: str
    sequence: int
    previous: str | None
    occurred_at: datetime
    files: tuple[File, ...]
    version: int
    sha256: str
    key_id: str
    jws: str
    test: bool = False


def open_manifest(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> Sealed:
    """Checks size, key, signature, form and sender of a manifest that arrived on `node`'s topic.

    Raises:
        RefusedError: with the reason `message.too_large`, `malformed`, `unknown_key`, `revoked_key`,
            `bad_signature`, `null_character`, `faulty`, `newer`, `unknown_keys` or `wrong_node`.
    """
    token, key, signed = _verified(node, payload, keys)
    sha256 = sha256_hex(signed)
    if b"\\u0000" in signed:
        raise RefusedError(reason("message.null_character"), _asked(signed, sha256))
    try:
        manifest = parse(signed)
    except MessageError as problem:
        newer = isinstance(problem, UnsupportedError)
        raise RefusedError(problem.reason, _asked(signed, sha256), may_come_again=newer) from problem
    if manifest.node != node:
        raise RefusedError(reason("message.wrong_node", node=manifest.node, topic=node))
    return Sealed(
        event_id=manifest.event_id,
        node=node,
        camera=manifest.camera,
        sequence=manifest.sequence,
        previous=manifest.previous,
        occurred_at=manifest.occurred_at,
        files=tuple(File(file.sha256, file.bytes, file.media_type) for file in manifest.files),
        version=VERSION_OF[type(manifest)],
        sha256=sha256,
        key_id=key.key_id,
        jws=token,
        test=isinstance(manifest, ViolationManifest) and manifest.test,
    )


def open_standing(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> Standing:
    """Checks a message on `node`'s topic of standings. Raises RefusedError as `open_manifest` does."""
    return _opened(read_standing, node, payload, keys)


def open_answer(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> Answer:
    """Checks a message on `node`'s topic of answers. Raises RefusedError as `open_manifest` does."""
    return _opened(read_answer, node, payload, keys)


def _opened(
    read_it: Callable[[bytes], _Said], node: str, payload: bytes, keys: Mapping[str, NodeKey]
) -> _Said:
    _, _, signed = _verified(node, payload, keys)
    if b"\\u0000" in signed:
        raise RefusedError(reason("message.null_character"))
    try:
        said = read_it(signed)
    except MessageError as problem:
        raise RefusedError(problem.reason) from problem
    if said.node != node:
        raise RefusedError(reason("message.wrong_node", node=said.node, topic=node))
    return said


def signed_manifest(jws: str) -> ViolationManifest:
    """The manifest inside a JWS that was verified on arrival (its key may have been revoked since)."""
    return read(payload_of(jws))


def whom_to_answer(message: Arrived, keys: Mapping[str, NodeKey]) -> Asked | None:
    """The manifest to be answered, for a message on which our own code fails; None if it is not one, or that
    can't be determined either.
    """
    try:
        topic = parse_topic(message.topic)
        if topic.kind != "manifest":
            return None
        token, key = _claimed_key(topic.node, message.payload, keys)
        signed = verify(token, _public_key(key.public_key))
        return _asked(signed, sha256_hex(signed))
    except Exception:
        return None


class _Named(BaseModel):
    """The one key of a manifest an answer needs."""

    model_config = ConfigDict(extra="ignore")

    event_id: Identifier


def _asked(signed: bytes, sha256: str) -> Asked | None:
    """The addressee for a manifest that can't be read; None if it does not even name its event."""
    try:
        event_id = _Named.model_validate_json(signed).event_id
    except ValidationError:
        return None
    try:
        return Asked(event_id, sha256, version_of("manifest", signed))
    except MessageError:
        return Asked(event_id, sha256, NEWEST)


def _verified(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> tuple[str, NodeKey, bytes]:
    """The JWS, the key that signed it, and the signed content."""
    if len(payload) > LARGEST_SIGNED:
        raise RefusedError(reason("message.too_large", size_bytes=len(payload), most_bytes=LARGEST_SIGNED))
    token, key = _claimed_key(node, payload, keys)
    try:
        return token, key, verify(token, _public_key(key.public_key))
    except SignatureError as problem:
        raise RefusedError(reason("message.bad_signature", detail=str(problem)[:300])) from problem


def _claimed_key(node: str, payload: bytes, keys: Mapping[str, NodeKey]) -> tuple[str, NodeKey]:
    try:
        token = payload.decode("ascii")
        key_id = key_id_of(token)
    except (UnicodeDecodeError, SignatureError) as problem:
        raise RefusedError(reason("message.malformed")) from problem
    key = keys.get(key_id)
    if key is None or key.node_id != node:
        raise RefusedError(reason("message.unknown_key", key=key_id[:64], node=node))
    if key.revoked_at is not None:
        raise RefusedError(reason("message.revoked_key", key=key_id, node=node, why=key.revoked_reason))
    return token, key
