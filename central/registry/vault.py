"""Owners' personal data at rest: sealed with AES-256-GCM, bound to their case, opened to named readers."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.canonical import sha256_hex

KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultError(Exception):
    """The key can't be used, or the sealed data are not what was sealed."""


@dataclass(frozen=True, repr=False)
class OwnerVault:
    """Seals and opens with one key. Its repr shows the key's fingerprint only."""

    key: bytes

    def __repr__(self) -> str:
        return f"OwnerVault({self.key_id})"

    @property
    def key_id(self) -> str:
        """Fingerprint stored beside the data, so that after a change of key the right one can be found."""
        return sha256_hex(b"ngatu owner vault" + self.key)[:16]

    @classmethod
    def from_file(cls, path: Path) -> "OwnerVault":
        """Reads a key of 64 hex digits.

        Raises:
            VaultError: no such file, or not such a key.
        """
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as problem:
            raise VaultError(
                f"owner key file {path}: {problem}; make one with `openssl rand -hex 32`"
            ) from None
        if len(key) != KEY_BYTES:
            raise VaultError(f"owner key file {path}: {len(key)} bytes, need {KEY_BYTES} (64 hex digits)")
        return cls(key)

    @classmethod
    def create_file(cls, path: Path) -> "OwnerVault":
        """Makes a key file that only its owner can read, and its vault; an existing file is kept."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(os.urandom(KEY_BYTES).hex() + "\n")
        return cls.from_file(path)

    def seal(self, data: bytes, context: str) -> bytes:
        """Nonce and ciphertext; `context` (the case) must be the same when it is opened."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, data, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed.

        Raises:
            VaultError: another key, another case, or altered bytes.
        """
        try:
            return AESGCM(self.key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as problem:
            raise VaultError("sealed owner data do not open with this key and case") from problem
