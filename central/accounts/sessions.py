"""Signing in and out, locking after wrong passwords, and changing one's own password.

These functions take the engine: a password is checked between two short transactions, never inside one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import structlog
from sqlalchemy import Engine, delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from central.accounts import passwords
from central.accounts.models import User, UserSession
from central.accounts.permissions import Role
from central.accounts.service import find_user, normal_name
from central.audit import service as audit
from central.db import is_away, reading, transaction
from central.errors import DomainError
from contract.canonical import sha256_hex

log = structlog.get_logger(__name__)

IDLE_LIMIT = timedelta(minutes=15)
ADMIN_IDLE_LIMIT = timedelta(minutes=5)
"""Limit without activity; the shorter one is for administrators (level 3 of TCVN 11930)."""
ABSOLUTE_LIMIT = timedelta(hours=12)
ATTEMPTS_BEFORE_LOCK = 5
LOCK_TIME = timedelta(minutes=15)
# Writing "last seen" with each request would make every read a write; once a minute is precise enough.
_SEEN_STEP = timedelta(minutes=1)


class SignInError(DomainError):
    """Wrong name or password, or locked, or disabled; the error does not say which."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "sign_in_failed"
    keeps_writes: ClassVar[bool] = True


class WrongPasswordError(DomainError):
    """The current password, required before a new one is set, is wrong."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong_password"
    keeps_writes: ClassVar[bool] = True


@dataclass(frozen=True)
class Visitor:
    """Where a sign-in comes from: network address and browser."""

    address: str = ""
    browser: str = ""


def sign_in(engine: Engine, username: str, password: str, now: datetime, visitor: Visitor = Visitor()) -> str:
    """Checks the password and opens a session; returns the token for the cookie.

    Raises:
        SignInError: wrong, locked or disabled. The failed attempt is counted and audited.
        BusyError: too many sign in at this moment.
    """
    name = normal_name(username)[:64]
    with reading(engine) as session:
        stored = _hash_of(session, name)
    right = passwords.matches(password, stored)
    with transaction(engine) as session:
        user = _locked_row(session, name)
        # The password may have been changed, or the person disabled, while it was checked.
        if user is None or not right or user.password_hash != stored or is_shut_out(user, now):
            count_failure(user, now)
            detail = {"address": visitor.address}
            audit.record(session, f"user:{name}", "session.refused", f"user:{name}", detail)
            raise SignInError
        return _open(session, user, now, visitor)


def sign_in_vouched(
    engine: Engine, username: str, now: datetime, visitor: Visitor = Visitor(), *, second_factor: bool = False
) -> str:
    """Opens a session for somebody whom the identity provider has authenticated; returns the token for the
    cookie.

    Args:
        second_factor: the identity provider asked for one.

    Raises:
        SignInError: nobody of that name, locked or disabled.
    """
    name = normal_name(username)[:64]
    unknown = passwords.hash_of(secrets.token_urlsafe(48))
    with transaction(engine) as session:
        user = _locked_row(session, name)
        if user is None or is_shut_out(user, now):
            audit.record(session, f"user:{name}", "session.refused", f"user:{name}", {"by": "provider"})
            raise SignInError
        # Somebody who signs in at the identity provider has no password here, so no one-time one to change.
        user.password_hash, user.must_change_password = unknown, False
        user.password_set_at, user.earlier_hashes = None, []
        token = _open(session, user, now, visitor)
        session.flush()
        if second_factor:
            session.get_one(UserSession, token_hash(token)).second_factor_at = now
        return token


def _open(session: Session, user: User, now: datetime, visitor: Visitor) -> str:
    assert user.id is not None
    user.failed_attempts = 0
    user.locked_until = None
    user.last_used_at = now
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_sha256=token_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_LIMIT,
            address=visitor.address[:64],
            user_agent=visitor.browser[:200],
        )
    )
    subject = f"user:{user.username}"
    audit.record(session, subject, "session.open", subject, {"address": visitor.address})
    return token


def user_of_token(engine: Engine, token: str, now: datetime, *, attended: bool = True) -> User | None:
    """The user of this token, if its session is neither idle too long nor too old, and the user is not
    disabled.

    Requests made without a person (not `attended`, for instance a page renewing its lease) do not extend a
    session.
    """
    with reading(engine) as session:
        found = session.exec(
            select(UserSession, User)
            .join(User, col(User.id) == col(UserSession.user_id))
            .where(UserSession.token_sha256 == token_hash(token))
        ).one_or_none()
    if found is None:
        return None
    signed_in, user = found
    idle = now - signed_in.last_seen_at
    if user.disabled_at is not None or now >= signed_in.expires_at or idle >= idle_limit(user):
        return None
    if attended and idle >= _SEEN_STEP:
        _note_seen(engine, signed_in.token_sha256, now)
    return user


def _note_seen(engine: Engine, token_sha256: str, now: datetime) -> None:
    try:
        with transaction(engine) as session:
            row = session.get(UserSession, token_sha256)
            if row is not None:
                row.last_seen_at = now
    except SQLAlchemyError as problem:
        if not is_away(problem):
            raise
        # Somebody who only reads is not refused because the database can't be written just now.
        log.warning("a session's last sign of life was not written", problem=str(problem))


@dataclass(frozen=True)
class TimeLeft:
    """When a session ends: in how many `seconds`, and whether its user's activity extends it."""

    seconds: int
    extendable: bool


def time_left(engine: Engine, user: User, token: str, now: datetime) -> TimeLeft:
    """How long the session of this token lasts without activity; None if it has ended."""
    with reading(engine) as session:
        row = session.get(UserSession, token_hash(token))
    if row is None:
        return TimeLeft(0, extendable=False)
    idle_until = row.last_seen_at + idle_limit(user)
    left = min(idle_until, row.expires_at) - now
    return TimeLeft(max(0, int(left.total_seconds())), extendable=idle_until < row.expires_at)


def sign_out(session: Session, token: str) -> None:
    """Ends the session of this token; no error when there is none."""
    session.exec(delete(UserSession).where(col(UserSession.token_sha256) == token_hash(token)))


@dataclass(frozen=True)
class PasswordChange:
    """The current password and its replacement; `alone` if an administrator's has no second factor."""

    present: str
    new: str
    alone: bool = False


def change_password(
    engine: Engine, username: str, change: PasswordChange, now: datetime, keep_token: str | None = None
) -> None:
    """Sets a new password and ends the person's other sessions.

    Raises:
        WrongPasswordError: the current password is wrong, or the account is locked. The attempt is
            counted and audited.
        InvalidError: the new one is too short, too long, too simple, the same, or an administrator's earlier
            one.
    """
    with reading(engine) as session:
        known = find_user(session, username)
        stored = known.password_hash if known else None
        earlier = known.earlier_hashes if known and known.role == Role.ADMIN else []
    if not passwords.matches(change.present, stored):
        _refuse(engine, username, now)
    passwords.check_new(change.new, change.present, username)
    if change.alone:
        passwords.check_alone(change.new)
    passwords.check_unused(change.new, earlier)
    new_hash = passwords.hash_of(change.new)
    kept = token_hash(keep_token) if keep_token else ""
    subject = f"user:{username}"
    with transaction(engine) as session:
        user = _locked_row(session, username)
        if user is None or user.password_hash != stored or is_shut_out(user, now):
            raise WrongPasswordError
        user.retire_password()
        user.password_hash, user.password_set_at = new_hash, now
        user.must_change_password = False
        user.failed_attempts = 0
        others = (col(UserSession.user_id) == user.id) & (col(UserSession.token_sha256) != kept)
        session.exec(delete(UserSession).where(others))
        audit.record(session, subject, "user.password", subject, {})


def _refuse(engine: Engine, username: str, now: datetime) -> None:
    subject = f"user:{username}"
    with transaction(engine) as session:
        count_failure(_locked_row(session, username), now)
        audit.record(session, subject, "user.password_refused", subject, {})
        raise WrongPasswordError


def end_stale_sessions(session: Session, now: datetime) -> int:
    """Deletes sessions that can no longer be used; returns how many."""
    stale = (col(UserSession.expires_at) <= now) | (col(UserSession.last_seen_at) <= now - IDLE_LIMIT)
    return session.exec(delete(UserSession).where(stale)).rowcount


def _hash_of(session: Session, username: str) -> str | None:
    user = find_user(session, username)
    return user.password_hash if user else None


def _locked_row(session: Session, username: str) -> User | None:
    query = select(User).where(User.username == normal_name(username)).with_for_update()
    return session.exec(query).one_or_none()


def idle_limit(user: User) -> timedelta:
    """How long a session lasts without activity."""
    return ADMIN_IDLE_LIMIT if user.role == Role.ADMIN else IDLE_LIMIT


def is_shut_out(user: User, now: datetime) -> bool:
    """Disabled, or locked after too many wrong tries."""
    return user.disabled_at is not None or (user.locked_until is not None and now < user.locked_until)


def count_failure(user: User | None, now: datetime) -> None:
    """Counts one more wrong attempt; the last allowed one locks the account."""
    if user is None or is_shut_out(user, now):
        return
    user.failed_attempts += 1
    if user.failed_attempts >= ATTEMPTS_BEFORE_LOCK:
        user.failed_attempts = 0
        user.locked_until = now + LOCK_TIME


def token_hash(token: str) -> str:
    """The hash under which a session is stored."""
    return sha256_hex(token.encode())
