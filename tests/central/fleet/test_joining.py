"""Nodes come in by an invitation that works once, and change their keys; nobody else gets a key in."""

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from central.errors import ConflictError, DomainError, ForbiddenError, InvalidError
from central.fleet import joining
from central.fleet.enrolment import enrol
from central.fleet.models import Node, NodeInvitation, NodeKey
from contract.joining import Invitation, Joining, KeyChange
from contract.signing import SigningKey, sign
from tests.central.evidence import NODE, NODE_KEY, enrolment

OTHER = SigningKey.generate()


def request(secret: str, key: SigningKey = NODE_KEY, signer: SigningKey | None = None) -> str:
    """What a node sends to come in."""
    return sign(Joining(secret=secret, enrolment=enrolment(key=key)), signer or key)


def change(new: SigningKey, old: SigningKey = NODE_KEY, **changes: Any) -> str:
    """What a node sends to change its key."""
    proof = sign(enrolment(changes.pop("of", NODE), new), changes.pop("prover", new))
    return sign(KeyChange(node=NODE, proof=proof, **changes), old)


def test_an_invitation_lets_its_node_in_once(session: Session, now: datetime) -> None:
    secret = joining.invite(session, NODE, now, "test")
    assert secret not in str(session.exec(select(NodeInvitation)).one().model_dump())
    node, password = joining.join(session, request(secret), now)
    assert (node.id, len(password) > 20) == (NODE, True)
    assert password not in (node.broker_hash or "")
    assert [key.public_key for key in joining.keys(session, NODE)] == [NODE_KEY.public.text]
    with pytest.raises(ForbiddenError):
        joining.join(session, request(secret), now)


@pytest.mark.parametrize("case", ["other node", "wrong", "over", "replaced"])
def test_no_other_invitation_lets_it_in(session: Session, now: datetime, case: str) -> None:
    secret = joining.invite(session, "another" if case == "other node" else NODE, now, "test")
    if case == "replaced":
        joining.invite(session, NODE, now, "test")
    late = now + joining.VALID if case == "over" else now
    with pytest.raises(ForbiddenError):
        joining.join(session, request("x" * 32 if case == "wrong" else secret), late)
    assert session.get(Node, NODE) is None


NESTED = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 60_000).decode() + ".e30.e30"
"""Its header is deeper than a reader of JSON can follow."""


@pytest.mark.parametrize("token", ["", "a.b.c", "ü", NESTED, request("x" * 32, signer=OTHER)])
def test_what_is_not_signed_with_the_key_it_brings_is_none(
    session: Session, now: datetime, token: str
) -> None:
    with pytest.raises(InvalidError):
        joining.join(session, token, now)
    with pytest.raises(DomainError):
        joining.change_key(session, token, now)


def test_a_node_changes_its_key_and_the_old_one_still_counts(session: Session, now: datetime) -> None:
    enrol(session, enrolment(), now, "test")
    later = now + timedelta(days=30)
    for _ in range(2):  # the answer may get lost
        joining.change_key(session, change(OTHER), later)
    new, old = joining.keys(session, NODE)
    assert (new.public_key, new.retired_at) == (OTHER.public.text, None)
    assert (old.retired_at, old.revoked_at) == (later, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"old": SigningKey.generate()},
        {"of": "another"},
        {"prover": SigningKey.generate()},
    ],
)
def test_nobody_else_changes_it(session: Session, now: datetime, changes: dict[str, Any]) -> None:
    enrol(session, enrolment(), now, "test")
    with pytest.raises((ForbiddenError, InvalidError)):
        joining.change_key(session, change(OTHER, **changes), now)
    assert len(session.exec(select(NodeKey)).all()) == 1


def test_a_revoked_key_changes_nothing_and_stays_revoked(session: Session, now: datetime) -> None:
    enrol(session, enrolment(), now, "test")
    key_id = NODE_KEY.public.key_id
    joining.revoke_key(session, NODE, key_id, "thẻ nhớ bị mất", now, "test")
    with pytest.raises(ForbiddenError):
        joining.change_key(session, change(OTHER), now)
    with pytest.raises(ConflictError):
        joining.revoke_key(session, NODE, key_id, "again", now, "test")
    secret = joining.invite(session, NODE, now, "test")
    with pytest.raises(ConflictError):
        joining.join(session, request(secret), now)


@pytest.mark.parametrize("node", ["", "Nút", "a/b", "a" * 64, "+"])
def test_a_node_has_a_name_that_is_a_topic(session: Session, now: datetime, node: str) -> None:
    with pytest.raises(InvalidError):
        joining.invite(session, node, now, "test")


def test_an_invitation_is_a_line_of_text() -> None:
    made = Invitation(
        node=NODE, address="https://centre.example.vn/", centre_key=OTHER.public.text, secret="s" * 32
    )
    assert Invitation.from_code(f"  {made.code}\n") == made
    assert made.address == "https://centre.example.vn"
    for wrong in ("", "ngatu1-", made.code[:-9], "ngatu1-e30"):
        with pytest.raises(ValueError, match="no invitation"):
            Invitation.from_code(wrong)
    with pytest.raises(ValueError, match="https"):
        Invitation(
            node=NODE, address="http://centre.example.vn", centre_key=OTHER.public.text, secret="s" * 32
        )
