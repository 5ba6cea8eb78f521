"""How a node joins and changes its key: an invitation, the node's request, the centre's welcome.

The invitation is a line of text that an administrator gives an installer. It contains the centre's public
key, so that nobody else can answer, and a secret that works once. The request is signed with the key it
registers, so that nobody enrols a key they don't have; a change of keys is additionally signed with the old
one.
"""

import base64
from typing import Annotated, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from contract.canonical import canonical_bytes
from contract.faults import faulty
from contract.reports import Enrolment
from contract.types import Message, NodeId, Utc

_PREFIX = "ngatu1-"

KeyText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


def _safe_address(address: str) -> str:
    parts = urlsplit(address)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.scheme not in (("http", "https") if local else ("https",)):
        raise ValueError("must be https://HOST (http only on this machine)")
    return address.rstrip("/")


Address = Annotated[str, AfterValidator(_safe_address)]


class Invitation(Message):
    """Admits one node, once: the centre's address, its public key, and the secret."""

    node: NodeId
    address: Address
    centre_key: KeyText
    secret: Annotated[str, StringConstraints(min_length=20, max_length=100)]

    @property
    def code(self) -> str:
        """The line of text for the installer."""
        return _PREFIX + base64.urlsafe_b64encode(canonical_bytes(self)).decode().rstrip("=")

    @classmethod
    def from_code(cls, code: str) -> Self:
        """Reads the result of `code`. Raises ValueError when it is invalid."""
        text = code.strip().removeprefix(_PREFIX)
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except ValueError:
            raise ValueError("this is no invitation: copy the whole line that the centre gave") from None


class Joining(Message):
    """A node's request to join; signed with the key it registers."""

    schema_: str = Field(default="ngatu.joining/1", alias="schema", pattern=r"^ngatu\.joining/1$")
    secret: Annotated[str, StringConstraints(max_length=100)]
    enrolment: Enrolment


class KeyChange(Message):
    """Request of an enrolled node to register a new key; signed with its present key. `proof` is its
    enrolment document signed with the new key (compact JWS)."""

    schema_: str = Field(default="ngatu.keychange/1", alias="schema", pattern=r"^ngatu\.keychange/1$")
    node: NodeId
    proof: Annotated[str, StringConstraints(max_length=100_000)]


class BrokerPlace(Message):
    """The broker nodes deliver to; `ca` is its CA certificate (PEM), empty for a public one."""

    host: str
    port: int
    tls: bool
    ca: str = ""


class Welcome(Message):
    """The centre's answer, signed with its key: the node's key is registered. `broker_password` is the node's
    at the broker, given only here; None if it is set by hand."""

    schema_: str = Field(default="ngatu.welcome/1", alias="schema", pattern=r"^ngatu\.welcome/1$")
    node: NodeId
    public_key: KeyText
    broker: BrokerPlace | None = None
    broker_password: str | None = None
    at: Utc


MessageT = TypeVar("MessageT", bound=Message)


def read_joining(content: bytes) -> Joining:
    """Raises UnreadableError."""
    return _read(Joining, content)


def read_key_change(content: bytes) -> KeyChange:
    """Raises UnreadableError."""
    return _read(KeyChange, content)


def read_welcome(content: bytes) -> Welcome:
    """Raises UnreadableError."""
    return _read(Welcome, content)


def _read(model: type[MessageT], content: bytes) -> MessageT:
    try:
        return model.model_validate_json(content)
    except ValidationError as problem:
        raise faulty(problem) from None
