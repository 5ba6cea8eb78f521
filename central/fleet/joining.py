"""Admits nodes by a one-time invitation, and changes their keys."""

import secrets
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from central.audit import service as audit
from central.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from central.fleet.broker_accounts import hash_of
from central.fleet.enrolment import enrol
from central.fleet.models import Node, NodeInvitation, NodeKey
from contract.canonical import sha256_hex
from contract.faults import MessageError
from contract.joining import Joining, read_joining, read_key_change
from contract.reports import Enrolment
from contract.signing import PublicKey, SignatureError, key_id_of, payload_of, verify
from contract.types import NodeId

VALID = timedelta(days=2)

_NODE_ID: TypeAdapter[str] = TypeAdapter(NodeId)


def invite(session: Session, node_id: str, now: datetime, actor: str) -> str:
    """Creates an invitation for a node; returns its secret, which is not stored.

    Earlier ones of the node end. Raises InvalidError: not a valid node name.
    """
    try:
        _NODE_ID.validate_python(node_id)
    except ValidationError:
        raise InvalidError("node_name", field="node") from None
    for earlier in session.exec(select(NodeInvitation).where(NodeInvitation.node_id == node_id)):
        session.delete(earlier)
    session.flush()
    secret = secrets.token_urlsafe(24)
    digest = sha256_hex(secret.encode())
    session.add(
        NodeInvitation(secret_sha256=digest, node_id=node_id, made_by=actor, made_at=now, ends_at=now + VALID)
    )
    audit.record(session, actor, "node.invite", f"node:{node_id}", {})
    return secret


def join(session: Session, token: str, now: datetime) -> tuple[Node, str]:
    """Admits a node by its request; returns it and its new password at the broker, which is not stored.

    Raises:
        InvalidError: it is not signed with the key it brings, or is not a request.
        ForbiddenError: no invitation of that node, or one that was used or has ended.
        ConflictError: the key is another node's, or was revoked.
    """
    request = _signed_by_its_own(token)
    node_id = request.enrolment.node
    digest = sha256_hex(request.secret.encode())
    invitation = session.exec(
        select(NodeInvitation).where(NodeInvitation.secret_sha256 == digest).with_for_update()
    ).first()
    if invitation is None or invitation.node_id != node_id or invitation.ends_at <= now:
        raise ForbiddenError("invitation")
    session.delete(invitation)
    node = enrol(session, request.enrolment, now, f"invitation:{invitation.made_by}")
    password = secrets.token_urlsafe(24)
    node.broker_hash = hash_of(password)
    return node, password


def change_key(session: Session, token: str, now: datetime) -> Node:
    """Accepts a node's new key, sent under one it has; earlier messages signed with the old key stay valid.
    Idempotent.

    Raises:
        InvalidError: it is not signed with both keys, or is not such a request.
        ForbiddenError: the old key is not one in use.
        ConflictError: the new key is another node's, or was revoked.
    """
    try:
        old = session.get(NodeKey, key_id_of(token))
        if old is None or old.revoked_at is not None:
            raise ForbiddenError("node_key")
        change = read_key_change(verify(token, PublicKey.from_text(old.public_key)))
        enrolment = Enrolment.model_validate_json(payload_of(change.proof))
        verify(change.proof, PublicKey.from_text(enrolment.public_key))
    except (SignatureError, MessageError, ValueError) as problem:
        raise InvalidError("node_request") from problem
    if {old.node_id, change.node} != {enrolment.node}:
        raise ForbiddenError("node_key")
    node = enrol(session, enrolment, now, f"node:{old.node_id}")
    if old.public_key != enrolment.public_key and old.retired_at is None:
        old.retired_at = now
    return node


def revoke_key(
    session: Session, node_id: str, key_id: str, reason: str, now: datetime, actor: str
) -> NodeKey:
    """Revokes one key of a node: nothing signed with it is accepted any more. Raises NotFoundError,
    ConflictError.
    """
    key = session.get(NodeKey, key_id)
    if key is None or key.node_id != node_id:
        raise NotFoundError("node_key", key=key_id)
    if key.revoked_at is not None:
        raise ConflictError("key_revoked", key=key_id)
    key.revoked_at, key.revoked_reason = now, reason[:200]
    audit.record(session, actor, "node.revoke", f"node:{key.node_id}", {"key": key_id, "reason": reason})
    return key


def keys(session: Session, node_id: str) -> list[NodeKey]:
    """All keys of a node, the newest first."""
    query = select(NodeKey).where(NodeKey.node_id == node_id).order_by(col(NodeKey.enrolled_at).desc())
    return list(session.exec(query))


def _signed_by_its_own(token: str) -> Joining:
    try:
        request = read_joining(payload_of(token))
        verify(token, PublicKey.from_text(request.enrolment.public_key))
    except (SignatureError, MessageError, ValueError) as problem:
        raise InvalidError("node_request") from problem
    return request
