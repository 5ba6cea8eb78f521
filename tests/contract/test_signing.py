"""Signatures: what is signed comes back, everything else is refused with a reason."""

import base64
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from contract.canonical import canonical_bytes
from contract.signing import PublicKey, SignatureError, SigningKey, key_id_of, sign, verify
from tests.edge import factories

KEY = factories.KEY
TOKEN = sign(factories.facts(), KEY)
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


NESTED = base64.urlsafe_b64encode(b'{"kid":' + b"[" * 60_000).decode()
"""A header deeper than a reader of JSON can follow."""


def test_what_is_signed_comes_back() -> None:
    assert verify(TOKEN, KEY.public) == canonical_bytes(factories.facts())
    assert key_id_of(TOKEN) == KEY.public.key_id


def test_signing_twice_gives_the_same_bytes() -> None:
    assert sign(factories.facts(), KEY) == TOKEN


def test_the_header_is_pinned() -> None:
    assert base64.urlsafe_b64decode(HEADER + "==") == (
        b'{"alg":"Ed25519","kid":"56475aa75463474c0285df5dbf2bcab7"}'
    )


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        f"{HEADER}.{PAYLOAD}",
        f"{HEADER}.{PAYLOAD}.",
        f"{HEADER}.{part({'sequence': 2})}.{SIGNATURE}",
        f"{part({'alg': 'none', 'kid': KEY.public.key_id})}.{PAYLOAD}.",
        f"{part({'alg': 'HS256', 'kid': KEY.public.key_id})}.{PAYLOAD}.{SIGNATURE}",
        f"{part({'alg': 'Ed25519'})}.{PAYLOAD}.{SIGNATURE}",
        f"{part([])}.{PAYLOAD}.{SIGNATURE}",
        f"{NESTED}.{PAYLOAD}.{SIGNATURE}",
        sign(factories.facts(), SigningKey.generate()),
        jws.serialize_compact(
            {"alg": "HS256", "kid": KEY.public.key_id}, b"x", OctKey.import_key(KEY.public.raw)
        ),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(SignatureError):
        verify(token, KEY.public)


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(token: str) -> None:
    with pytest.raises(SignatureError):
        verify(token, KEY.public)


@given(st.integers(0, len(TOKEN) - 2), st.sampled_from("ABCxyz019-_.!"))
def test_an_altered_letter_anywhere_is_noticed(position: int, letter: str) -> None:
    """All but the last letter, whose lowest bits are padding."""
    assume(TOKEN[position] != letter)
    with pytest.raises(SignatureError):
        verify(TOKEN[:position] + letter + TOKEN[position + 1 :], KEY.public)


@pytest.mark.parametrize("text", ["", "abc", "A" * 42, "A" * 44, "not base64 at all!", "é" * 43])
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an Ed25519 public key"):
        PublicKey.from_text(text)


def test_a_key_survives_its_text_form() -> None:
    assert PublicKey.from_text(KEY.public.text) == KEY.public


def test_a_log_of_a_key_does_not_show_it() -> None:
    assert repr(KEY) == f"SigningKey({KEY.public.key_id})"


def test_a_key_goes_through_its_file() -> None:
    key = SigningKey.generate()
    assert SigningKey.from_pem(key.pem) == key


@pytest.mark.parametrize(
    "pem", [b"", b"hush", b"-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused_and_not_quoted(pem: bytes) -> None:
    with pytest.raises(ValueError, match="not an Ed25519 private key") as refused:
        SigningKey.from_pem(pem)
    assert "hush" not in str(refused.value)
