"""The centre's keys in a backup: always by name and fingerprint, the keys themselves only sealed under a
passphrase.

Somebody who holds a backup with open keys could read every owner's data and sign in the centre's name. So
either people store the keys separately, and a restore requires them in place, or they travel sealed (scrypt,
AES-256-GCM) under a passphrase stored elsewhere.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from central.backup.contents import SEALED_KEYS, BackupError
from central.files import write_new
from central.settings import CentralSettings
from central.vault import Vault, VaultError, parse_keys
from contract.canonical import sha256_hex
from contract.signing import SigningKey

CENTRE, OWNER, INDEX = "centre.key", "owner.key", "index.key"
_SCRYPT_COST = 2**15
_SHORTEST = 12


@dataclass(frozen=True)
class Keys:
    """The contents of the key files by name."""

    contents: Mapping[str, bytes]

    @classmethod
    def in_place(cls, settings: CentralSettings) -> "Keys":
        """The keys that are in place."""
        places = places_of(settings)
        return cls({name: path.read_bytes() for name, path in places.items() if path.exists()})

    def fingerprints(self) -> dict[str, list[str]]:
        """The fingerprint of each key in each file, which does not reveal the key. Raises BackupError."""
        found = {CENTRE: [self.signing().public.key_id]} if CENTRE in self.contents else {}
        for name in (OWNER, INDEX):
            if name in self.contents:
                found[name] = _fingerprints(name, self.contents[name])
        return found

    def lacking(self, wanted: Mapping[str, list[str]]) -> list[str]:
        """Names of files that lack one of these keys. A newer owner key beside them is no problem."""
        known = self.fingerprints()
        return [name for name, keys in wanted.items() if not set(keys) <= set(known.get(name, []))]

    def signing(self) -> SigningKey:
        """The centre's own key. Raises BackupError."""
        try:
            return SigningKey.from_pem(self.contents[CENTRE])
        except (KeyError, ValueError) as problem:
            raise BackupError(f"{CENTRE} is missing or no key: what it signed can't be checked") from problem


def all_in_place(settings: CentralSettings) -> Keys:
    """The keys in place. Raises BackupError when one that the settings name is missing: nobody could open
    that backup again.
    """
    named = (settings.key_file, settings.owner_key_file, settings.index_key_file)
    for path in named:
        if path is not None and not path.exists():
            raise BackupError(f"the settings name the key {path}, which is not here: nothing is saved")
    return Keys.in_place(settings)


def places_of(settings: CentralSettings) -> dict[str, Path]:
    """The path of each key."""
    return {CENTRE: settings.centre_key_file, OWNER: settings.owner_key, INDEX: settings.index_key}


def seal(keys: Keys, passphrase: str, folder: Path) -> None:
    """Writes the sealed keys into a set. Raises BackupError when the passphrase is too short."""
    if len(passphrase) < _SHORTEST:
        raise BackupError(f"the passphrase is too short: {_SHORTEST} characters or more")
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = json.dumps({name: b64encode(content).decode() for name, content in keys.contents.items()})
    box = AESGCM(_key_from(passphrase, salt)).encrypt(nonce, plain.encode(), SEALED_KEYS.encode())
    values = {"salt": salt, "nonce": nonce, "box": box}
    text = json.dumps({name: b64encode(value).decode() for name, value in values.items()})
    write_new(folder / SEALED_KEYS, text.encode())


def unseal(folder: Path, passphrase: str) -> Keys:
    """The keys of a set. Raises BackupError: it contains none, or they were sealed under another
    passphrase.
    """
    try:
        values = json.loads((folder / SEALED_KEYS).read_text(encoding="ascii"))
        salt, nonce, box = (b64decode(values[name]) for name in ("salt", "nonce", "box"))
        plain = AESGCM(_key_from(passphrase, salt)).decrypt(nonce, box, SEALED_KEYS.encode())
    except FileNotFoundError as problem:
        raise BackupError(
            f"{folder} holds no keys: put them in their places, without passphrase"
        ) from problem
    except (OSError, ValueError, KeyError, TypeError, InvalidTag) as problem:
        raise BackupError(f"{folder / SEALED_KEYS} does not open with this passphrase") from problem
    return Keys({name: b64decode(content) for name, content in json.loads(plain).items()})


def put_in_place(keys: Keys, settings: CentralSettings) -> None:
    """Writes the keys that are not in place yet, readable by their owner only."""
    for name, path in places_of(settings).items():
        if name in keys.contents and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(path, keys.contents[name])


def _key_from(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_SCRYPT_COST, r=8, p=1).derive(passphrase.encode())


def _fingerprints(name: str, content: bytes) -> list[str]:
    try:
        keys = parse_keys(content, Path(name))
    except VaultError as problem:
        raise BackupError(str(problem)) from problem
    if name == OWNER:
        return [Vault((key,)).key_id for key in keys]
    return [sha256_hex(b"ngatu blind index" + key)[:16] for key in keys]
