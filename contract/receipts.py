"""The centre's signed receipt for one package.

The answer uses the version of the request: a package of manifest version 1 is answered with receipt version
1, which nodes of release 0.1 read; every other with the newest. A node reads the known keys of a receipt and
ignores the rest; an unknown state is not final: it keeps the package and reports it.
"""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from contract.faults import read_as, version_of
from contract.reasons import Reason, legacy
from contract.types import Count, Identifier, Message, NodeId, Sha256, Utc

ReceiptState = Literal["stored", "incomplete", "rejected", "unsupported"]

OLD_SOFTWARE = "ngatu 0.1"
"""Software name of a version 1 receipt, which carries none."""


class MissingPart(Message):
    """The missing part of a file: the centre has every byte before `offset` contiguously."""

    model_config = ConfigDict(extra="ignore")

    sha256: Sha256
    offset: Count


class _Answer(Message):
    model_config = ConfigDict(extra="ignore")

    node: NodeId
    event_id: Identifier
    manifest_sha256: Sha256
    missing: tuple[MissingPart, ...] = ()
    at: Utc


class Receipt(_Answer):
    """The receipt for one package, sent after the centre has committed it.

    Every manifest that arrives is answered, also a repeated one: by sending it again a node asks for the
    state. `stored`: everything is safe, the node may delete it. `incomplete`: send these parts; a test that
    lacks none is still being checked, and `stored` once it has proved itself. `rejected`: the package is in
    quarantine and will not be accepted; the node keeps it and raises an alarm. `unsupported`: this centre
    can't read that version yet; the node keeps it, reports it and offers it again
    later. `software` is the centre's.
    """

    schema_: str = Field(default="ngatu.receipt/2", alias="schema")
    state: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]
    reason: Reason | None = None
    software: str = ""


class ReceiptV1(_Answer):
    """Version 1: the reason is prose, and there is no `unsupported`."""

    model_config = ConfigDict(extra="forbid")

    schema_: Literal["ngatu.receipt/1"] = Field(default="ngatu.receipt/1", alias="schema")
    state: Literal["stored", "incomplete", "rejected"]
    reason: str = ""


def read_receipt(content: bytes) -> Receipt:
    """A receipt of any version. Raises UnreadableError, UnsupportedError."""
    version = version_of("receipt", content)
    if version == 1:
        return _from_v1(read_as(ReceiptV1, content, version, newest=1))
    return read_as(Receipt, content, version, newest=2)


def to_v1(receipt: Receipt, words: Callable[[Reason], str]) -> ReceiptV1:
    """The receipt for a node of release 0.1; `words` gives a reason as text."""
    reason = words(receipt.reason)[:300] if receipt.reason else ""
    return ReceiptV1.model_validate({**_shared(receipt), "state": receipt.state, "reason": reason})


def _from_v1(old: ReceiptV1) -> Receipt:
    reason = legacy(old.reason) if old.reason else None
    # Release 0.1 refuses permanently what it can't read; this word marks such a case.
    unread = old.state == "rejected" and old.reason.startswith("schema")
    state = "unsupported" if unread else old.state
    return Receipt.model_validate(
        {**_shared(old), "state": state, "reason": reason, "software": OLD_SOFTWARE}
    )


def _shared(receipt: _Answer) -> dict[str, object]:
    return {name: getattr(receipt, name) for name in _Answer.model_fields}
