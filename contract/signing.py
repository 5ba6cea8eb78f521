"""Signatures over messages: compact JWS (RFC 7515) with Ed25519 (RFC 9864), the payload being canonical JSON.

A node signs its manifests, the centre its receipts. The key id is the hash of the public key, so that a key
can't be presented under another's name.
"""

import base64
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel

from contract.canonical import canonical_bytes, read_json, sha256_hex

ALGORITHM = "Ed25519"
LARGEST_SIGNED = 512 * 1024
"""Most bytes of a signed message, for the signing node and the reading centre alike."""

_REGISTRY = JWSRegistry(algorithms=[ALGORITHM])
_REGISTRY.max_payload_length = LARGEST_SIGNED


class SignatureError(ValueError):
    """The text is not a JWS of the expected key; the message says which check failed."""


class TooLargeError(ValueError):
    """The message would be larger than the other side reads."""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: 32 raw bytes."""

    raw: bytes

    @cached_property
    def key_id(self) -> str:
        """First 32 hex digits of SHA-256 of the raw key: the `kid` of every signature made with it."""
        return sha256_hex(self.raw)[:32]

    @property
    def text(self) -> str:
        """base64url without padding, as in configuration and enrolment files."""
        return base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Reads the result of `text`. Raises ValueError when it is not 32 bytes of base64url."""
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            Ed25519PublicKey.from_public_bytes(raw)
        except ValueError as problem:
            raise ValueError(f"not an Ed25519 public key (32 bytes in base64url): {text[:50]!r}") from problem
        return cls(raw)


@dataclass(frozen=True, repr=False)
class SigningKey:
    """An Ed25519 private key. Its repr shows the key id only, so that a log can't leak it."""

    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.public.key_id})"

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key from the operating system's random source."""
        key = Ed25519PrivateKey.generate()
        return cls(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        """The key of a file (PKCS #8 in PEM, not encrypted).

        Raises:
            ValueError: it is not an Ed25519 private key. Its text quotes nothing from the file.
        """
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 private key in PEM")
        return cls(key.private_bytes_raw())

    @property
    def pem(self) -> bytes:
        """The key in file format: PKCS #8 in PEM, not encrypted."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def public(self) -> PublicKey:
        """The public half; cached, since each signature names it."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def sign(message: BaseModel, key: SigningKey) -> str:
    """Compact JWS whose payload is the message's canonical JSON.

    Raises:
        TooLargeError: it has more than LARGEST_SIGNED bytes.
    """
    header = {"alg": ALGORITHM, "kid": key.public.key_id}
    private = _jwk(key.public, key.seed)
    token = jws.serialize_compact(header, canonical_bytes(message), private, registry=_REGISTRY)
    if len(token) > LARGEST_SIGNED:
        raise TooLargeError(f"{len(token)} bytes signed, at most {LARGEST_SIGNED} are read")
    return token


def key_id_of(token: str) -> str:
    """The `kid` a JWS claims, unverified: used only to choose the key to verify with."""
    try:
        head = token.split(".", 1)[0]
        header = read_json(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        return str(header["kid"])
    except (ValueError, KeyError, TypeError) as problem:
        raise SignatureError("not a JWS with a key id in its header") from problem


def payload_of(token: str) -> bytes:
    """The signed bytes of a JWS, unverified: for one that was verified on arrival. Raises SignatureError."""
    try:
        payload = token.split(".")[1]
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    except (ValueError, IndexError) as problem:
        raise SignatureError("not a JWS") from problem


def verify(token: str, key: PublicKey) -> bytes:
    """The payload, if the signature is this key's.

    Raises:
        SignatureError: malformed, too large, another algorithm, another key, or altered content.
    """
    if key_id_of(token) != key.key_id:
        raise SignatureError(f"signed with key {key_id_of(token)}, expected {key.key_id}")
    try:
        return jws.deserialize_compact(token, _jwk(key), registry=_REGISTRY).payload
    except (JoseError, InvalidSignature, ValueError) as problem:
        what = "the content was altered, or another key signed it"
        raise SignatureError(f"signature does not verify: {what}") from problem


@lru_cache(maxsize=4096)
def _jwk(key: PublicKey, seed: bytes | None = None) -> OKPKey:
    values: dict[str, str | list[str]] = {"kty": "OKP", "crv": "Ed25519", "x": key.text}
    if seed is not None:
        values["d"] = base64.urlsafe_b64encode(seed).decode().rstrip("=")
    return OKPKey.import_key(values)
