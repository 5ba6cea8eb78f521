"""Dependencies of endpoints: a transaction, the clock, the signed-in user with or without a permission."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import Depends, Request
from sqlmodel import Session

from central.accounts import second_factor, sessions
from central.accounts.models import User
from central.accounts.permissions import Permission, Role
from central.accounts.second_factor import SecondFactorRequiredError
from central.db import reading, transaction
from central.errors import DomainError, ForbiddenError


class NotSignedInError(DomainError):
    """No session, or it has ended. The console answers it with the sign-in page."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not_signed_in"


class PasswordChangeRequiredError(DomainError):
    """Signed in with a one-time password: only changing it is allowed."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "password_change_required"


LOCK_SECONDS = 10.0
"""How long a request may wait for another process that writes to a SQLite file."""


def _request_session(request: Request) -> Iterator[Session]:
    with transaction(request.app.state.engine) as session:
        request.state.session = session  # for words of the law in use: see `central.console.pages`
        yield session


# Scope "function": the commit happens before the response is sent, so a client never sees a success that was
# lost.
SessionDep = Annotated[Session, Depends(_request_session, scope="function")]
"""One transaction for the request, committed when the endpoint returns."""


def _request_reading(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine) as session:
        request.state.session = session
        yield session


ReadSessionDep = Annotated[Session, Depends(_request_reading, scope="function")]
"""A read-only session that waits for no writer."""


def _clock(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


Now = Annotated[datetime, Depends(_clock)]


def cookie_name(secure: bool) -> str:
    """`__Host-` binds the cookie to this host and to TLS; browsers refuse that prefix on plain HTTP."""
    return "__Host-ngatu" if secure else "ngatu"


def drops_cookies(request: Request) -> bool:
    """Whether the browser will discard the session's cookie: it requires TLS, and the page was requested by
    plain HTTP from another machine.
    """
    host = request.url.hostname or ""
    on_this_machine = host == "localhost" or host.startswith("127.") or host == "::1"
    secure: bool = request.app.state.settings.secure_cookies
    return secure and request.url.scheme != "https" and not on_this_machine


def session_token(request: Request) -> str | None:
    """The token in the request's cookie."""
    return request.cookies.get(cookie_name(request.app.state.settings.secure_cookies))


SessionToken = Annotated[str | None, Depends(session_token)]


def visitor_of(request: Request) -> sessions.Visitor:
    """The origin of the request."""
    address = request.client.host if request.client else ""
    return sessions.Visitor(address, request.headers.get("user-agent", ""))


UNATTENDED = "X-Unattended"
"""Header of requests that a page sends by itself while nobody uses it."""


def _signed_in(request: Request, token: SessionToken, now: Now) -> User:
    attended = UNATTENDED not in request.headers
    engine = request.app.state.engine
    user = sessions.user_of_token(engine, token, now, attended=attended) if token else None
    if user is None:
        raise NotSignedInError
    return user


SignedInUser = Annotated[User, Depends(_signed_in)]
"""Signed in, perhaps still with the one-time password: for the password page and signing out only."""


def _current(request: Request, user: SignedInUser, token: SessionToken, now: Now) -> User:
    if user.must_renew_password(now):
        raise PasswordChangeRequiredError
    state = request.app.state
    if user.role in state.settings.second_factor_for and not second_factor.is_given(
        state.engine, token or ""
    ):
        raise SecondFactorRequiredError
    request.state.user = user
    return user


def password_alone(request: Request, user: User) -> bool:
    """Whether this is an administrator of whom no second factor is asked."""
    return user.role == Role.ADMIN and Role.ADMIN not in request.app.state.settings.second_factor_for


CurrentUser = Annotated[User, Depends(_current)]
"""The signed-in person."""


def recognise(request: Request) -> None:
    """Identifies the user where no endpoint did (an unknown address), for `person_of`.

    Raises DomainError: nobody is signed in, or the person may not open a page yet.
    """
    token, now = session_token(request), _clock(request)
    _current(request, _signed_in(request, token, now), token, now)


def person_of(request: Request) -> User | None:
    """The signed-in person whom the endpoint or `recognise` identified; None before that."""
    return getattr(request.state, "user", None)


def require(permission: Permission) -> Callable[[User], User]:
    """A dependency that returns the signed-in person if they hold the permission.

    Use: `officer: Annotated[User, Depends(require(Permission.CONFIRM_CASES))]`. Raises ForbiddenError (403).
    """

    def permitted(user: CurrentUser) -> User:
        check_permission(user, permission)
        return user

    return permitted


def check_permission(user: User, permission: Permission) -> None:
    """Raises ForbiddenError if the person doesn't hold the permission."""
    if not user.may(permission):
        raise ForbiddenError("permission", permission=permission.value)
