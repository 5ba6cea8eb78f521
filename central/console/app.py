"""The console as a separate ASGI application: HTML pages and HTML errors."""

from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import State

from central.accounts.second_factor import SecondFactorRequiredError
from central.citizens.files import LARGEST_FILE, MOST_FILES
from central.connections.sheets import LARGEST
from central.console import (
    alarm_routes,
    assets,
    audit_routes,
    breach_routes,
    camera_routes,
    case_list,
    case_routes,
    connection_routes,
    correcting_routes,
    dashboard_routes,
    data_request_routes,
    desk_routes,
    device_routes,
    exemption_routes,
    factor_routes,
    fleet_routes,
    form_routes,
    incident_routes,
    incoming_routes,
    known_answer_routes,
    law_routes,
    office_routes,
    officer_routes,
    power_routes,
    proceeding_routes,
    rejects_routes,
    report_entry_routes,
    report_routes,
    review_routes,
    search_routes,
    session_routes,
    submission_routes,
    treasury_routes,
    user_routes,
    watch_routes,
    watched_camera_routes,
    watching_routes,
    withdrawal_routes,
)
from central.console.pages import language, render
from central.devices.service import LARGEST_PHOTO
from central.errors import DomainError
from central.web import rates
from central.web.addresses import path_of
from central.web.error_pages import ErrorPages
from central.web.people import (
    NotSignedInError,
    PasswordChangeRequiredError,
    cookie_name,
    person_of,
    recognise,
)
from central.web.rates import RateLimit
from central.web.safety import BodyLimit, SameOrigin

_ROUTERS = (
    session_routes.router,
    factor_routes.router,
    review_routes.router,
    officer_routes.router,
    case_list.router,
    dashboard_routes.router,
    case_routes.router,
    exemption_routes.router,
    desk_routes.router,
    treasury_routes.router,
    incoming_routes.router,
    device_routes.router,
    camera_routes.router,
    fleet_routes.router,
    law_routes.router,
    form_routes.router,
    withdrawal_routes.router,
    watch_routes.router,
    proceeding_routes.router,
    submission_routes.router,
    correcting_routes.router,
    office_routes.router,
    report_entry_routes.router,
    report_routes.router,
    search_routes.router,
    watched_camera_routes.router,
    known_answer_routes.router,
    rejects_routes.router,
    watching_routes.router,
    connection_routes.router,
    alarm_routes.router,
    audit_routes.router,
    breach_routes.router,
    user_routes.router,
    power_routes.router,
    data_request_routes.router,
    incident_routes.router,
)


UPLOADS = {
    "/devices/": 2 * LARGEST_PHOTO,
    "/nodes/": 1024 * 1024,
    "/connections/": LARGEST + 64 * 1024,
    "/incoming/": MOST_FILES * LARGEST_FILE + 64 * 1024,
}
"""Largest body in bytes by path prefix: more than is accepted, so that the page itself can say which file is
too large and keep what was typed.
"""


def create_console(state: State) -> FastAPI:
    """Creates the console on the state of the whole application: `engine`, `settings`, `clock`, `console`."""
    console = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    console.state = state
    for router in _ROUTERS:
        console.include_router(router)
    console.router.routes.append(assets.ROUTE)
    console.add_middleware(BodyLimit, answer=_PAGES.unread, uploads=UPLOADS)
    console.add_middleware(SameOrigin, answer=_PAGES.domain)
    cookie = cookie_name(state.settings.secure_cookies)
    console.add_middleware(
        RateLimit, answer=_PAGES.domain, limits=rates.CENTRE, cookie=cookie, rates=state.rates
    )
    _PAGES.install(console)
    return console


def _to_sign_in(request: Request, error: DomainError) -> Response | None:
    if isinstance(error, NotSignedInError):
        return _go(request, f"/sign-in?to={quote(_page_of(request), safe='/')}")
    if isinstance(error, PasswordChangeRequiredError):
        return _go(request, "/password")
    if isinstance(error, SecondFactorRequiredError):
        return _go(request, "/second-factor")
    return None


def _problem(request: Request, template: str, **values: Any) -> Response:
    """An error page, with navigation for a signed-in person."""
    return render(request, template, person_of(request), **values)


_PAGES = ErrorPages(_problem, language, _to_sign_in, recognise)


def _page_of(request: Request) -> str:
    """The page somebody was on or wanted to open, with its query; never the address of an action."""
    if request.headers.get("HX-Request"):
        shown = request.headers.get("HX-Current-URL", "")
    else:
        shown = str(request.url) if request.method == "GET" else request.headers.get("Referer", "")
    return path_of(shown) or "/"


def _go(request: Request, target: str) -> Response:
    """Redirects to another page: an htmx request by a header, as it would swap the page into itself."""
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)
