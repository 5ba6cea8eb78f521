"""One line in the log for each request, and an id that connects the line, the errors and the response."""

import time
import uuid

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


class RequestLog:
    """ASGI middleware around all interfaces.

    The path is logged, the query is not: it may contain a plate. Unexpected errors are logged in full. They
    are not raised again, since the interface has answered: otherwise the server would close the connection,
    and with it the next request that is already on its way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        request_id = uuid.uuid4().hex
        started = time.monotonic()
        status, finished = 500, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, finished
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            finished = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except ClientDisconnect:
                log.info("the client hung up", path=scope["path"])  # the client has gone
            except Exception:
                log.exception("unexpected error", path=scope["path"])
                if not finished:
                    raise
            finally:
                milliseconds = round((time.monotonic() - started) * 1000)
                log.info(
                    "answered", method=scope["method"], path=scope["path"], status=status, ms=milliseconds
                )
