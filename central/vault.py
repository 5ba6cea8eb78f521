"""Personal data at rest: encrypted with AES-256-GCM, bound to their record, searchable without decryption.

A key file contains one key per line, 64 hex digits, the newest first: the newest seals, all of them open.
`add_key` puts a new one on top; jobs then seal again what older keys sealed (`reseal` of each feature), and
the old line can be removed when nothing is left.
"""

import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from central.files import write_new
from contract.canonical import sha256_hex

KEY_BYTES = 32
_NONCE_BYTES = 12


class VaultError(Exception):
    """A key can't be used, or the sealed data were altered."""


@dataclass(frozen=True, repr=False)
class Vault:
    """Seals with the newest key and opens with any. Its repr shows the newest key's fingerprint only."""

    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Vault({self.key_id})"

    @property
    def key_id(self) -> str:
        """Fingerprint of the sealing key, stored beside the data: data sealed by another key must be sealed
        again.
        """
        return sha256_hex(b"ngatu owner vault" + self.keys[0])[:16]

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """Reads the keys.

        Raises:
            VaultError: no such file, or a line that is not a key.
        """
        keys = read_keys(path)
        return cls(keys)

    @classmethod
    def create_file(cls, path: Path) -> "Vault":
        """Creates a key file that only its owner can read, and its vault; an existing file is kept."""
        create_key_file(path)
        return cls.from_file(path)

    def seal(self, data: bytes, context: str) -> bytes:
        """Nonce and ciphertext; the same `context` (a case, a person's field) is required to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.keys[0]).encrypt(nonce, data, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plain content.

        Raises:
            VaultError: none of the keys, another context, or altered bytes.
        """
        for key in self.keys:
            try:
                return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
            except (InvalidTag, ValueError):
                continue
        raise VaultError("sealed data do not open with these keys in this place")


@dataclass(frozen=True, repr=False)
class BlindIndex:
    """Finds sealed values by a keyed hash: equal values have equal hashes, and without the key nobody can
    test candidates.
    """

    key: bytes

    @classmethod
    def create_file(cls, path: Path) -> "BlindIndex":
        """Creates the key's file or reads it. This key is never changed: every hash would have to be computed
        again.
        """
        create_key_file(path)
        return cls(read_keys(path)[0])

    def of(self, kind: str, value: str) -> str:
        """The hash of a value of that kind; spaces and case don't matter."""
        return hmac.digest(self.key, f"{kind}\x00{compared(value)}".encode(), "sha256").hex()


def compared(value: str) -> str:
    """A value as it is compared: without spaces, in capitals."""
    return "".join(value.split()).upper()


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, the newest first. Raises VaultError."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise VaultError(f"key file {path}: {problem}; make one with `openssl rand -hex 32`") from None
    return parse_keys(content, path)


def parse_keys(content: bytes, path: Path) -> tuple[bytes, ...]:
    """The keys in a key file's content, the newest first. Raises VaultError."""
    try:
        keys = tuple(bytes.fromhex(line) for line in content.decode("ascii").split())
    except ValueError as problem:
        raise VaultError(f"key file {path}: {problem}; make one with `openssl rand -hex 32`") from None
    if not keys:
        raise VaultError(f"key file {path} is empty; make one with `openssl rand -hex 32`")
    for key in keys:
        if len(key) != KEY_BYTES:
            raise VaultError(f"key file {path}: {len(key)} bytes, need {KEY_BYTES} (64 hex digits)")
    return keys


def create_key_file(path: Path) -> None:
    """Creates a file with one new key that only its owner can read; an existing file is kept."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, _as_content([os.urandom(KEY_BYTES)]))


def add_key(path: Path) -> str:
    """Puts a new key on top of the file, in one step; returns the new fingerprint. Raises VaultError."""
    keys = [os.urandom(KEY_BYTES), *read_keys(path)]
    beside = path.with_suffix(".new")
    write_new(beside, _as_content(keys))
    beside.replace(path)
    return Vault(tuple(keys)).key_id


def _as_content(keys: list[bytes]) -> bytes:
    return "".join(f"{key.hex()}\n" for key in keys).encode("ascii")
