"""The nodes' accounts at the broker, in the form of Mosquitto's password file (PBKDF2 with SHA-512)."""

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from sqlmodel import Session, col, select

from central.fleet.models import Node

ITERATIONS = 1000
"""The passwords are 24 random bytes, which can't be guessed at any speed."""


def hash_of(password: str) -> str:
    """`$7$ITERATIONS$SALT$HASH`, as `mosquitto_passwd` writes it."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def accounts(session: Session) -> dict[str, str]:
    """Password hashes by node, for nodes whose password was issued here."""
    found = session.exec(select(Node).where(col(Node.broker_hash).is_not(None)).order_by(col(Node.id)))
    return {node.id: node.broker_hash or "" for node in found}


def write(path: Path, wanted: Mapping[str, str]) -> int:
    """Updates the accounts in a password file, whose other lines stay; returns how many changed.

    Raises OSError.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = dict(line.partition(":")[::2] for line in lines)
    changed = {user for user, hashed in wanted.items() if known.get(user) != hashed}
    if changed:
        fresh = path.with_name(f".{path.name}.new")
        text = "".join(f"{user}:{hashed}\n" for user, hashed in (known | dict(wanted)).items())
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        if path.exists():
            stat = path.stat()
            os.chown(fresh, stat.st_uid, stat.st_gid)
            os.chmod(fresh, stat.st_mode & 0o777)
        fresh.replace(path)
    return len(changed)
