"""User accounts: adding, disabling and enabling them. Accounts are never deleted."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from central.accounts import passwords
from central.accounts.models import User, UserSession
from central.accounts.permissions import Role
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError

UNUSED = timedelta(days=45)
"""An account is disabled after this long without a sign-in (TCVN 14423:2026, 5.6.2.3)."""


@dataclass(frozen=True)
class OneTimePassword:
    """A person's first password: shown once and to be changed at the first sign-in."""

    user: User
    password: str


def create_user(
    session: Session, username: str, full_name: str, role: Role, now: datetime, actor: str
) -> OneTimePassword:
    """Adds a person with a random one-time password. Raises ConflictError when the name is taken."""
    first = passwords.one_time()  # before the transaction begins
    name = normal_name(username)
    if not name or len(name) > 64 or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise InvalidError("username", field="username")
    if find_user(session, name) is not None:
        raise ConflictError("username_taken", field="username", username=name)
    user = User(
        username=name,
        full_name=unicodedata.normalize("NFC", full_name.strip()) or name,
        role=role.value,
        password_hash=first.hash,
        created_at=now,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.create", f"user:{name}", {"role": role.value})
    return OneTimePassword(user, first.password)


def normal_name(username: str) -> str:
    """A user name as it is stored and compared: NFC, lower case, no surrounding blanks."""
    return unicodedata.normalize("NFC", username.strip()).lower()


def find_user(session: Session, username: str) -> User | None:
    """The user with that name, regardless of case."""
    return session.exec(select(User).where(User.username == normal_name(username))).one_or_none()


def find_by_id(session: Session, user_id: int) -> User | None:
    """The user with that id, active or not."""
    return session.get(User, user_id)


def list_users(session: Session) -> list[User]:
    """All users, by name."""
    return list(session.exec(select(User).order_by(col(User.username))))


def reset_password(session: Session, username: str, actor: str) -> OneTimePassword:
    """Sets a new one-time password for somebody who lost theirs; ends all their sessions and the lock.

    Raises:
        ConflictError: the person is disabled and could not sign in with any password.
    """
    first = passwords.one_time()
    user = get_user(session, username)
    if user.disabled_at is not None:
        raise ConflictError("user_disabled", username=user.username)
    audit.record(session, actor, "user.reset", f"user:{user.username}", {})
    return _start_anew(session, user, first)


def disable_user(session: Session, username: str, now: datetime, actor: str) -> None:
    """Disables a user and ends all their sessions.

    Raises:
        ConflictError: no administrator would be left to enable people.
    """
    admins = _administrators(session)
    user = get_user(session, username)
    if admins == [user.id]:
        raise ConflictError("last_administrator", username=user.username)
    user.disabled_at = user.disabled_at or now
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    audit.record(session, actor, "user.disable", f"user:{user.username}", {})


def enable_user(session: Session, username: str, now: datetime, actor: str) -> OneTimePassword:
    """Enables a disabled user again, with a one-time password."""
    first = passwords.one_time()
    user = get_user(session, username)
    user.disabled_at, user.last_used_at = None, now
    audit.record(session, actor, "user.enable", f"user:{user.username}", {})
    return _start_anew(session, user, first)


def disable_unused(session: Session, now: datetime) -> int:
    """Disables everybody who has not signed in for `UNUSED` (SEC-03) since they were enabled, except the last
    administrator; returns how many.
    """
    before = now - UNUSED
    last = func.coalesce(User.last_used_at, User.created_at)
    unused = select(User.username).where(col(User.disabled_at).is_(None), last < before)
    done = 0
    for username in session.exec(unused.order_by(col(User.id))).all():
        try:
            disable_user(session, username, now, "system")
        except ConflictError:
            continue
        done += 1
    return done


def change_role(session: Session, username: str, role: Role, actor: str) -> User:
    """Gives somebody another role; it takes effect with their next request.

    Raises:
        ConflictError: no administrator would be left to enable people.
    """
    admins = _administrators(session)
    user = get_user(session, username)
    if role is not Role.ADMIN and admins == [user.id]:
        raise ConflictError("last_administrator", username=user.username)
    if user.role != role:
        audit.record(
            session, actor, "user.role", f"user:{user.username}", {"from": user.role, "to": role.value}
        )
        user.role = role.value
    return user


def _administrators(session: Session) -> list[int | None]:
    """The active administrators, all locked in one order, so that two of them can't disable each other at the
    same time.
    """
    living = select(User.id).where(User.role == Role.ADMIN, col(User.disabled_at).is_(None))
    return list(session.exec(living.order_by(col(User.id)).with_for_update()))


def _start_anew(session: Session, user: User, first: passwords.Fresh) -> OneTimePassword:
    user.retire_password()
    user.password_hash, user.password_set_at = first.hash, None
    user.must_change_password = True
    user.failed_attempts = 0
    user.locked_until = None
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    return OneTimePassword(user, first.password)


def get_user(session: Session, username: str) -> User:
    """The user with that name. Raises NotFoundError."""
    user = find_user(session, username)
    if user is None:
        raise NotFoundError("user", username=username[:64])
    return user


def names_by_username(session: Session) -> dict[str, str]:
    """Everybody's full name, active or not, by username."""
    return {user.username: user.full_name for user in list_users(session)}


def names_by_id(session: Session) -> dict[int, str]:
    """Everybody's full name, active or not, by id."""
    return {user.id: user.full_name for user in list_users(session) if user.id is not None}


def lock_person(session: Session, user: User) -> None:
    """Serialises one person's concurrent requests until the transaction ends."""
    # Not FOR UPDATE: every row that refers to the person would have to wait too.
    session.exec(select(User.id).where(User.id == user.id).with_for_update(key_share=True)).one()
