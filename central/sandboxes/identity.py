"""A simulated identity provider (in place of VNeID): OpenID Connect with authorisation code and PKCE, and a
page to choose a person. Its people are those of the simulated population database.
"""

import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey

from central.clock import Clock
from central.sandboxes.stage import STYLE, Stage

CLIENT = "ngatu-portal"
CLAIM = "identity"
CODE_LASTS = timedelta(minutes=1)
TOKEN_LASTS = timedelta(minutes=5)
HERE = frozenset({"127.0.0.1", "localhost"})
"""Where it redirects people: it authenticates anybody, so never to another machine."""


@dataclass(frozen=True)
class Asked:
    """Parameters of an authorisation request: the client, the redirect address, the values that bind the
    response to the request.
    """

    client_id: str
    redirect_uri: str
    state: str
    code_challenge: str
    nonce: str


@dataclass(frozen=True)
class _Given:
    asked: Asked
    person: dict[str, Any]
    until: datetime


@dataclass
class Identity:
    """The provider: its key is created at its start; a code is valid once, for a minute."""

    people: Callable[[], list[dict[str, Any]]]
    clock: Clock
    stage: Stage
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig", "kid": "1"}))
    codes: dict[str, _Given] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, asked: Asked, identity: str) -> str | None:
        """A code for a person of the population; None if nobody has the number."""
        person = next((one for one in self.people() if one["identity"] == identity), None)
        if person is None:
            return None
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = _Given(asked, person, self.clock() + CODE_LASTS)
        return code

    def take(self, code: str, redirect_uri: str, verifier: str) -> _Given | None:
        """The data of a code, if it comes with the verifier of its challenge, in time, for the first time."""
        with self.lock:
            given = self.codes.pop(code, None)
        if given is None or given.until < self.clock() or given.asked.redirect_uri != redirect_uri:
            return None
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return (
            given if secrets.compare_digest(challenge.encode(), given.asked.code_challenge.encode()) else None
        )

    def token(self, issuer: str, given: _Given) -> str:
        """The signed identity token."""
        now = self.clock()
        claims = {
            "iss": issuer,
            "sub": sha256(given.person["identity"].encode()).hexdigest()[:32],
            "aud": given.asked.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LASTS).timestamp()),
            "nonce": given.asked.nonce,
            CLAIM: given.person["identity"],
            "name": given.person["name"],
        }
        return jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.key)


def _asked(
    client_id: Annotated[str, Query()],
    redirect_uri: Annotated[str, Query()],
    response_type: Annotated[str, Query()],
    code_challenge: Annotated[str, Query()],
    code_challenge_method: Annotated[str, Query()],
    state: Annotated[str, Query()] = "",
    nonce: Annotated[str, Query()] = "",
) -> Asked:
    right = (client_id, response_type, code_challenge_method) == (CLIENT, "code", "S256")
    if not right or urlsplit(redirect_uri).hostname not in HERE:
        raise HTTPException(400)
    return Asked(client_id, redirect_uri, state, code_challenge, nonce)


def create_identity(provider: Identity) -> FastAPI:
    """Creates the provider; its issuer is the address under which it is mounted."""
    app = provider.stage.app()

    @app.get("/.well-known/openid-configuration")
    def addresses(request: Request) -> Response:
        issuer = _issuer(request)
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    @app.get("/keys")
    def keys() -> Response:
        return JSONResponse({"keys": [provider.key.as_dict(private=False)]})

    @app.get("/authorize")
    def who(_: Annotated[Asked, Depends(_asked)]) -> Response:
        return HTMLResponse(_choice(provider.people()))

    @app.post("/authorize")
    def chosen(asked: Annotated[Asked, Depends(_asked)], identity: Annotated[str, Form()] = "") -> Response:
        code = provider.give(asked, identity) if identity else None
        provider.stage.note(f"{asked.client_id}: {identity or '–'}", "code" if code else "access_denied")
        back = {"code": code} if code else {"error": "access_denied"}
        return RedirectResponse(f"{asked.redirect_uri}?{urlencode({**back, 'state': asked.state})}", 303)

    @app.post("/token")
    def token(
        request: Request,
        code: Annotated[str, Form()],
        redirect_uri: Annotated[str, Form()],
        code_verifier: Annotated[str, Form()],
    ) -> Response:
        given = provider.take(code, redirect_uri, code_verifier)
        if given is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        signed = provider.token(_issuer(request), given)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": signed}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    @app.get("/")
    def home() -> Response:
        return HTMLResponse(provider.stage.page())

    return app


def _issuer(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"


def _choice(people: list[dict[str, Any]]) -> str:
    """The page for choosing a person; its form is posted to the same address."""
    buttons = "".join(
        f'<button name="identity" value="{escape(one["identity"])}">{escape(one["name"])}'
        f" · {escape(one['identity'])}</button>"
        for one in people
        if "died" not in one
    )
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>VNeID thử nghiệm</title>'
        f"<style>{STYLE} form {{ display: grid; gap: 8px }}</style>"
        '<p class="bar">THỬ NGHIỆM, người bịa — SANDBOX in place of VNeID, invented people</p>'
        f'<h1>Bạn là ai? — Who are you?</h1><form method="post">{buttons}'
        "<button>Từ chối — refuse</button></form>"
    )
