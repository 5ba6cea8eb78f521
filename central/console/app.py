"""The console as an ASGI application of its own: HTML answers and HTML errors."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from central.accounts.second_factor import SecondFactorRequiredError
from central.console import (
    assets,
    case_routes,
    desk_routes,
    device_routes,
    factor_routes,
    law_routes,
    office_routes,
    officer_routes,
    proceeding_routes,
    report_routes,
    review_routes,
    session_routes,
    withdrawal_routes,
)
from central.console.pages import language, render
from central.errors import DomainError
from central.web import framework_errors
from central.web.addresses import path_of
from central.web.people import NotSignedInError, PasswordChangeRequiredError
from central.web.safety import BodyLimit, SameOrigin
from central.words.dictionary import translator
from central.words.errors import field_problem, told

_ROUTERS = (
    session_routes.router,
    factor_routes.router,
    review_routes.router,
    officer_routes.router,
    case_routes.router,
    desk_routes.router,
    device_routes.router,
    law_routes.router,
    withdrawal_routes.router,
    proceeding_routes.router,
    office_routes.router,
    report_routes.router,
)


def create_console(state: State) -> FastAPI:
    """The console over the state of the whole application: `engine`, `settings`, `clock`, `console`."""
    console = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    console.state = state
    for router in _ROUTERS:
        console.include_router(router)
    console.router.routes.append(assets.ROUTE)
    console.add_middleware(BodyLimit, answer=_domain_page, uploads={"/devices/": device_routes.LARGEST_PHOTO})
    console.add_middleware(SameOrigin, answer=_domain_page)
    console.add_exception_handler(DomainError, _domain_page)
    console.add_exception_handler(RequestValidationError, _validation_page)
    console.add_exception_handler(HTTPException, _http_page)
    console.add_exception_handler(Exception, _unexpected_page)
    return console


async def _domain_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if isinstance(error, NotSignedInError):
        return _go(request, f"/sign-in?to={quote(_page_of(request), safe='/')}")
    if isinstance(error, PasswordChangeRequiredError):
        return _go(request, "/password")
    if isinstance(error, SecondFactorRequiredError):
        return _go(request, "/second-factor")
    words = told(error, language(request))
    return render(request, "problem.html", status=error.status, title=words.title, detail=words.detail)


async def _validation_page(request: Request, error: Exception) -> Response:
    """A form that the page itself can't send, or an address typed by hand."""
    assert isinstance(error, RequestValidationError)
    lang = language(request)
    title = translator(lang)("error.invalid_request.title")
    problems = [field_problem(e["type"], e.get("ctx", {}), lang) for e in error.errors()]
    detail = "; ".join(dict.fromkeys(problems))
    return render(request, "problem.html", status=422, title=title, detail=detail)


async def _http_page(request: Request, error: Exception) -> Response:
    def page(status: int, title: str) -> Response:
        return render(request, "problem.html", status=status, title=title, detail="")

    return framework_errors.answer(request, error, page)


async def _unexpected_page(request: Request, _error: Exception) -> Response:
    """What nobody foresaw, told in general; the request id finds it in the application's log."""
    detail = structlog.contextvars.get_contextvars().get("request_id", "")
    title = translator(language(request))("app.failed")
    return render(request, "problem.html", status=500, title=title, detail=detail)


def _page_of(request: Request) -> str:
    """The page somebody was on or wanted to open, with its query: never the address of an act."""
    if request.headers.get("HX-Request"):
        shown = request.headers.get("HX-Current-URL", "")
    else:
        shown = str(request.url) if request.method == "GET" else request.headers.get("Referer", "")
    return path_of(shown) or "/"


def _go(request: Request, target: str) -> Response:
    """To another page: a fragment's request is told by header, because it would swap the page into itself."""
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)
