"""Canonical JSON (RFC 8785): one value has one byte sequence, so that its hash is well defined."""

import hashlib
import json
import re
from typing import Any

import pydantic_core
import rfc8785
from pydantic import BaseModel


def canonical_bytes(value: BaseModel | dict[str, Any]) -> bytes:
    """The RFC 8785 encoding of a message or of plain JSON data.

    Raises:
        rfc8785.CanonicalizationError: a number is not finite or an integer is beyond 2**53.
    """
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    return _quickly(plain) or rfc8785.dumps(plain)


_NUMBER_OF_RFC_8785 = re.compile(r"(?:^|\":|[,\[])-?\d+(?:[.eE]|\d{15})")
"""Numbers that may be a fraction or an integer beyond 2**53, which Python writes differently or not at
all."""


def _quickly(plain: object) -> bytes | None:
    """The same bytes by Python's own encoder, several times as fast; None unless it is sure that they are
    equal: all text is ASCII (keys are then in the same order) and no number needs the rules of RFC 8785."""
    try:
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        return None
    return text.encode() if text.isascii() and not _NUMBER_OF_RFC_8785.search(text) else None


def read_json(data: bytes | str) -> Any:
    """Parses JSON from an untrusted source. Raises ValueError if it is malformed, or nested too deeply:
    Python's own parser fails on that with a different error."""
    return pydantic_core.from_json(data)


def is_canonical(data: bytes) -> bool:
    """True if these bytes are the RFC 8785 encoding of their JSON: no repeated keys, nothing out of order.
    Raises ValueError when they are not JSON at all."""
    value = read_json(data)
    try:
        return rfc8785.dumps(value) == data
    except rfc8785.CanonicalizationError:
        return False


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits, the form used in every message."""
    return hashlib.sha256(data).hexdigest()
