"""Passwords: alike from every keyboard, not too simple, and bounded in what they cost."""

import threading
import unicodedata
from typing import Literal

import pytest

from central.accounts import passwords
from central.errors import InvalidError

VIETNAMESE = "Mật khẩu của Lan 2026"


def as_windows_types(text: str) -> str:
    """Windows' own Vietnamese keyboard: letters with their hats, tones as marks behind them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        kept = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones))
        parts.append(kept + "".join(mark for mark in marks if mark in tones))
    return "".join(parts)


@pytest.mark.parametrize(
    "typed",
    [
        VIETNAMESE,
        unicodedata.normalize("NFD", VIETNAMESE),
        unicodedata.normalize("NFKD", VIETNAMESE),
        as_windows_types(VIETNAMESE),
        VIETNAMESE.replace("2026", "２０２６"),
    ],
    ids=["composed", "decomposed", "NFKD", "Windows", "full-width digits"],
)
def test_every_keyboard_gives_the_same_password(typed: str) -> None:
    assert passwords.matches(typed, passwords.hash_of(VIETNAMESE))
    assert passwords.matches(VIETNAMESE, passwords.hash_of(typed))


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_a_long_password_is_as_long_on_every_keyboard(form: Literal["NFC", "NFD", "NFKD"]) -> None:
    longest = "ệ" * passwords.LONGEST
    assert passwords.matches(unicodedata.normalize(form, longest), passwords.hash_of(longest))


@pytest.mark.parametrize("password", ["wrong", "", "x" * 1_000_000, VIETNAMESE.lower()])
def test_another_password_does_not_match(password: str) -> None:
    assert not passwords.matches(password, passwords.hash_of(VIETNAMESE))
    assert not passwords.matches(password, None)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "password_length"),
        ("x" * 257, "password_length"),
        (" " * 12, "password_simple"),
        ("aaaaaaaabbbb", "password_simple"),
        ("123456789012", "password_simple"),
        ("987654321098", "password_simple"),
        ("abcdefghijkl", "password_simple"),
        ("mot cau de nho", "password_same"),
        ("nguyen.thi.lan.huong", "password_same"),
    ],
)
def test_a_bad_new_password_is_refused(new: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        passwords.check_new(new, present="mot cau de nho", username="Nguyen.thi.lan.huong")


@pytest.mark.parametrize("new", ["một câu dễ nhớ hơn", "Xk9 wq7-Ls2.pT", "đèn đỏ thì dừng lại"])
def test_a_good_new_password_is_taken(new: str) -> None:
    passwords.check_new(new, present="mot cau de nho", username="lan")


def test_a_storm_is_refused_instead_of_queued_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_waiting", threading.BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(passwords.BusyError):
        passwords.matches("anything", None)
    assert passwords.matches("anything at all", passwords.hash_of("anything at all"))
