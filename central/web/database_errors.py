"""Database errors for a valid request: the database can't do its work just now (503, try again), or the same
was stored a moment before (409).
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar

import structlog
from starlette.requests import Request
from starlette.responses import Response

from central.db import is_away, is_doubled
from central.errors import ConflictError, DomainError

log = structlog.get_logger(__name__)

COME_AGAIN_SECONDS = 10


class DoubledError(ConflictError):
    """Two requests stored the same at the same moment; this one was second."""

    code: ClassVar[str] = "doubled"


Handler = Callable[[Request, Exception], Awaitable[Response]]


class DatabaseAwayError(DomainError):
    """The database is unreachable, frozen, full, locked or overloaded: the same request may succeed later."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "database_away"


def handler(domain: Handler) -> Handler:
    """The handler of errors of the database driver; `domain` is the interface's handler of DomainError.

    An error in the statement itself is raised again: it is a bug of ours.
    """

    async def answer(request: Request, error: Exception) -> Response:
        if is_doubled(error):
            log.warning("stored by somebody else a moment before", path=request.url.path, problem=str(error))
            return await domain(request, DoubledError("now"))
        if not is_away(error):
            raise error
        log.error("the database does not do its work", path=request.url.path, problem=str(error))
        told = await domain(request, DatabaseAwayError("now"))
        told.headers["Retry-After"] = str(COME_AGAIN_SECONDS)
        return told

    return answer
