"""Sign-in through the province's identity provider, and the one-time code after signing in."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from central.accounts import second_factor, sessions
from central.accounts.models import User
from central.accounts.oidc import Provider
from central.console.pages import language, render
from central.db import transaction
from central.errors import DomainError
from central.values import Text
from central.web import elsewhere
from central.web.people import Now, SessionToken, SignedInUser, cookie_name, visitor_of
from central.web.services import services
from central.words.errors import told

router = APIRouter()

STAFF_LOGIN = "staff_login"
"""The connection's name."""

_WAY = "ngatu-staff-way"
_SECOND = frozenset({"mfa", "otp", "hwk", "fpt", "face", "sc", "swk"})
"""Sign-in methods (`amr`, RFC 8176) that are a second factor."""


@router.get("/sign-in/elsewhere")
def go_elsewhere(request: Request, now: Now) -> Response:
    """To the provider where the province's staff sign in."""
    engine, vault = request.app.state.engine, services(request).vault
    way = elsewhere.begin(engine, STAFF_LOGIN, _provider(request), vault, _back(request), now)
    answer = RedirectResponse(way.url, status_code=303)
    secure = request.app.state.settings.secure_cookies
    answer.set_cookie(_WAY, way.cookie, max_age=600, httponly=True, secure=secure, samesite="lax")
    return answer


@router.get("/sign-in/elsewhere/back")
def come_back(
    request: Request,
    now: Now,
    code: Annotated[Text, Query(max_length=4000)] = "",
    state: Annotated[Text, Query(max_length=200)] = "",
    error: Annotated[Text, Query(max_length=200)] = "",
) -> Response:
    """Opens a session for whom the provider vouches for.

    The page that answers goes on by itself: no browser sends a strict cookie along a way that began
    elsewhere.
    """
    provider = _provider(request)
    given = {"code": code, "state": state} | ({"error": error} if error else {})
    vault, cookie = services(request).vault, request.cookies.get(_WAY, "")
    engine = request.app.state.engine
    claims = elsewhere.finish(engine, STAFF_LOGIN, provider, vault, _back(request), cookie, given, now)
    second = bool(_SECOND & set(claims.get("amr") or ()))
    name = str(claims[provider.settings.claim])
    token = sessions.sign_in_vouched(engine, name, now, visitor_of(request), second_factor=second)
    answer = render(request, "came_back.html")
    secure = request.app.state.settings.secure_cookies
    answer.set_cookie(cookie_name(secure), token, httponly=True, secure=secure, samesite="strict", path="/")
    answer.delete_cookie(_WAY)
    return answer


@router.get("/second-factor")
def page(request: Request, user: SignedInUser) -> Response:
    """The form for the code; for who has no authenticator yet, how to set one up."""
    return _page(request, user)


@router.post("/second-factor")
def give(
    request: Request,
    user: SignedInUser,
    token: SessionToken,
    now: Now,
    code: Annotated[Text, Form(max_length=20)],
) -> Response:
    """Checks the code and goes to the person's work."""
    engine, vault = request.app.state.engine, services(request).vault
    try:
        second_factor.give(engine, vault, user.username, token or "", code, now)
    except DomainError as refused:
        return _page(request, user, told(refused, language(request)).sentence, refused.status)
    return RedirectResponse("/", status_code=303)


def _page(request: Request, user: User, problem: str = "", status: int = 200) -> Response:
    address = None
    if not second_factor.is_set_up(user):
        with transaction(request.app.state.engine) as session:
            address = second_factor.begin(session, services(request).vault, user.username)
    qr = segno.make(address, error="m").svg_inline(scale=4, light="#fff", dark="#000") if address else None
    secret = address.partition("secret=")[2].partition("&")[0] if address else None
    return render(request, "second_factor.html", status=status, problem=problem, qr=qr, secret=secret)


def _provider(request: Request) -> Provider:
    found = services(request).provider
    if found is None:
        raise HTTPException(404)
    return found


def _back(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/sign-in/elsewhere/back"
