"""People: names, roles, who may be shut out."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from central.accounts import service
from central.accounts.models import User
from central.accounts.permissions import Permission, Role
from central.errors import ConflictError, InvalidError, NotFoundError


def add(session: Session, name: str, role: Role, now: datetime) -> User:
    """A person."""
    return service.create_user(session, name, name.title(), role, now, "test").user


def test_a_name_is_given_once(session: Session, now: datetime) -> None:
    add(session, "lan", Role.OPERATOR, now)
    with pytest.raises(ConflictError, match="username_taken"):
        service.create_user(session, "LAN", "Lan khác", Role.OFFICER, now, "test")


@pytest.mark.parametrize("name", ["", "a b", "<script>", "x" * 65, "\x00", "\ud800"])
def test_odd_names_are_refused(session: Session, now: datetime, name: str) -> None:
    with pytest.raises(InvalidError):
        service.create_user(session, name, "?", Role.OFFICER, now, "test")


def test_the_last_administrator_can_t_be_shut_out(session: Session, now: datetime) -> None:
    add(session, "quan", Role.ADMIN, now)
    add(session, "lan", Role.OPERATOR, now)
    with pytest.raises(ConflictError, match="last_administrator"):
        service.disable_user(session, "quan", now, "user:quan")
    add(session, "hai", Role.ADMIN, now)
    service.disable_user(session, "quan", now, "user:hai")
    with pytest.raises(ConflictError, match="last_administrator"):
        service.disable_user(session, "hai", now, "user:hai")
    service.disable_user(session, "lan", now, "user:hai")
    service.disable_user(session, "quan", now, "user:hai")  # once more changes nothing


def test_a_disabled_person_gets_no_password_that_would_not_work(session: Session, now: datetime) -> None:
    add(session, "lan", Role.OPERATOR, now)
    service.disable_user(session, "lan", now, "test")
    with pytest.raises(ConflictError, match="user_disabled"):
        service.reset_password(session, "lan", "test")
    service.enable_user(session, "lan", now, "test")
    assert service.reset_password(session, "lan", "test").user.disabled_at is None


def test_nobody_is_not_found(session: Session, now: datetime) -> None:
    for act in (
        lambda: service.disable_user(session, "nobody", now, "test"),
        lambda: service.enable_user(session, "nobody", now, "test"),
        lambda: service.reset_password(session, "nobody", "test"),
    ):
        with pytest.raises(NotFoundError):
            act()


@pytest.mark.parametrize(
    ("role", "permission", "may"),
    [
        (Role.OPERATOR, Permission.REVIEW_CASES, True),
        (Role.OPERATOR, Permission.CONFIRM_CASES, False),
        (Role.OPERATOR, Permission.VIEW_OWNER, False),
        (Role.OFFICER, Permission.CONFIRM_CASES, True),
        (Role.OFFICER, Permission.REVIEW_CASES, False),
        (Role.LEADER, Permission.VIEW_AUDIT, True),
        (Role.LEADER, Permission.CONFIRM_CASES, False),
        (Role.ADMIN, Permission.MANAGE_USERS, True),
        (Role.ADMIN, Permission.VIEW_CASES, False),
    ],
)
def test_roles(role: Role, permission: Permission, may: bool, now: datetime) -> None:
    user = User(username="x", full_name="x", role=role, password_hash="", created_at=now)
    assert user.may(permission) is may


def test_accounts_nobody_used_for_45_days_are_disabled(session: Session, now: datetime) -> None:
    for name, role in (("quan", Role.ADMIN), ("lan", Role.OPERATOR), ("hung", Role.OFFICER)):
        add(session, name, role, now - timedelta(days=100))
    get = lambda name: service.get_user(session, name)  # noqa: E731
    get("lan").last_used_at = now - service.UNUSED + timedelta(minutes=1)
    session.flush()
    assert service.disable_unused(session, now) == 1
    # The last administrator stays: nobody could let people in again.
    assert [get(name).disabled_at for name in ("quan", "lan", "hung")] == [None, None, now]
    service.enable_user(session, "hung", now, "test")
    assert service.disable_unused(session, now + timedelta(days=1)) == 1
    assert (get("hung").disabled_at, get("lan").disabled_at) == (None, now + timedelta(days=1))
