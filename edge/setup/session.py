"""Access control of the page: for whoever opened it with the one-time token printed by the command.

The first browser that shows the token gets a cookie; the next device needs the next token, printed then. Both
are valid as long as the command runs.
"""

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "ngatu_setup"


class Gate:
    """Admits requests with the cookie, or once with the token.

    Args:
        announce: receives each new token.
        refuse: the answer to requests with neither.
    """

    def __init__(self, app: ASGIApp, announce: Callable[[str], None], refuse: ASGIApp) -> None:
        self._app = app
        self._announce = announce
        self._refuse = refuse
        self._sessions: set[str] = set()
        self._token = ""
        self._new_token()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http" or scope["path"].startswith("/static/") or self._is_known(scope):
            await self._app(scope, receive, send)
        elif scope["path"] == "/" and self._shows_token(scope):
            await self._let_in()(scope, receive, send)
        else:
            await self._refuse(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        return Request(scope).cookies.get(COOKIE, "") in self._sessions

    def _shows_token(self, scope: Scope) -> bool:
        shown = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return secrets.compare_digest(shown.encode(), self._token.encode())

    def _let_in(self) -> Response:
        session = secrets.token_urlsafe(32)
        self._sessions.add(session)
        self._new_token()
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="strict", max_age=7 * 24 * 3600)
        return answer

    def _new_token(self) -> None:
        self._token = secrets.token_urlsafe(16)
        self._announce(self._token)
