"""The owners' portal (Cổng thông tin cho chủ xe) as a separate application: different port, host name and
cookie from the console.
"""

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import State
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from central.accounts.oidc import Provider
from central.citizens.files import LARGEST_FILE
from central.clock import Clock, utc_now
from central.db import make_engine
from central.documents.filing import archive_of
from central.errors import DomainError
from central.media.places import store_of
from central.media.sights import CheckedMedia
from central.portal import answer_routes, assets, case_routes, entry_routes, inbox_routes, payment_routes
from central.portal.pages import render
from central.portal.people import Desk, NotEnteredError, cookie_name, guest_on_page, recognise
from central.settings import CentralSettings
from central.vault import BlindIndex, Vault
from central.web import rates
from central.web.error_pages import ErrorPages
from central.web.head import HeadAsGet
from central.web.health import Health
from central.web.language import language
from central.web.people import LOCK_SECONDS
from central.web.rates import RateLimit, Rates
from central.web.request_log import RequestLog
from central.web.safety import LARGEST_BODY, BodyLimit, SameOrigin
from web.safety import SafetyHeaders

_ROUTERS = (
    entry_routes.router,
    case_routes.router,
    answer_routes.router,
    inbox_routes.router,
    payment_routes.router,
)


class Portal:
    """The portal over the database and folder of the settings; any number of processes may run it."""

    def __init__(self, settings: CentralSettings, clock: Clock = utc_now) -> None:
        self.state = State()
        self.state.settings = settings
        self.state.clock = clock
        self.state.rates = Rates()
        self.state.engine = make_engine(settings.database_url, LOCK_SECONDS, clock=clock)
        vault = Vault.create_file(settings.owner_key)
        self.state.desk = Desk(
            settings=settings,
            media=CheckedMedia(store_of(settings)),
            vault=vault,
            index=BlindIndex.create_file(settings.index_key),
            archive=archive_of(settings, vault),
            provider=Provider(settings.citizen_login) if settings.citizen_login else None,
        )
        self.app = _application(self.state)
        named = urlsplit(settings.office.portal).hostname
        hosts = [host for host in (named, "127.0.0.1", "localhost") if host]
        own = HeadAsGet(TrustedHostMiddleware(self.app, hosts, www_redirect=False))
        faces = SafetyHeaders(own, tls_only=settings.secure_cookies)
        self._faces: ASGIApp = RequestLog(faces)

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        """Handles one request, or the server's lifespan."""
        await (self._faces if scope["type"] == "http" else self.app)(scope, receive, send)


def create_portal(settings: CentralSettings, clock: Clock = utc_now) -> Portal:
    """Creates the portal; `clock` is for tests."""
    return Portal(settings, clock)


def _application(state: State) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state = state
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.append(assets.ROUTE)
    app.router.routes.extend(Health(state.settings.database_url).routes)
    app.add_middleware(BodyLimit, answer=_PAGES.unread, largest=LARGEST_FILE + LARGEST_BODY)
    app.add_middleware(SameOrigin, answer=_PAGES.domain)
    cookie = cookie_name(state.settings.secure_cookies)
    app.add_middleware(RateLimit, answer=_PAGES.domain, limits=rates.PORTAL, cookie=cookie, rates=state.rates)
    _PAGES.install(app)
    return app


def _to_entry(_request: Request, error: DomainError) -> Response | None:
    return RedirectResponse("/?ended=1", status_code=303) if isinstance(error, NotEnteredError) else None


def _problem(request: Request, template: str, **values: Any) -> Response:
    return render(request, template, guest_on_page(request), **values)


_PAGES = ErrorPages(_problem, language, _to_entry, recognise)
