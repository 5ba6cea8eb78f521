"""What an endpoint asks for: the signed-in person, with or without a permission."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, ClassVar

from fastapi import Depends, Request

from central.accounts import service
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.db import SessionDep
from central.errors import DomainError, ForbiddenError


class NotSignedInError(DomainError):
    """No session, or it has ended. The console answers it with the sign-in page."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not_signed_in"
    title: ClassVar[str] = "Sign in first"
    title_vi: ClassVar[str] = "Cần đăng nhập"


class PasswordChangeRequiredError(DomainError):
    """Signed in with a one-time password: only changing it is allowed."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "password_change_required"
    title: ClassVar[str] = "Change your one-time password first"
    title_vi: ClassVar[str] = "Cần đổi mật khẩu dùng một lần trước"


def utc_now() -> datetime:
    """The wall clock; tests replace it through `app.dependency_overrides`."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(utc_now)]


def cookie_name(secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to TLS; browsers refuse that prefix on plain HTTP."""
    return "__Host-ngatu" if secure else "ngatu"


def session_token(request: Request) -> str | None:
    """The token in the request's cookie."""
    return request.cookies.get(cookie_name(request.app.state.settings.secure_cookies))


SessionToken = Annotated[str | None, Depends(session_token)]


UNATTENDED = "X-Unattended"
"""Header of what a page asks by itself while nobody touches it."""


def _signed_in(request: Request, session: SessionDep, token: SessionToken, now: Now) -> User:
    attended = UNATTENDED not in request.headers
    user = service.user_of_token(session, token, now, attended=attended) if token else None
    if user is None:
        raise NotSignedInError
    return user


SignedInUser = Annotated[User, Depends(_signed_in)]
"""Signed in, perhaps still with the one-time password: for the password page and signing out only."""


def _current(user: SignedInUser) -> User:
    if user.must_change_password:
        raise PasswordChangeRequiredError
    return user


CurrentUser = Annotated[User, Depends(_current)]
"""The signed-in person."""


def require(permission: Permission) -> Callable[[User], User]:
    """A dependency that gives the signed-in person if they hold the permission.

    Use: `officer: Annotated[User, Depends(require(Permission.CONFIRM_CASES))]`. Raises ForbiddenError (403).
    """

    def permitted(user: CurrentUser) -> User:
        if not user.may(permission):
            raise ForbiddenError(f"this needs the permission {permission.value}")
        return user

    return permitted
