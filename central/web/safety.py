"""Checks of every unsafe request (ASVS 3.5, 5.2), as ASGI middleware; `web.safety` has the rest."""

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.errors import DomainError, ForbiddenError
from web.safety import is_foreign

LARGEST_BODY = 256 * 1024
"""Bytes of a request's body; forms and decisions are a few kilobytes, evidence is not sent this way."""

Answer = Callable[[Request, DomainError], Awaitable[Response]]
"""How an interface reports an error: problem details, or a page."""


class CrossSiteError(ForbiddenError):
    """The request was triggered by another site's page."""

    code: ClassVar[str] = "cross_site"


class TooLargeError(DomainError):
    """The request's body is larger than the centre accepts."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too_large"


class SameOrigin:
    """Refuses unsafe requests triggered by another site."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if is_foreign(scope):
            refusal = await self._answer(Request(scope), CrossSiteError())
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is too large: by its declared length at once, otherwise as soon as too much has
    arrived.

    The frameworks' own limit answers in plain text.
    """

    def __init__(
        self,
        app: ASGIApp,
        answer: Answer,
        largest: int = LARGEST_BODY,
        uploads: Mapping[str, int] | None = None,
    ) -> None:
        """`uploads`: path prefixes with a larger limit, and that limit."""
        self._app = app
        self._answer = answer
        self._largest = largest
        self._uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest_for(scope["path"])
        if _declared_length(scope) > largest:
            refusal = await self._answer(Request(scope), TooLargeError("bytes", n=largest))
            refusal.headers["Connection"] = "close"  # the rest of the body is not read
            await refusal(scope, receive, send)
            return
        came = 0

        async def receive_some() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > largest:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_some, send)

    def _largest_for(self, path: str) -> int:
        sizes = (size for start, size in self._uploads.items() if path.startswith(start))
        return max(sizes, default=self._largest)


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    digits = declared if declared.isascii() and declared.isdigit() else "0"
    return int(digits[:18])
