"""Enrols a node by the enrolment file its installer brings to the centre, and revokes its keys."""

from datetime import datetime

from pydantic import ValidationError
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.fleet.models import Node, NodeKey
from central.fleet.service import announce_camera
from contract.reports import Enrolment
from contract.signing import PublicKey


def parse_enrolment(text: str | bytes) -> Enrolment:
    """Reads an enrolment file. Raises InvalidError naming the error."""
    try:
        return Enrolment.model_validate_json(text)
    except ValidationError as problem:
        reasons = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise InvalidError("enrolment_file", problems=reasons) from problem


def enrol(session: Session, enrolment: Enrolment, now: datetime, actor: str) -> Node:
    """Adds a node, or a new key and new cameras to one that is known. Idempotent.

    Raises:
        ConflictError: the key is another node's, or was revoked.
        InvalidError: the key is invalid.
    """
    try:
        key = PublicKey.from_text(enrolment.public_key)
    except ValueError as problem:
        raise InvalidError("public_key", field="public_key") from problem
    known = session.get(NodeKey, key.key_id)
    if known is not None and known.node_id != enrolment.node:
        raise ConflictError("key_of_other_node", key=key.key_id, node=known.node_id)
    if known is not None and known.revoked_at is not None:
        raise ConflictError("key_revoked", key=key.key_id)
    node = session.get(Node, enrolment.node)
    if node is None:
        node = Node(id=enrolment.node, enrolled_at=now)
        session.add(node)
        session.flush()
    if known is None:
        session.add(NodeKey(key_id=key.key_id, node_id=node.id, public_key=key.text, enrolled_at=now))
    for camera in enrolment.cameras:
        announce_camera(session, node.id, camera)
    audit.record(session, actor, "node.enrol", f"node:{node.id}", {"key": key.key_id})
    return node


def revoke(session: Session, node_id: str, reason: str, now: datetime, actor: str) -> int:
    """Revokes all keys of a node, so that nothing it signs is accepted; returns how many."""
    if session.get(Node, node_id) is None:
        raise NotFoundError("node", node=node_id)
    in_use = select(NodeKey).where(NodeKey.node_id == node_id, col(NodeKey.revoked_at).is_(None))
    keys = session.exec(in_use).all()
    for key in keys:
        key.revoked_at = now
        key.revoked_reason = reason[:200]
    audit.record(session, actor, "node.revoke", f"node:{node_id}", {"keys": len(keys), "reason": reason})
    return len(keys)


def public_key_of(session: Session, key_id: str) -> str:
    """The public key (base64url) with that id, revoked or not. Raises NotFoundError."""
    key = session.get(NodeKey, key_id)
    if key is None:
        raise NotFoundError("node_key", key=key_id)
    return key.public_key
