"""Passwords: Unicode normalisation, slow hashing, and the rules for a new one.

Hashing deliberately takes a tenth of a second and 64 MiB. It is done before a transaction begins, never
inside it, and only a few at a time, so that many simultaneous sign-ins exhaust neither memory nor the
database.
"""

import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from pwdlib import PasswordHash

from central.errors import DomainError, InvalidError

SHORTEST = 12
LONGEST = 256
"""Most characters in the normal form."""
LONGEST_TYPED = 4 * LONGEST
"""Most characters as typed: one Vietnamese letter may be typed as three characters."""
_LONG_ALONE = 14
"""Least characters of an administrator's password where no second factor is asked for (SEC-04)."""
_FEWEST_DIFFERENT = 5
_AT_ONCE = 2
_MAY_WAIT = 20

_hasher = PasswordHash.recommended()
_hashing = threading.BoundedSemaphore(_AT_ONCE)
_waiting = threading.BoundedSemaphore(_MAY_WAIT)


class BusyError(DomainError):
    """Too many people are signing in at this moment."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "busy"


def normal(password: str) -> str:
    """NFKC: the same password from keyboards that compose Vietnamese letters and from those that don't."""
    return unicodedata.normalize("NFKC", password)


@dataclass(frozen=True)
class Fresh:
    """A new password and its hash."""

    password: str
    hash: str


def one_time() -> Fresh:
    """A random password for the first sign-in."""
    password = secrets.token_urlsafe(12)
    return Fresh(password, hash_of(password))


def hash_of(password: str) -> str:
    """The hash that is stored instead of the password (argon2id)."""
    with _turn():
        return _hasher.hash(normal(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is right; takes equally long for an unknown user (None), so that timing does not
    reveal who exists.

    Raises:
        BusyError: too many are already waiting.
    """
    # Length first: hashing a megabyte of "password" is a cheap way to keep a server busy.
    text = normal(password[: LONGEST_TYPED + 1])
    fits = len(password) <= LONGEST_TYPED and len(text) <= LONGEST
    with _turn():
        if stored is None:
            _hasher.hash(text if fits else "")
            return False
        return fits and _hasher.verify(text, stored)


def check_new(new: str, present: str, username: str) -> None:
    """Checks that a new password is acceptable. Raises InvalidError."""
    text = normal(new)
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidError("password_length", field="new", shortest=SHORTEST, longest=LONGEST)
    if text == normal(present) or text.casefold() == username.casefold():
        raise InvalidError("password_same", field="new")
    if len(set(text)) < _FEWEST_DIFFERENT or _is_run(text):
        raise InvalidError("password_simple", field="new")


def check_unused(new: str, earlier: Iterable[str]) -> None:
    """Checks that none of these hashes is the new password's. Raises InvalidError."""
    if any(matches(new, stored) for stored in earlier):
        raise InvalidError("password_used", field="new")


def check_alone(new: str) -> None:
    """Checks a password that is not helped by a second factor: long, with small and capital letters, digits
    and other signs (SEC-04). Raises InvalidError."""
    text = normal(new)
    kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
    if len(text) < _LONG_ALONE or not all(any(map(kind, text)) for kind in kinds):
        raise InvalidError("password_alone", field="new", n=_LONG_ALONE)


def _is_run(text: str) -> bool:
    """`123456789012`, `abcdefghijkl`: each character follows from the one before."""
    steps = [abs(ord(a) - ord(b)) for a, b in pairwise(text)]
    return sum(step in (0, 1, 9) for step in steps) > len(steps) * 0.8


@contextmanager
def _turn() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise BusyError
    try:
        with _hashing:
            yield
    finally:
        _waiting.release()
