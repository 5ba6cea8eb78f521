"""Opening a notice by its code, the list of opened cases, leaving, the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from central.citizens import entry
from central.citizens.entry import Guest, Key, TooManyTriesError
from central.errors import DomainError
from central.portal.pages import render
from central.portal.people import MaybeGuest, Token, cookie_name, desk_of, place_of
from central.portal.views import case_view
from central.values import Text
from central.web import elsewhere
from central.web.addresses import path_of
from central.web.language import COOKIE, language
from central.web.people import Now, ReadSessionDep, SessionDep, drops_cookies
from central.words.errors import told
from central.words.languages import language_of
from web.safety import is_own_path

router = APIRouter()

CITIZEN_LOGIN = "citizen_login"
"""The connection's name."""

_WAY = "ngatu-way"
"""Cookie of a visitor during sign-in at the identity provider."""


@router.get("/")
def home(
    request: Request,
    session: ReadSessionDep,
    guest: MaybeGuest,
    now: Now,
    c: Annotated[Text, Query(max_length=20)] = "",
    q: Annotated[Text, Query(max_length=80)] = "",
    ended: bool = False,
) -> Response:
    """What is open in this browser; else the form. `c` is the code from the QR of a notice or a decision, `q`
    the number from that of a decision or a receipt: without the plate they open nothing."""
    if guest is None or not guest.opened:
        return _form(request, guest, number=q, code=c, decision=q, ended=ended)
    cases = [case_view(session, guest, opened.proceeding_id, now) for opened in guest.opened]
    asked = next((view for view in cases if view.decision is not None and view.decision.number == q), None)
    if asked is not None:
        return RedirectResponse(f"/cases/{asked.id}", status_code=303)
    if c:
        return _form(request, guest, number=q, code=c, decision=q)
    return render(request, "cases.html", guest, cases=cases)


@router.get("/open")
def form(request: Request, guest: MaybeGuest) -> Response:
    """The form, for one more notice."""
    return _form(request, guest)


@router.post("/open")
def open_notice(
    request: Request,
    token: Token,
    guest: MaybeGuest,
    now: Now,
    number: Annotated[Text, Form(max_length=80)],
    plate: Annotated[Text, Form(max_length=30)],
    code: Annotated[Text, Form(max_length=20)],
) -> Response:
    """Opens a notice and goes to its case."""
    engine = request.app.state.engine
    try:
        token, proceeding_id = entry.enter(
            engine, desk_of(request).index, Key(number, plate, code), place_of(request), now, token
        )
    except DomainError as refused:
        problem = told(refused, language(request)).sentence
        page = _form(request, guest, number, plate, problem=problem, status=refused.status)
        if isinstance(refused, TooManyTriesError):
            page.headers["Retry-After"] = str(int((refused.values["until"] - now).total_seconds()) + 1)
        return page
    return _entered(request, token, f"/cases/{proceeding_id}")


@router.get("/identity")
def go_elsewhere(request: Request, now: Now) -> Response:
    """To the provider where people sign in with their electronic identity."""
    desk = desk_of(request)
    if desk.provider is None:
        raise HTTPException(404)
    engine = request.app.state.engine
    way = elsewhere.begin(engine, CITIZEN_LOGIN, desk.provider, desk.vault, _back(request), now)
    answer = RedirectResponse(way.url, status_code=303)
    secure = request.app.state.settings.secure_cookies
    answer.set_cookie(_WAY, way.cookie, max_age=600, httponly=True, secure=secure, samesite="lax")
    return answer


@router.get("/identity/back")
def come_back(
    request: Request,
    token: Token,
    now: Now,
    code: Annotated[Text, Query(max_length=4000)] = "",
    state: Annotated[Text, Query(max_length=200)] = "",
    error: Annotated[Text, Query(max_length=200)] = "",
) -> Response:
    """Whoever comes back sees every notice of the identity the provider vouches for."""
    desk = desk_of(request)
    if desk.provider is None:
        raise HTTPException(404)
    given = {"code": code, "state": state} | ({"error": error} if error else {})
    try:
        cookie, back, engine = request.cookies.get(_WAY, ""), _back(request), request.app.state.engine
        claims = elsewhere.finish(engine, CITIZEN_LOGIN, desk.provider, desk.vault, back, cookie, given, now)
        identity = str(claims.get(desk.provider.settings.claim) or "")
        token = entry.enter_as(engine, desk.index, identity, now, token)
    except DomainError as refused:
        words = told(refused, language(request)).sentence
        return _form(request, None, problem=words, status=refused.status)
    answer = _entered(request, token, "/")
    answer.delete_cookie(_WAY)
    return answer


def _entered(request: Request, token: str, page: str) -> Response:
    """Redirects to a page with the session's cookie."""
    answer = RedirectResponse(page, status_code=303)
    secure = request.app.state.settings.secure_cookies
    # Lax: payment page and identity provider redirect people back from another site.
    answer.set_cookie(cookie_name(secure), token, httponly=True, secure=secure, samesite="lax", path="/")
    return answer


def _back(request: Request) -> str:
    return f"{request.app.state.settings.office.portal.rstrip('/')}/identity/back"


@router.post("/leave")
def leave(request: Request, session: SessionDep, token: Token) -> Response:
    """Ends the session here and in the browser, and has it forget the pictures it saw."""
    if token:
        entry.leave(session, token)
    answer = RedirectResponse("/", status_code=303, headers={"Clear-Site-Data": '"cache"'})
    answer.delete_cookie(cookie_name(request.app.state.settings.secure_cookies), path="/")
    return answer


@router.get("/language/{code}")
def choose_language(request: Request, code: Text) -> Response:
    """Remembers the language in a cookie: a preference of the browser, no state of ours."""
    back = path_of(request.headers.get("referer", ""))
    answer = RedirectResponse(back if is_own_path(back) else "/", status_code=303)
    answer.set_cookie(COOKIE, language_of(code), max_age=31_536_000, samesite="strict", path="/")
    return answer


def _form(
    request: Request,
    guest: Guest | None,
    number: str = "",
    plate: str = "",
    code: str = "",
    problem: str = "",
    decision: str = "",
    ended: bool = False,
    status: int = 200,
) -> Response:
    typed = {"number": number, "plate": plate, "code": code}
    provider = desk_of(request).provider
    label = provider.settings.called(language(request)) if provider is not None else None
    shown = {"problem": problem, "decision": decision, "ended": ended, "typed": typed, "identity": label}
    return render(request, "open.html", guest, status, plain=drops_cookies(request), **shown)
