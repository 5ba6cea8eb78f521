"""People: adding them, shutting them out and letting them in again. Nobody is ever deleted."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from central.accounts import passwords
from central.accounts.models import User, UserSession
from central.accounts.permissions import Role
from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError


@dataclass(frozen=True)
class OneTimePassword:
    """A person's first password: shown once, to be changed at the first sign-in."""

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
    """A user name as it is stored and compared: NFC, lower case, no blanks around it."""
    return unicodedata.normalize("NFC", username.strip()).lower()


def find_user(session: Session, username: str) -> User | None:
    """The user of that name, upper or lower case alike."""
    return session.exec(select(User).where(User.username == normal_name(username))).one_or_none()


def list_users(session: Session) -> list[User]:
    """Everybody, by name."""
    return list(session.exec(select(User).order_by(col(User.username))))


def reset_password(session: Session, username: str, actor: str) -> OneTimePassword:
    """A new one-time password for somebody who lost theirs; ends all their sessions and the lock.

    Raises:
        ConflictError: the person is disabled: no password would let them in.
    """
    first = passwords.one_time()
    user = get_user(session, username)
    if user.disabled_at is not None:
        raise ConflictError("user_disabled", username=user.username)
    audit.record(session, actor, "user.reset", f"user:{user.username}", {})
    return _start_anew(session, user, first)


def disable_user(session: Session, username: str, now: datetime, actor: str) -> None:
    """Keeps somebody out from now on and ends all their sessions.

    Raises:
        ConflictError: nobody would be left who can let people in.
    """
    # All administrators are locked in one order: two of them can't shut each other out at the same moment.
    admins = session.exec(
        select(User)
        .where(User.role == Role.ADMIN, col(User.disabled_at).is_(None))
        .order_by(col(User.id))
        .with_for_update()
    ).all()
    user = get_user(session, username)
    if [admin.id for admin in admins] == [user.id]:
        raise ConflictError("last_administrator", username=user.username)
    user.disabled_at = user.disabled_at or now
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    audit.record(session, actor, "user.disable", f"user:{user.username}", {})


def enable_user(session: Session, username: str, actor: str) -> OneTimePassword:
    """Lets a disabled person in again, with a one-time password."""
    first = passwords.one_time()
    user = get_user(session, username)
    user.disabled_at = None
    audit.record(session, actor, "user.enable", f"user:{user.username}", {})
    return _start_anew(session, user, first)


def _start_anew(session: Session, user: User, first: passwords.Fresh) -> OneTimePassword:
    user.password_hash = first.hash
    user.must_change_password = True
    user.failed_attempts = 0
    user.locked_until = None
    session.exec(delete(UserSession).where(col(UserSession.user_id) == user.id))
    return OneTimePassword(user, first.password)


def get_user(session: Session, username: str) -> User:
    user = find_user(session, username)
    if user is None:
        raise NotFoundError("user", username=username[:64])
    return user


def lock_person(session: Session, user: User) -> None:
    """What one person asks for at once is done one after the other, until the transaction ends."""
    # Not FOR UPDATE: every row that names the person would have to wait too.
    session.exec(select(User.id).where(User.id == user.id).with_for_update(key_share=True)).one()
