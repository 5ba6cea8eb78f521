"""Two addresses for monitoring a process: it is running (`/healthz`), it can work (`/readyz`).

Neither waits for the threads that answer people: those may all be waiting for the database.
"""

import sqlite3

import anyio
import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from central.db import make_engine
from central.web import writable

log = structlog.get_logger(__name__)

READY_SECONDS = 4.0
"""Time limit for the database to respond."""
_AT_ONCE = 8
_HINTS = {
    writable.READ_ONLY: "point `database` at the primary server, or let this process write the SQLite file",
    writable.NOT_OPENED: "let this process read and write the SQLite file and its folder",
    writable.MISSING: "mount its folder, or restore a backup",
    writable.FULL: "make room on the disk of the SQLite file",
}


class Health:
    """The two addresses of a process, with their own database connection."""

    def __init__(self, database_url: str) -> None:
        self._engine = make_engine(database_url, lock_seconds=READY_SECONDS, pooled=False)
        self._limiter = CapacityLimiter(_AT_ONCE)
        self.routes = [Route("/healthz", self._alive), Route("/readyz", self._ready)]

    async def _alive(self, _request: Request) -> Response:
        """The process responds, whatever the state of its database."""
        return JSONResponse({"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        """The process and its database respond, and the database accepts writes."""
        try:
            with anyio.fail_after(READY_SECONDS):
                why = await to_thread.run_sync(
                    writable.refusal, self._engine, abandon_on_cancel=True, limiter=self._limiter
                )
        except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError) as problem:
            log.error("the database does not answer", problem=str(problem))
            return JSONResponse({"status": "no database"}, status_code=503)
        if why is not None:
            log.error("the database takes no writes", why=why, hint=_HINTS[why])
            return JSONResponse({"status": why}, status_code=503)
        return JSONResponse({"status": "ok"})
