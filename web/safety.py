"""What every answer to a browser carries, and how a request shows who caused it (ASVS 3.4, 3.5)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
_TLS_ONLY = "max-age=31536000"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class SafetyHeaders:
    """Puts the safety headers on every answer, errors and files included. `tls_only`: browsers are told to
    come by TLS alone from then on."""

    def __init__(self, app: ASGIApp, *, tls_only: bool = False) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _TLS_ONLY} if tls_only else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def is_own_path(to: str) -> bool:
    """Whether a browser that is sent there stays on this site: a path, and nothing it takes for a host."""
    return to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()


def is_foreign(scope: Scope) -> bool:
    """Whether it is an unsafe request that another site caused: by Fetch Metadata where the browser sends it,
    else by Origin; who sends neither is no browser."""
    if scope["type"] != "http" or scope["method"] in _SAFE:
        return False
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
