"""Signing in and out, and the people, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from central.accounts import passwords, service, sessions
from central.accounts.models import User
from central.accounts.permissions import Permission, Role
from central.values import Text, Verbatim
from central.web.people import (
    Now,
    ReadSessionDep,
    SessionDep,
    SessionToken,
    SignedInUser,
    cookie_name,
    password_alone,
    require,
    visitor_of,
)

router = APIRouter(tags=["accounts"])
UserName = Annotated[Text, Path(max_length=64)]
Manager = Annotated[User, Depends(require(Permission.MANAGE_USERS))]


class SignIn(BaseModel):
    """Name and password."""

    username: Annotated[Text, Field(max_length=64)]
    password: Annotated[Verbatim, Field(max_length=passwords.LONGEST_TYPED)]


class NewPassword(BaseModel):
    """The present password and the new one."""

    present: Annotated[Verbatim, Field(max_length=passwords.LONGEST_TYPED)]
    new: Annotated[Verbatim, Field(max_length=passwords.LONGEST_TYPED)]


class NewUser(BaseModel):
    """A user to add."""

    username: Annotated[Text, Field(max_length=64)]
    full_name: Annotated[Text, Field(min_length=1, max_length=200)]
    role: Role


class NewRole(BaseModel):
    """The new role of a user."""

    role: Role


class UserPublic(BaseModel):
    """A person, without what only the centre needs. `must_change_password`: nothing else is possible before:
    it is a one-time password, or an administrator's of 60 days.
    """

    username: str
    full_name: str
    role: Role
    must_change_password: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, user: User, now: datetime) -> Self:
        """The person as of now."""
        values = {name: getattr(user, name) for name in cls.model_fields}
        return cls(**values | {"must_change_password": user.must_renew_password(now)})


class UserCreated(BaseModel):
    """A person with the one-time password, which is shown this once."""

    user: UserPublic
    password: str

    @classmethod
    def of(cls, made: service.OneTimePassword, now: datetime) -> Self:
        """The person and the password."""
        return cls(user=UserPublic.of(made.user, now), password=made.password)


@router.post("/session", status_code=204)
def open_session(request: Request, response: Response, now: Now, body: SignIn) -> None:
    """Signs in: the session's cookie comes with the answer."""
    token = sessions.sign_in(request.app.state.engine, body.username, body.password, now, visitor_of(request))
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(cookie_name(secure), token, httponly=True, secure=secure, samesite="strict", path="/")


@router.delete("/session", status_code=204)
def end_session(request: Request, response: Response, session: SessionDep, token: SessionToken) -> None:
    """Signs out; no error when nobody was signed in."""
    if token:
        sessions.sign_out(session, token)
    response.delete_cookie(cookie_name(request.app.state.settings.secure_cookies), path="/")


@router.get("/session")
def who_am_i(user: SignedInUser, now: Now) -> UserPublic:
    """The signed-in user."""
    return UserPublic.of(user, now)


@router.put("/session/password", status_code=204)
def change_password(
    request: Request, user: SignedInUser, token: SessionToken, now: Now, body: NewPassword
) -> None:
    """Replaces the password and ends the person's other sessions."""
    change = sessions.PasswordChange(body.present, body.new, password_alone(request, user))
    sessions.change_password(request.app.state.engine, user.username, change, now, token)


@router.get("/users")
def users(session: ReadSessionDep, _manager: Manager, now: Now) -> list[UserPublic]:
    """All users, by name."""
    return [UserPublic.of(user, now) for user in service.list_users(session)]


@router.post("/users", status_code=201)
def add_user(session: SessionDep, manager: Manager, now: Now, body: NewUser) -> UserCreated:
    """Adds a user; the one-time password is only in this answer."""
    made = service.create_user(session, body.username, body.full_name, body.role, now, manager.actor)
    return UserCreated.of(made, now)


@router.post("/users/{username}/password-reset")
def reset_password(session: SessionDep, manager: Manager, now: Now, username: UserName) -> UserCreated:
    """A new one-time password; ends all the person's sessions."""
    return UserCreated.of(service.reset_password(session, username, manager.actor), now)


@router.put("/users/{username}/role")
def change_role(
    session: SessionDep, manager: Manager, now: Now, username: UserName, body: NewRole
) -> UserPublic:
    """Changes a user's role; the last administrator keeps theirs."""
    return UserPublic.of(service.change_role(session, username, body.role, manager.actor), now)


@router.delete("/users/{username}", status_code=204)
def disable_user(session: SessionDep, manager: Manager, now: Now, username: UserName) -> None:
    """Disables a user. Accounts are never deleted."""
    service.disable_user(session, username, now, manager.actor)


@router.post("/users/{username}/enabling")
def enable_user(session: SessionDep, manager: Manager, now: Now, username: UserName) -> UserCreated:
    """Enables a disabled user, with a one-time password."""
    return UserCreated.of(service.enable_user(session, username, now, manager.actor), now)
