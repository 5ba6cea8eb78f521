"""The web application: JSON API under /api/v1, health, and the console for people."""

import logging

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import text
from starlette.exceptions import HTTPException

from central import errors
from central.accounts import api as accounts_api
from central.audit import api as audit_api
from central.cases import api as cases_api
from central.console.app import create_console
from central.console.pages import ConsoleServices
from central.console.security import ConsoleSecurity
from central.db import SessionDep, make_engine
from central.fleet import api as fleet_api
from central.ingest import api as ingest_api
from central.media import api as media_api
from central.media.store import MediaStore
from central.offences import api as offences_api
from central.registry.vault import OwnerVault
from central.review import api as review_api
from central.settings import CentralSettings
from central.web import RequestLog

logger = logging.getLogger(__name__)

_API = (
    accounts_api.router,
    cases_api.router,
    review_api.router,
    offences_api.router,
    fleet_api.router,
    ingest_api.router,
    audit_api.router,
    media_api.router,
)

health = APIRouter(tags=["health"])


def create_app(settings: CentralSettings) -> FastAPI:
    """The application over the database and folder of the settings; any number of processes may run it."""
    app = FastAPI(
        title="Ngã Tư centre",
        description="Errors are `application/problem+json` (RFC 9457). Sign in with `POST /api/v1/session`.",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the page of the framework loads its script from elsewhere
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.engine = make_engine(settings.database_url)
    app.state.console = ConsoleServices(
        media=MediaStore(settings.media_dir),
        vault=OwnerVault.create_file(settings.owner_key),
    )
    app.add_middleware(ConsoleSecurity)
    app.add_middleware(RequestLog)
    app.add_exception_handler(errors.DomainError, errors.domain_problem)
    app.add_exception_handler(RequestValidationError, errors.validation_problem)
    app.add_exception_handler(HTTPException, errors.http_problem)
    app.add_exception_handler(Exception, _unexpected)
    for router in _API:
        app.include_router(router, prefix="/api/v1")
    app.include_router(health)
    app.mount("/", create_console(app.state))
    return app


@health.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz")
def ready(session: SessionDep) -> dict[str, str]:
    """The process and its database answer."""
    session.connection().execute(text("SELECT 1"))
    return {"status": "ok"}


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw: logged in full, told in general."""
    logger.error("unexpected error on %s", request.url.path, exc_info=error)
    detail = "The centre could not do this; its log says why."
    return errors.problem(500, "internal", "Unexpected error", detail, request.url.path)
