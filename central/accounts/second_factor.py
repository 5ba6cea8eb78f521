"""A one-time code as second factor (TOTP, RFC 6238): set up once, then required after each sign-in.

The secret is sealed; each code is accepted once, and wrong codes count like wrong passwords.
"""

from datetime import datetime
from typing import ClassVar

import pyotp
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts.models import User, UserSession
from central.accounts.sessions import count_failure, is_shut_out, token_hash
from central.audit import service as audit
from central.db import reading, transaction
from central.errors import ConflictError, DomainError, NotFoundError
from central.vault import Vault

ISSUER = "Ngã Tư"
_STEP = 30
_WINDOW = 1
"""Codes of the step before and after count too: clocks differ."""


class SecondFactorRequiredError(DomainError):
    """Signed in, but this role must give a one-time code first."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "second_factor_required"


class WrongOneTimeCodeError(DomainError):
    """The code is wrong or used, or the account is locked; the error does not say which."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong_one_time_code"
    keeps_writes: ClassVar[bool] = True


def is_given(engine: Engine, token: str) -> bool:
    """Whether a code was given in this session, or the identity provider asked for a second factor."""
    with reading(engine) as session:
        row = session.get(UserSession, token_hash(token))
        return row is not None and row.second_factor_at is not None


def is_set_up(user: User) -> bool:
    """Whether this person has an authenticator."""
    return user.totp_confirmed_at is not None


def begin(session: Session, vault: Vault, username: str) -> str:
    """A new secret for somebody without an authenticator, as the address for its QR code. It has no effect
    until the first correct code; asking again returns the same secret.

    Raises:
        ConflictError: they have one; an administrator must remove it first.
    """
    user = _locked(session, username)
    if user.totp_confirmed_at is not None:
        raise ConflictError("second_factor_set_up", username=username)
    if user.totp_sealed is None:
        user.totp_sealed = vault.seal(pyotp.random_base32().encode(), _context(user))
    return pyotp.TOTP(_secret(vault, user)).provisioning_uri(name=user.username, issuer_name=ISSUER)


def give(engine: Engine, vault: Vault, username: str, token: str, code: str, now: datetime) -> None:
    """Checks a code; then the session has its second factor, and a new authenticator is set up.

    Raises:
        WrongOneTimeCodeError: the attempt is counted and audited.
    """
    subject = f"user:{username}"
    with transaction(engine) as session:
        user = _locked(session, username)
        step = _step_of(vault, user, code, now)
        row = session.get(UserSession, token_hash(token))
        if step is None or row is None or is_shut_out(user, now):
            count_failure(user, now)
            audit.record(session, subject, "session.second_factor_refused", subject, {})
            raise WrongOneTimeCodeError
        user.totp_last_step, user.failed_attempts = step, 0
        if user.totp_confirmed_at is None:
            user.totp_confirmed_at = now
            audit.record(session, subject, "user.second_factor", subject, {})
        row.second_factor_at = now
        audit.record(session, subject, "session.second_factor", subject, {})


def take_away(session: Session, username: str, actor: str) -> None:
    """Removes a lost authenticator, so that the person can set up another. Ends no session. Raises
    NotFoundError.
    """
    user = _locked(session, username)
    user.totp_sealed = user.totp_confirmed_at = None
    user.totp_last_step = 0
    audit.record(session, actor, "user.second_factor_reset", f"user:{username}", {})


def _step_of(vault: Vault, user: User, code: str, now: datetime) -> int | None:
    """The time step of a correct code; None for a wrong or used one."""
    if user.totp_sealed is None:
        return None
    totp = pyotp.TOTP(_secret(vault, user), interval=_STEP)
    plain = "".join(code.split())
    present = int(now.timestamp()) // _STEP
    for step in range(present - _WINDOW, present + _WINDOW + 1):
        right = pyotp.utils.strings_equal(plain, totp.generate_otp(step))
        if right and step > user.totp_last_step:
            return step
    return None


def _secret(vault: Vault, user: User) -> str:
    assert user.totp_sealed is not None
    return vault.open(user.totp_sealed, _context(user)).decode()


def _context(user: User) -> str:
    return f"totp:{user.username}"


def _locked(session: Session, username: str) -> User:
    user = session.exec(select(User).where(User.username == username).with_for_update()).one_or_none()
    if user is None:
        raise NotFoundError("user", username=username)
    return user
