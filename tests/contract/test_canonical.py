"""The bytes that are hashed and signed, pinned: a library that changes them must fail here first."""

from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.canonical import canonical_bytes, sha256_hex
from contract.reasons import reason
from contract.receipts import MissingPart, Receipt
from tests.edge import factories

PINNED_RECEIPT = (
    b'{"at":"2026-11-24T08:30:00.123Z","event_id":"e-1","manifest_sha256":"' + b"0" * 64 + b'",'
    b'"missing":[{"offset":131072,"sha256":"' + b"1" * 64 + b'"}],"node":"node-1",'
    b'"reason":{"code":"x.y","values":{"what":"thi\xe1\xba\xbfu"}},"schema":"ngatu.receipt/2","software":"",'
    b'"state":"incomplete"}'
)
PINNED_MANIFEST = "61c30818aabfa3c668953f049a7b7e7d741bb086b03ee85d7f89c0abf80bf355"


def test_the_bytes_of_a_receipt_are_pinned() -> None:
    receipt = Receipt(
        node="node-1",
        event_id="e-1",
        manifest_sha256="0" * 64,
        state="incomplete",
        missing=(MissingPart(sha256="1" * 64, offset=131072),),
        reason=reason("x.y", what="thiếu"),
        at=datetime(2026, 11, 24, 8, 30, 0, 123999, tzinfo=UTC),
    )
    assert canonical_bytes(receipt) == PINNED_RECEIPT
    assert Receipt.model_validate_json(PINNED_RECEIPT) == receipt


def test_the_bytes_of_a_manifest_are_pinned() -> None:
    made = factories.facts(7)
    assert sha256_hex(canonical_bytes(made)) == PINNED_MANIFEST


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": 2}, b'{"a":2,"b":1}'),
        ({"x": 1.0}, b'{"x":1}'),
        ({"x": 0.1}, b'{"x":0.1}'),
        ({"x": 1e-7}, b'{"x":1e-7}'),
        ({"x": "Ngã\n"}, '{"x":"Ngã\\n"}'.encode()),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'.encode()),
    ],
)
def test_the_rules_of_rfc_8785(value: dict[str, object], expected: bytes) -> None:
    assert canonical_bytes(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53])
def test_numbers_that_json_can_not_carry_are_refused(value: float) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_bytes({"x": value})


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats() | st.text()
    | st.sampled_from(["15.123Z", '":1.5', "[1e5", "\x7f\x1f\"\\/"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=5), _PLAIN, max_size=4))
def test_the_quick_way_gives_the_very_bytes_of_the_standard(value: dict[str, Any]) -> None:
    try:
        right = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        assume(False)
    assert canonical_bytes(value) == right
