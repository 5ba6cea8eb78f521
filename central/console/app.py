"""The console as an ASGI application of its own: HTML answers and HTML errors."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from central.accounts.dependencies import NotSignedInError, PasswordChangeRequiredError
from central.console import case_routes, office_routes, officer_routes, review_routes, session_routes
from central.console.i18n import translator
from central.console.pages import FOLDER, language, render
from central.errors import DomainError

_ROUTERS = (
    session_routes.router,
    review_routes.router,
    officer_routes.router,
    case_routes.router,
    office_routes.router,
)


def create_console(state: State) -> FastAPI:
    """The console over the state of the whole application: `engine`, `settings` and `console` (its services).

    Mounted last, at "/"; the application around it adds `ConsoleSecurity`, for its own answers too.
    """
    console = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    console.state = state
    for router in _ROUTERS:
        console.include_router(router)
    console.mount("/static", StaticFiles(directory=FOLDER / "static"))
    console.mount("/vendor", StaticFiles(packages=[("js_lib_htmx", "static")]))
    console.add_exception_handler(DomainError, _domain_page)
    console.add_exception_handler(RequestValidationError, _validation_page)
    console.add_exception_handler(HTTPException, _http_page)
    console.add_exception_handler(Exception, _unexpected_page)
    return console


async def _domain_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if isinstance(error, NotSignedInError):
        return _go(request, f"/sign-in?to={quote(request.url.path)}")
    if isinstance(error, PasswordChangeRequiredError):
        return _go(request, "/password")
    title = error.title_vi if language(request) == "vi" else error.title
    return render(request, "problem.html", status=error.status, title=title, detail=error.detail)


async def _validation_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(str(problem["loc"][-1]) for problem in error.errors())
    return render(request, "problem.html", status=422, title="422", detail=fields)


async def _http_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return render(
        request, "problem.html", status=error.status_code, title=str(error.status_code), detail=error.detail
    )


async def _unexpected_page(request: Request, _error: Exception) -> Response:
    """What nobody foresaw, told in general; the request id finds it in the application's log."""
    detail = structlog.contextvars.get_contextvars().get("request_id", "")
    title = translator(language(request))("app.failed")
    return render(request, "problem.html", status=500, title=title, detail=detail)


def _go(request: Request, target: str) -> Response:
    """To another page: a fragment's request is told by header, because it would swap the page into itself."""
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)
