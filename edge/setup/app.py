"""The set-up page as an application: reads and writes a folder of camera files."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from configs.loading import ConfigError
from edge.setup import (
    camera_routes,
    comparing_routes,
    drawing_routes,
    joining_routes,
    revision_routes,
    rule_routes,
    sending_routes,
    start_routes,
    suggestion_routes,
    trial_routes,
)
from edge.setup.pages import ASSETS, language, render
from edge.setup.places import Places, SetupError
from edge.setup.session import Gate
from edge.setup.sight import Sight
from edge.setup.tasks import Tasks
from edge.setup.wording import told, translator
from web.safety import SafetyHeaders, is_foreign

_ROUTERS = (
    start_routes.router,
    camera_routes.router,
    comparing_routes.router,
    drawing_routes.router,
    joining_routes.router,
    rule_routes.router,
    trial_routes.router,
    sending_routes.router,
    suggestion_routes.router,
    revision_routes.router,
)


def utc_now() -> datetime:
    """The time of this machine, UTC."""
    return datetime.now(UTC)


def create_app(
    places: Places,
    announce: Callable[[str], None],
    clock: Callable[[], datetime] = utc_now,
    sight: Sight | None = None,
) -> ASGIApp:
    """The page over a folder of camera files.

    Args:
        announce: receives each one-time token that opens the page; a new one after each use.
        sight: analyses recordings; None: the packaged networks.
    """
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_end_tasks
    )
    app.state.places = places
    app.state.tasks = Tasks()
    app.state.clock = clock
    app.state.sight = sight or Sight()
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.append(ASSETS.route)
    app.add_exception_handler(SetupError, _setup_error)
    app.add_exception_handler(ConfigError, _config_error)
    return SafetyHeaders(Gate(_OwnPagesOnly(app), announce, _stranger))


@asynccontextmanager
async def _end_tasks(app: FastAPI) -> AsyncIterator[None]:
    yield
    await run_in_threadpool(app.state.tasks.stop)


class _OwnPagesOnly:
    """Refuses requests caused by another site's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = PlainTextResponse("cross-site request", 403) if is_foreign(scope) else self._app
        await answer(scope, receive, send)


async def _stranger(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    answer = render(request, "stranger.html", status=403)
    await answer(scope, receive, send)


async def _setup_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SetupError)
    return _told(request, told(error, language(request)), 404 if error.code.startswith("no_") else 409)


async def _config_error(request: Request, error: Exception) -> Response:
    """A camera file in the folder that can't be read, or a draft that is not yet a valid camera file."""
    assert isinstance(error, ConfigError)
    spoken = language(request)
    detail = "\n".join(error.lines(spoken))
    return _told(request, translator(spoken)("error.file", detail=detail), 422)


def _told(request: Request, words: str, status: int) -> Response:
    """Shows an error in place of a fragment, to the script, or on a page."""
    if request.headers.get("HX-Request"):
        return render(request, "_problem.html", words=words)
    if "application/json" in request.headers.get("accept", ""):
        return Response(words, status, media_type="text/plain; charset=utf-8")
    return render(request, "problem.html", status=status, words=words)
