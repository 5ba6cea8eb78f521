"""Canonical JSON (RFC 8785): one value has one sequence of bytes, so that its hash means something."""

import hashlib
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
    return rfc8785.dumps(plain)


def is_canonical(data: bytes) -> bool:
    """True if these bytes are the RFC 8785 encoding of the JSON they hold: nothing twice, nothing out of
    order. Raises ValueError when they are not JSON at all."""
    value = pydantic_core.from_json(data)
    try:
        return rfc8785.dumps(value) == data
    except rfc8785.CanonicalizationError:
        return False


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits, the form used in every message."""
    return hashlib.sha256(data).hexdigest()
