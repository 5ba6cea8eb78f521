"""Signing in and out, the password page, the language switch."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from central.accounts import sessions
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.pages import language, render
from central.errors import DomainError
from central.values import Text, Verbatim
from central.web.addresses import path_of, split
from central.web.language import COOKIE
from central.web.methods import takes
from central.web.people import (
    CurrentUser,
    Now,
    SessionDep,
    SessionToken,
    SignedInUser,
    cookie_name,
    drops_cookies,
    password_alone,
    visitor_of,
)
from central.web.services import services
from central.words.dictionary import translator
from central.words.errors import told
from central.words.languages import language_of
from web.safety import is_own_path

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, to: str = "") -> Response:
    """The form; `to` is the page that was wanted."""
    return _sign_in_form(request, to=to)


@router.post("/sign-in")
def sign_in(
    request: Request,
    now: Now,
    username: Annotated[Text, Form(max_length=200)],
    password: Annotated[Verbatim, Form(max_length=10_000)],
    to: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Opens a session and goes where the person wanted to, or where their work is."""
    engine = request.app.state.engine
    try:
        token = sessions.sign_in(engine, username, password, now, visitor_of(request))
    except DomainError as refused:
        words = told(refused, language(request)).sentence
        return _sign_in_form(request, words, username, to, refused.status)
    user = sessions.user_of_token(engine, token, now)
    answer = RedirectResponse(_own_page(request, to) or _workplace(user), status_code=303)
    secure = request.app.state.settings.secure_cookies
    answer.set_cookie(cookie_name(secure), token, httponly=True, secure=secure, samesite="strict", path="/")
    return answer


@router.post("/sign-out")
def sign_out(request: Request, session: SessionDep, token: SessionToken) -> Response:
    """Ends the session here and in the browser, and has it forget the pictures it saw."""
    if token:
        sessions.sign_out(session, token)
    answer = RedirectResponse("/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache"'})
    answer.delete_cookie(cookie_name(request.app.state.settings.secure_cookies), path="/")
    return answer


@router.get("/session")
def session_left(request: Request, user: CurrentUser, token: SessionToken, now: Now) -> Response:
    """How many seconds this session lasts, and whether activity puts its end off."""
    left = sessions.time_left(request.app.state.engine, user, token or "", now)
    return JSONResponse(asdict(left))


@router.get("/password")
def password_page(request: Request, user: SignedInUser, now: Now) -> Response:
    """The form for a new password; the only page open to a one-time password."""
    return _password(request, user, now)


@router.post("/password")
def change_password(
    request: Request,
    user: SignedInUser,
    token: SessionToken,
    now: Now,
    old: Annotated[Verbatim, Form(max_length=10_000)],
    new: Annotated[Verbatim, Form(max_length=10_000)],
    again: Annotated[Verbatim, Form(max_length=10_000)],
) -> Response:
    """Changes the password and goes to the person's work."""
    if new != again:
        words = translator(language(request))("password.differ")
        return _password(request, user, now, words, 422)
    change = sessions.PasswordChange(old, new, password_alone(request, user))
    try:
        sessions.change_password(request.app.state.engine, user.username, change, now, token)
    except DomainError as refused:
        words = told(refused, language(request)).sentence
        return _password(request, user, now, words, refused.status)
    return RedirectResponse(_workplace(user), status_code=303)


@router.get("/language/{code}")
def choose_language(request: Request, code: Text) -> Response:
    """Remembers the language in a cookie: a preference of the browser, no state of ours."""
    answer = RedirectResponse(
        _own_page(request, path_of(request.headers.get("referer", ""))) or "/", status_code=303
    )
    answer.set_cookie(COOKIE, language_of(code), max_age=31_536_000, samesite="strict", path="/")
    return answer


def _password(request: Request, user: User, now: datetime, problem: str = "", status: int = 200) -> Response:
    """Without navigation for a person who may not open other pages yet."""
    why = "first" if user.must_change_password else "aged" if user.must_renew_password(now) else ""
    shown = None if why else user
    alone = password_alone(request, user)
    return render(request, "password.html", shown, why=why, alone=alone, problem=problem, status=status)


def _sign_in_form(
    request: Request, problem: str = "", username: str = "", to: str = "", status: int = 200
) -> Response:
    """`plain`: the browser uses plain HTTP, where it discards the session cookie."""
    to = _own_page(request, to)
    provider = services(request).provider
    label = provider.settings.called(language(request)) if provider is not None else None
    return render(
        request,
        "sign_in.html",
        problem=problem,
        username=username,
        to=to,
        plain=drops_cookies(request),
        elsewhere=label,
        status=status,
    )


_WORKPLACES = (
    (Permission.REVIEW_CASES, "/review"),
    (Permission.LEAD_REVIEWS, "/watching"),
    (Permission.CONFIRM_CASES, "/confirm"),
    (Permission.VIEW_REPORTS, "/dashboard"),
    (Permission.VIEW_PROCEEDINGS, "/desk"),
    (Permission.ENTER_PAYMENTS, "/treasury"),
    (Permission.APPROVE_LAW, "/law"),
)


def _workplace(user: User | None) -> str:
    """The address of the person's workplace."""
    places = (path for permission, path in _WORKPLACES if user is not None and user.may(permission))
    return next(places, "/")


def _own_page(request: Request, to: str) -> str:
    """A page of this site that can be opened, or an empty text: never another host, never the address of an
    action.
    """
    return to if is_own_path(to) and takes(request.app, split(to).path, "GET") else ""
