"""People and their sessions: passwords, lockout, expiry."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts import service
from central.accounts.models import User, UserSession
from central.accounts.permissions import Permission, Role
from central.db import transaction
from central.errors import ConflictError, InvalidError


@pytest.fixture
def lan(session: Session, now: datetime) -> service.OneTimePassword:
    return service.create_user(session, "Lan", "Nguyễn Thị Lan", Role.OPERATOR, now, "test")


def test_a_one_time_password_signs_in_and_must_be_changed(
    session: Session, lan: service.OneTimePassword, now: datetime
) -> None:
    token = service.sign_in(session, " LAN ", lan.password, now)
    user = service.user_of_token(session, token, now)
    assert user is lan.user
    assert user.must_change_password
    service.change_password(session, user, lan.password, "một mật khẩu đủ dài", token)
    assert not lan.user.must_change_password
    assert service.user_of_token(session, token, now) is user


def test_neither_token_nor_password_is_stored(
    session: Session, lan: service.OneTimePassword, now: datetime
) -> None:
    token = service.sign_in(session, "lan", lan.password, now)
    stored = session.exec(select(UserSession)).one()
    assert token not in stored.model_dump_json()
    assert lan.password not in lan.user.password_hash
    assert lan.user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("username", "password"), [("lan", "wrong"), ("nobody", "wrong"), ("lan", "x" * 1_000_000), ("", "")]
)
def test_a_wrong_name_or_password_is_refused_alike(
    session: Session, lan: service.OneTimePassword, now: datetime, username: str, password: str
) -> None:
    with pytest.raises(service.SignInError, match="sign_in_failed"):
        service.sign_in(session, username, password, now)


def test_repeated_failures_lock_for_a_while_and_are_kept_though_each_raises(
    engine: Engine, now: datetime
) -> None:
    with transaction(engine) as session:
        made = service.create_user(session, "lan", "Lan", Role.OPERATOR, now, "test")
    for _ in range(service.ATTEMPTS_BEFORE_LOCK):
        with pytest.raises(service.SignInError), transaction(engine) as session:
            service.sign_in(session, "lan", "wrong", now)
    with pytest.raises(service.SignInError), transaction(engine) as session:
        service.sign_in(session, "lan", made.password, now)
    with transaction(engine) as session:
        assert service.sign_in(session, "lan", made.password, now + service.LOCK_TIME)


@pytest.mark.parametrize(
    ("steps", "alive"),
    [
        ([timedelta(minutes=14)], True),
        ([timedelta(minutes=15)], False),
        ([timedelta(minutes=12 * n) for n in range(1, 60)], True),
        ([timedelta(minutes=12 * n) for n in range(1, 61)], False),
    ],
    ids=["used within the idle limit", "idle", "kept in use", "kept in use past the absolute limit"],
)
def test_sessions_end_when_idle_or_old(
    session: Session, lan: service.OneTimePassword, now: datetime, steps: list[timedelta], alive: bool
) -> None:
    token = service.sign_in(session, "lan", lan.password, now)
    users = [service.user_of_token(session, token, now + step) for step in steps]
    assert (users[-1] is not None) is alive


@pytest.mark.parametrize(
    ("attended", "alive"), [(True, True), (False, False)], ids=["somebody is there", "only the page asks"]
)
def test_a_page_that_nobody_touches_keeps_no_session(
    session: Session, lan: service.OneTimePassword, now: datetime, attended: bool, alive: bool
) -> None:
    token = service.sign_in(session, "lan", lan.password, now)
    minutes = [now + timedelta(minutes=n) for n in range(1, 16)]
    users = [service.user_of_token(session, token, minute, attended=attended) for minute in minutes]
    assert (users[-1] is not None) is alive


def test_who_runs_the_system_is_signed_out_sooner(session: Session, now: datetime) -> None:
    made = service.create_user(session, "quan", "Phạm Hồng Quân", Role.ADMIN, now, "test")
    token = service.sign_in(session, "quan", made.password, now)
    assert service.user_of_token(session, token, now + timedelta(minutes=4)) is made.user
    assert service.user_of_token(session, token, now + timedelta(minutes=9)) is None


def test_stale_sessions_are_deleted(session: Session, lan: service.OneTimePassword, now: datetime) -> None:
    service.sign_in(session, "lan", lan.password, now)
    assert service.end_stale_sessions(session, now) == 0
    assert service.end_stale_sessions(session, now + service.IDLE_LIMIT) == 1


def test_disabling_ends_all_sessions_at_once(
    session: Session, lan: service.OneTimePassword, now: datetime
) -> None:
    token = service.sign_in(session, "lan", lan.password, now)
    service.disable_user(session, "lan", now, "test")
    assert service.user_of_token(session, token, now) is None
    with pytest.raises(service.SignInError):
        service.sign_in(session, "lan", lan.password, now)


def test_changing_the_password_ends_the_other_sessions(
    session: Session, lan: service.OneTimePassword, now: datetime
) -> None:
    here, elsewhere = (service.sign_in(session, "lan", lan.password, now) for _ in range(2))
    service.change_password(session, lan.user, lan.password, "một mật khẩu đủ dài", here)
    assert service.user_of_token(session, here, now) is lan.user
    assert service.user_of_token(session, elsewhere, now) is None


@pytest.mark.parametrize("new", ["short", "x" * 257])
def test_a_bad_new_password_is_refused(
    session: Session, lan: service.OneTimePassword, now: datetime, new: str
) -> None:
    with pytest.raises(InvalidError, match="password_length"):
        service.change_password(session, lan.user, lan.password, new)
    assert lan.user.must_change_password


def test_the_one_time_password_is_no_new_password(session: Session, lan: service.OneTimePassword) -> None:
    with pytest.raises(InvalidError, match="password_same"):
        service.change_password(session, lan.user, lan.password, lan.password)


def test_a_reset_gives_a_new_one_time_password(
    session: Session, lan: service.OneTimePassword, now: datetime
) -> None:
    token = service.sign_in(session, "lan", lan.password, now)
    made = service.reset_password(session, "lan", "test")
    assert service.user_of_token(session, token, now) is None
    assert service.sign_in(session, "lan", made.password, now)


def test_a_name_is_given_once(session: Session, lan: service.OneTimePassword, now: datetime) -> None:
    with pytest.raises(ConflictError, match="username_taken"):
        service.create_user(session, "LAN", "Lan khác", Role.OFFICER, now, "test")


@pytest.mark.parametrize("name", ["", "a b", "<script>", "x" * 65])
def test_odd_names_are_refused(session: Session, now: datetime, name: str) -> None:
    with pytest.raises(InvalidError):
        service.create_user(session, name, "?", Role.OFFICER, now, "test")


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
