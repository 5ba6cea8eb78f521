"""People: creating, signing in and out, changing passwords, and what a wrong password costs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pwdlib import PasswordHash
from sqlalchemy import delete
from sqlmodel import Session, col, select

from central.accounts.models import User, UserSession
from central.accounts.permissions import Role
from central.audit import service as audit
from central.errors import ConflictError, DomainError, InvalidError, NotFoundError

IDLE_LIMIT = timedelta(minutes=15)
ADMIN_IDLE_LIMIT = timedelta(minutes=5)
"""Without a sign of a person; the shorter one is for who runs the system (level 3 of TCVN 11930)."""
ABSOLUTE_LIMIT = timedelta(hours=12)
ATTEMPTS_BEFORE_LOCK = 5
LOCK_TIME = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
# Writing "last seen" at each request would make every read a write; once a minute is exact enough.
_SEEN_STEP = timedelta(minutes=1)

_HASH = PasswordHash.recommended()
# Verified for unknown users, so that the time of the answer doesn't tell which user names exist.
_NOBODY = _HASH.hash(secrets.token_urlsafe(16))


class SignInError(DomainError):
    """Wrong name or password, or locked, or disabled: not told apart to the outside."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "sign_in_failed"
    keeps_writes: ClassVar[bool] = True


class WrongPasswordError(DomainError):
    """The present password, asked for before a new one is set, is not right."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "wrong_password"


@dataclass(frozen=True)
class OneTimePassword:
    """A new user's first password: shown once, to be changed at the first sign-in."""

    user: User
    password: str


def create_user(
    session: Session, username: str, full_name: str, role: Role, now: datetime, actor: str
) -> OneTimePassword:
    """Adds a person with a random one-time password. Raises ConflictError when the name is taken."""
    name = _normalise(username)
    if not name or len(name) > 64 or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise InvalidError("username", field="username")
    if find_user(session, name) is not None:
        raise ConflictError("username_taken", field="username", username=name)
    password = secrets.token_urlsafe(12)
    user = User(
        username=name,
        full_name=full_name,
        role=role.value,
        password_hash=_HASH.hash(password),
        created_at=now,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.create", f"user:{name}", {"role": role.value})
    return OneTimePassword(user, password)


def find_user(session: Session, username: str) -> User | None:
    """The user of that name, upper or lower case alike."""
    return session.exec(select(User).where(User.username == _normalise(username))).one_or_none()


def list_users(session: Session) -> list[User]:
    """Everybody, by name."""
    return list(session.exec(select(User).order_by(col(User.username))))


def sign_in(
    session: Session, username: str, password: str, now: datetime, address: str = "", user_agent: str = ""
) -> str:
    """Checks the password and opens a session; returns the token for the cookie.

    Raises:
        SignInError: wrong, locked or disabled. The failed attempt is counted and audited.
    """
    name = _normalise(username)[:64]
    user = session.exec(select(User).where(User.username == name).with_for_update()).one_or_none()
    # Length first: hashing a megabyte of "password" is a cheap way to keep a server busy.
    matches = len(password) <= LONGEST_PASSWORD and _HASH.verify(
        password, user.password_hash if user else _NOBODY
    )
    if user is None or not matches or user.disabled_at is not None or _is_locked(user, now):
        _count_failure(user, now)
        audit.record(session, f"user:{name}", "session.refused", f"user:{name}", {"address": address})
        raise SignInError
    assert user.id is not None
    user.failed_attempts = 0
    user.locked_until = None
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_sha256=_token_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_LIMIT,
            address=address[:64],
            user_agent=user_agent[:200],
        )
    )
    audit.record(session, f"user:{name}", "session.open", f"user:{name}", {"address": address})
    return token


def user_of_token(session: Session, token: str, now: datetime, *, attended: bool = True) -> User | None:
    """Who holds this token, if its session is neither idle too long, nor too old, nor its user disabled.

    What is asked without a person (not `attended`: a page renews its lease) keeps no session from ending.
    """
    found = session.exec(
        select(UserSession, User)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(UserSession.token_sha256 == _token_hash(token))
    ).one_or_none()
    if found is None:
        return None
    signed_in, user = found
    if (
        user.disabled_at is not None
        or now >= signed_in.expires_at
        or now - signed_in.last_seen_at >= _idle_limit(user)
    ):
        return None
    if attended and now - signed_in.last_seen_at >= _SEEN_STEP:
        signed_in.last_seen_at = now
    return user


def sign_out(session: Session, token: str) -> None:
    """Ends the session of this token; no error when there is none."""
    session.exec(delete(UserSession).where(col(UserSession.token_sha256) == _token_hash(token)))


def change_password(session: Session, user: User, old: str, new: str, keep_token: str | None = None) -> None:
    """Sets a new password and ends the person's other sessions.

    Raises:
        WrongPasswordError: the old password is wrong.
        InvalidError: the new one is too short, too long or the same.
    """
    if len(old) > LONGEST_PASSWORD or not _HASH.verify(old, user.password_hash):
        raise WrongPasswordError
    if not SHORTEST_PASSWORD <= len(new) <= LONGEST_PASSWORD:
        raise InvalidError("password_length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    if new == old or new.lower() == user.username:
        raise InvalidError("password_same")
    user.password_hash = _HASH.hash(new)
    user.must_change_password = False
    kept = _token_hash(keep_token) if keep_token else ""
    session.exec(
        delete(UserSession).where(col(UserSession.user_id) == user.id, col(UserSession.token_sha256) != kept)
    )
    audit.record(session, f"user:{user.username}", "user.password", f"user:{user.username}", {})


def reset_password(session: Session, username: str, actor: str) -> OneTimePassword:
    """A new one-time password for somebody who lost theirs; ends all their sessions and the lock."""
    user = _existing(session, username)
    password = secrets.token_urlsafe(12)
    user.password_hash = _HASH.hash(password)
    user.must_change_password = True
    user.failed_attempts = 0
    user.locked_until = None
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    audit.record(session, actor, "user.reset", f"user:{user.username}", {})
    return OneTimePassword(user, password)


def disable_user(session: Session, username: str, now: datetime, actor: str) -> None:
    """Keeps somebody out from now on and ends all their sessions."""
    user = _existing(session, username)
    user.disabled_at = now
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    audit.record(session, actor, "user.disable", f"user:{user.username}", {})


def end_stale_sessions(session: Session, now: datetime) -> int:
    """Deletes sessions that can't be used any more; returns how many."""
    stale = (col(UserSession.expires_at) <= now) | (col(UserSession.last_seen_at) <= now - IDLE_LIMIT)
    return session.exec(delete(UserSession).where(stale)).rowcount


def _idle_limit(user: User) -> timedelta:
    return ADMIN_IDLE_LIMIT if user.role == Role.ADMIN else IDLE_LIMIT


def _existing(session: Session, username: str) -> User:
    user = find_user(session, username)
    if user is None:
        raise NotFoundError("user", username=username[:64])
    return user


def _count_failure(user: User | None, now: datetime) -> None:
    if user is None or _is_locked(user, now):
        return
    user.failed_attempts += 1
    if user.failed_attempts >= ATTEMPTS_BEFORE_LOCK:
        user.failed_attempts = 0
        user.locked_until = now + LOCK_TIME


def _is_locked(user: User, now: datetime) -> bool:
    return user.locked_until is not None and now < user.locked_until


def _normalise(username: str) -> str:
    return username.strip().lower()


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
