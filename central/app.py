"""The web application: the API for programs, the console for people, two addresses for watchers."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from central.api.app import create_api
from central.console.app import create_console
from central.db import make_engine, transaction
from central.settings import CentralSettings
from central.web.head import HeadAsGet
from central.web.people import utc_now
from central.web.request_log import RequestLog
from central.web.safety import SafetyHeaders
from central.web.services import Services

log = structlog.get_logger(__name__)


class Centre:
    """The application over the database and folder of the settings; any number of processes may run it.

    Each face answers all of its paths, those that don't exist too: an error of the API is problem details,
    one of the console a page.
    """

    def __init__(self, settings: CentralSettings, clock: Callable[[], datetime] = utc_now) -> None:
        self.state = State()
        self.state.settings = settings
        self.state.clock = clock
        self.state.engine = make_engine(settings.database_url)
        self.state.services = Services.of(settings)
        self.api = create_api(self.state)
        self.console = create_console(self.state)
        self.health = Starlette(routes=[Route("/healthz", _alive), Route("/readyz", _ready)])
        self.health.state = self.state
        self._faces: ASGIApp = RequestLog(SafetyHeaders(HeadAsGet(self._face)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server."""
        await (self._faces if scope["type"] == "http" else self.health)(scope, receive, send)

    async def _face(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in ("/healthz", "/readyz"):
            face: ASGIApp = self.health
        else:
            face = self.api if path == "/api" or path.startswith("/api/") else self.console
        await face(scope, receive, send)


def create_app(settings: CentralSettings, clock: Callable[[], datetime] = utc_now) -> Centre:
    """The web application; `clock` is for tests."""
    return Centre(settings, clock)


async def _alive(_request: Request) -> Response:
    """The process answers, whatever its database does."""
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """The process and its database answer."""
    try:
        await run_in_threadpool(_ask_database, request)
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return JSONResponse({"status": "no database"}, status_code=503)
    return JSONResponse({"status": "ok"})


def _ask_database(request: Request) -> None:
    with transaction(request.app.state.engine) as session:
        session.connection().execute(text("SELECT 1"))
