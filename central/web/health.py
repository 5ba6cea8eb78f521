"""Two addresses for whoever watches a process: it lives (`/healthz`), it can work (`/readyz`).

Neither waits for the threads that answer people: those may all be waiting for the database.
"""

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from central.db import make_engine, takes_writes

log = structlog.get_logger(__name__)

READY_SECONDS = 4.0
"""So long may the database take to say that it is there."""
_AT_ONCE = 8


class Health:
    """The two addresses of a process, with a way to the database of their own."""

    def __init__(self, database_url: str) -> None:
        self._engine = make_engine(database_url, lock_seconds=READY_SECONDS, pooled=False)
        self._limiter = CapacityLimiter(_AT_ONCE)
        self.routes = [Route("/healthz", self._alive), Route("/readyz", self._ready)]

    async def _alive(self, _request: Request) -> Response:
        """The process answers, whatever its database does."""
        return JSONResponse({"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        """The process and its database answer, and the database takes writes."""
        try:
            with anyio.fail_after(READY_SECONDS):
                writable = await to_thread.run_sync(
                    takes_writes, self._engine, abandon_on_cancel=True, limiter=self._limiter
                )
        except (SQLAlchemyError, TimeoutError) as problem:
            log.error("the database does not answer", problem=str(problem))
            return JSONResponse({"status": "no database"}, status_code=503)
        if not writable:
            log.error("the database is read-only: point `database` at the primary server")
            return JSONResponse({"status": "database is read-only"}, status_code=503)
        return JSONResponse({"status": "ok"})
