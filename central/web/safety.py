"""What every answer carries and every unsafe request must show (ASVS 3.4, 3.5), as ASGI middleware."""

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.errors import DomainError, ForbiddenError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE = {"GET", "HEAD", "OPTIONS"}

LARGEST_BODY = 256 * 1024
"""Bytes of a request's body; forms and decisions are a few kilobytes, evidence does not come this way."""

Answer = Callable[[Request, DomainError], Awaitable[Response]]
"""How a face tells an error: problem details, or a page."""


class CrossSiteError(ForbiddenError):
    """Another site's page caused the request."""

    code: ClassVar[str] = "cross_site"


class TooLargeError(DomainError):
    """The request's body is larger than anything the centre takes."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too_large"


class SafetyHeaders:
    """Puts the safety headers on every answer, errors and files included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOrigin:
    """Refuses unsafe requests that another site caused."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if (
            scope["type"] == "http"
            and scope["method"] not in _SAFE
            and not _same_origin(Headers(scope=scope))
        ):
            refusal = await self._answer(Request(scope), CrossSiteError())
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is too large: by its declared length at once, else as soon as too much has come.

    The frameworks' own limit answers in plain text.
    """

    def __init__(
        self,
        app: ASGIApp,
        answer: Answer,
        largest: int = LARGEST_BODY,
        uploads: Mapping[str, int] | None = None,
    ) -> None:
        """`uploads`: beginnings of paths that take more, with how much."""
        self._app = app
        self._answer = answer
        self._largest = largest
        self._uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest_for(scope["path"])
        if _declared_length(scope) > largest:
            refusal = await self._answer(Request(scope), TooLargeError("bytes", n=largest))
            refusal.headers["Connection"] = "close"  # what is still on its way is not read
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


def _same_origin(headers: Headers) -> bool:
    """By Fetch Metadata where the browser sends it, else by Origin; who sends neither is no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
