"""Joining by an invitation, and changing the node's key: the logic of the installer's commands.

A change of keys sets the outbox aside with the key that signed it (`outbox-KEYID`) and starts another; the
node continues delivering from both. It can be interrupted at any step and run again.
"""

import json
import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import structlog

from configs.node import NodeConfig
from contract.canonical import read_json
from contract.faults import MessageError
from contract.joining import Invitation, Joining, KeyChange, Welcome, read_welcome
from contract.reports import CameraInfo
from contract.signing import PublicKey, SignatureError, SigningKey, sign, verify
from edge.camera import SOFTWARE
from edge.delivery.index import OutboxError
from edge.delivery.outbox import Outbox, inspect
from edge.evidence.keys import (
    NODE_KEY_FILE,
    enrolment,
    load_centre_key,
    load_node_key,
    load_or_make_key,
    load_or_make_node_key,
    place_secret,
    store_centre_key,
)

log = structlog.get_logger(__name__)

NEXT_KEY_FILE = "node-key.next.pem"
ADDRESS_FILE = "centre-address"
PATIENCE = 30.0
_LARGEST_ANSWER = 300_000


class JoiningError(RuntimeError):
    """The centre did not accept the node, or can't be reached; the message says what to do."""


def join(config: NodeConfig, cameras: tuple[CameraInfo, ...], invitation: Invitation) -> Welcome:
    """Makes the node's key (once), registers it, and stores the centre's answer: its public key, its address,
    the node's broker password and the broker's CA certificate, if the node's file names files for them.

    Raises:
        JoiningError: see there.
        KeyFileError: the node's key can't be used.
    """
    if invitation.node != config.id:
        raise JoiningError(f"the invitation is for node {invitation.node}, this one is {config.id}")
    key = load_or_make_node_key(config.data)
    request = Joining(secret=invitation.secret, enrolment=enrolment(config.id, key.public, SOFTWARE, cameras))
    centre = PublicKey.from_text(invitation.centre_key)
    welcome = _ask(f"{invitation.address}/api/v1/joinings", sign(request, key), centre, key.public)
    store_centre_key(config.centre_key, centre)
    (config.data / ADDRESS_FILE).write_text(invitation.address + "\n", encoding="utf-8")
    if welcome.broker_password is not None and config.broker.password_file is not None:
        place_secret(config.broker.password_file, welcome.broker_password.encode() + b"\n")
    if welcome.broker is not None and welcome.broker.ca and config.broker.ca is not None:
        config.broker.ca.write_text(welcome.broker.ca, encoding="ascii")
    return welcome


def change_key(config: NodeConfig, cameras: tuple[CameraInfo, ...]) -> PublicKey:
    """Gives the node another key, registered at the centre before it is used; returns its public key.

    Raises:
        JoiningError: the node did not join by an invitation, or the centre refuses.
        OutboxError: the node is running.
        KeyFileError: a key can't be used.
    """
    old = load_node_key(config.data)
    try:
        address = (config.data / ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        raise JoiningError(f"{config.data} knows no address of the centre: `ngatu edge join` first") from None
    new = load_or_make_key(config.data / NEXT_KEY_FILE)
    aside = config.data / f"outbox-{old.public.key_id}"
    if not aside.exists():
        Outbox(config.data / "outbox", old.public, config.outbox_bytes).close()  # no other process holds it
    proof = sign(enrolment(config.id, new.public, SOFTWARE, cameras), new)
    request = sign(KeyChange(node=config.id, proof=proof), old)
    _ask(f"{address}/api/v1/key-changes", request, load_centre_key(config.centre_key), new.public)
    if not aside.exists():
        os.rename(config.data / "outbox", aside)
    os.replace(config.data / NEXT_KEY_FILE, config.data / NODE_KEY_FILE)
    return new.public


def earlier_outboxes(config: NodeConfig, key: SigningKey) -> list[Outbox]:
    """The outboxes of earlier keys that still hold pending or rejected packages; finished ones are removed.

    Raises:
        JoiningError: a change of keys was interrupted.
        OutboxError: another process holds one, or the disk fails.
    """
    if (config.data / f"outbox-{key.public.key_id}").exists():
        raise JoiningError("a change of the node's key was interrupted: run `ngatu edge change-key` again")
    return [
        Outbox(folder, _key_of(folder), config.outbox_bytes)
        for folder in sorted(config.data.glob("outbox-*"))
        if not _is_through(folder)
    ]


def _key_of(folder: Path) -> PublicKey:
    try:
        return PublicKey.from_text((folder / "key").read_text(encoding="ascii"))
    except (OSError, ValueError) as problem:
        raise OutboxError(f"{folder} does not tell its key: {problem}") from problem


def _is_through(folder: Path) -> bool:
    """Whether the centre has all of it; such a folder is deleted."""
    summary, _ = inspect(folder)
    if summary.undelivered.packages or summary.quarantined or summary.states.get("rejected"):
        return False
    log.info("an outbox of an earlier key is through and removed", folder=str(folder))
    shutil.rmtree(folder)
    return True


def _ask(address: str, token: str, centre: PublicKey, key: PublicKey) -> Welcome:
    """The centre's answer to a signed request about a key, its signature checked. Raises JoiningError."""
    body = json.dumps({"token": token}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 (the address the installer typed)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 (the address the installer typed)
            told = read_json(answer.read(_LARGEST_ANSWER))
        welcome = read_welcome(verify(str(told["token"]), centre))
    except urllib.error.HTTPError as refusal:
        raise JoiningError(f"the centre refuses: {_problem(refusal)}") from None
    except (OSError, ValueError, KeyError, TypeError, SignatureError, MessageError) as problem:
        raise JoiningError(f"no answer of the centre from {address}: {problem}") from problem
    if welcome.public_key != key.text:
        raise JoiningError("the centre answers about another key")
    return welcome


def _problem(refusal: urllib.error.HTTPError) -> str:
    """The text of a problem document (RFC 9457), else the status."""
    try:
        told = read_json(refusal.read(_LARGEST_ANSWER))
        return f"{told['title']}: {told.get('detail', '')}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP {refusal.code}"
