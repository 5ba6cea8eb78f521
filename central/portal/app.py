"""The owners' portal (Cổng thông tin cho chủ xe) as an application of its own: other port, other host name,
other cookie than the console."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from central.accounts.oidc import Provider
from central.citizens.files import LARGEST_FILE
from central.db import make_engine
from central.documents.filing import archive_of
from central.errors import DomainError
from central.media.sights import CheckedMedia
from central.media.store import MediaStore
from central.portal import answer_routes, assets, case_routes, entry_routes, payment_routes
from central.portal.pages import render
from central.portal.people import Desk, NotEnteredError
from central.settings import CentralSettings
from central.vault import BlindIndex, Vault
from central.web import framework_errors
from central.web.head import HeadAsGet
from central.web.language import language
from central.web.people import utc_now
from central.web.request_log import RequestLog
from central.web.safety import LARGEST_BODY, BodyLimit, SafetyHeaders, SameOrigin
from central.words.dictionary import translator
from central.words.errors import field_problem, told

_ROUTERS = (entry_routes.router, case_routes.router, answer_routes.router, payment_routes.router)


class Portal:
    """The portal over the database and folder of the settings; any number of processes may run it."""

    def __init__(self, settings: CentralSettings, clock: Callable[[], datetime] = utc_now) -> None:
        self.state = State()
        self.state.settings = settings
        self.state.clock = clock
        self.state.engine = make_engine(settings.database_url)
        vault = Vault.create_file(settings.owner_key)
        self.state.desk = Desk(
            settings=settings,
            media=CheckedMedia(MediaStore(settings.media_dir)),
            vault=vault,
            index=BlindIndex.create_file(settings.index_key),
            archive=archive_of(settings, vault),
            provider=Provider(settings.citizen_login) if settings.citizen_login else None,
        )
        self.app = _application(self.state)
        named = urlsplit(settings.office.portal).hostname
        hosts = [host for host in (named, "127.0.0.1", "localhost") if host]
        faces = SafetyHeaders(HeadAsGet(TrustedHostMiddleware(self.app, hosts, www_redirect=False)))
        self._faces: ASGIApp = RequestLog(faces)

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        """One request, or the life of the server."""
        await (self._faces if scope["type"] == "http" else self.app)(scope, receive, send)


def create_portal(settings: CentralSettings, clock: Callable[[], datetime] = utc_now) -> Portal:
    """The portal; `clock` is for tests."""
    return Portal(settings, clock)


def _application(state: State) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state = state
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.append(assets.ROUTE)
    app.add_api_route("/healthz", lambda: JSONResponse({"status": "ok"}), include_in_schema=False)
    app.add_middleware(BodyLimit, answer=_domain_page, largest=LARGEST_FILE + LARGEST_BODY)
    app.add_middleware(SameOrigin, answer=_domain_page)
    app.add_exception_handler(DomainError, _domain_page)
    app.add_exception_handler(RequestValidationError, _validation_page)
    app.add_exception_handler(HTTPException, _http_page)
    app.add_exception_handler(Exception, _unexpected_page)
    return app


async def _domain_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    if isinstance(error, NotEnteredError):
        return RedirectResponse("/?ended=1", status_code=303)
    words = told(error, language(request))
    return render(request, "problem.html", status=error.status, title=words.title, detail=words.detail)


async def _validation_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    lang = language(request)
    problems = [field_problem(e["type"], e.get("ctx", {}), lang) for e in error.errors()]
    title = translator(lang)("error.invalid_request.title")
    return render(request, "problem.html", status=422, title=title, detail="; ".join(dict.fromkeys(problems)))


async def _http_page(request: Request, error: Exception) -> Response:
    def page(status: int, title: str) -> Response:
        return render(request, "problem.html", status=status, title=title, detail="")

    return framework_errors.answer(request, error, page)


async def _unexpected_page(request: Request, _error: Exception) -> Response:
    detail = structlog.contextvars.get_contextvars().get("request_id", "")
    title = translator(language(request))("app.failed")
    return render(request, "problem.html", status=500, title=title, detail=detail)
