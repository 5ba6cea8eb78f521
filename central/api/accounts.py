"""Signing in and out, and the people, as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from central.accounts import passwords, service, sessions
from central.accounts.models import User
from central.accounts.permissions import Permission, Role
from central.values import Text
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
    password: Annotated[Text, Field(max_length=passwords.LONGEST_TYPED)]


class NewPassword(BaseModel):
    """The present password and the new one."""

    present: Annotated[Text, Field(max_length=passwords.LONGEST_TYPED)]
    new: Annotated[Text, Field(max_length=passwords.LONGEST_TYPED)]


class NewUser(BaseModel):
    """A user to add."""

    username: Annotated[Text, Field(max_length=64)]
    full_name: Annotated[Text, Field(min_length=1, max_length=200)]
    role: Role


class NewRole(BaseModel):
    """The new role of a user."""

    role: Role


class UserPublic(BaseModel):
    """A person, without what only the centre needs."""

    username: str
    full_name: str
    role: Role
    must_change_password: bool
    locked_until: datetime | None
    disabled_at: datetime | None
    created_at: datetime


class UserCreated(BaseModel):
    """A person with the one-time password, which is shown this once."""

    user: UserPublic
    password: str


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


@router.get("/session", response_model=UserPublic)
def who_am_i(user: SignedInUser) -> User:
    """The signed-in user."""
    return user


@router.put("/session/password", status_code=204)
def change_password(
    request: Request, user: SignedInUser, token: SessionToken, now: Now, body: NewPassword
) -> None:
    """Replaces the password and ends the person's other sessions."""
    change = sessions.PasswordChange(body.present, body.new, password_alone(request, user))
    sessions.change_password(request.app.state.engine, user.username, change, now, token)


@router.get("/users", response_model=list[UserPublic])
def users(session: ReadSessionDep, _manager: Manager) -> list[User]:
    """All users, by name."""
    return service.list_users(session)


@router.post("/users", status_code=201, response_model=UserCreated)
def add_user(session: SessionDep, manager: Manager, now: Now, body: NewUser) -> service.OneTimePassword:
    """Adds a user; the one-time password is only in this answer."""
    actor = manager.actor
    return service.create_user(session, body.username, body.full_name, body.role, now, actor)


@router.post("/users/{username}/password-reset", response_model=UserCreated)
def reset_password(session: SessionDep, manager: Manager, username: UserName) -> service.OneTimePassword:
    """A new one-time password; ends all the person's sessions."""
    return service.reset_password(session, username, manager.actor)


@router.put("/users/{username}/role", response_model=UserPublic)
def change_role(session: SessionDep, manager: Manager, username: UserName, body: NewRole) -> User:
    """Changes a user's role; the last administrator keeps theirs."""
    return service.change_role(session, username, body.role, manager.actor)


@router.delete("/users/{username}", status_code=204)
def disable_user(session: SessionDep, manager: Manager, now: Now, username: UserName) -> None:
    """Disables a user. Accounts are never deleted."""
    service.disable_user(session, username, now, manager.actor)


@router.post("/users/{username}/enabling", response_model=UserCreated)
def enable_user(
    session: SessionDep, manager: Manager, now: Now, username: UserName
) -> service.OneTimePassword:
    """Enables a disabled user, with a one-time password."""
    return service.enable_user(session, username, now, manager.actor)
