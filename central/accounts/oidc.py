"""Sign-in through an identity provider: OpenID Connect, authorisation code with PKCE (RFC 7636, S256).

The values needed after the redirect (state, nonce, verifier) travel sealed in the browser's own cookie, so no
process stores them. A response is accepted only with that cookie, the right state, and a fresh identity token
signed by that issuer, issued for us and carrying our nonce.
"""

import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from central.errors import DomainError
from central.settings import OidcSettings
from central.vault import Vault, VaultError
from contract.canonical import read_json

SECONDS = 10.0
LASTS = timedelta(minutes=10)
"""How long a sign-in at the identity provider may take."""
_KEEP_SECONDS = 3600.0
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_LEEWAY_SECONDS = 60
_CONTEXT = "oidc way"


LARGEST_ANSWER = 256 * 1024
"""Largest response in bytes, keys and claims included; anything larger is rejected."""


class ElsewhereError(DomainError):
    """Sign-in through the identity provider failed: it is unavailable, it refused, or its response is
    invalid.
    """

    status: ClassVar[int] = 502
    code: ClassVar[str] = "sign_in_elsewhere"


class AwayError(ElsewhereError):
    """The provider did not respond: no connection, a response too slow or too large, or a failure of its
    own.
    """


class Bounded(httpx.HTTPTransport):
    """HTTP transport to the provider that reads at most `LARGEST_ANSWER` bytes of a response, for at most
    `SECONDS`.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request. Raises httpx.ReadError for a response that is too large or too slow."""
        # Compressed responses are neither requested nor decompressed: a few bytes can become gigabytes.
        request.headers["Accept-Encoding"] = "identity"
        until = time.monotonic() + SECONDS
        answer = super().handle_request(request)
        body = bytearray()
        try:
            for piece in answer.iter_raw():
                body += piece
                if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                    raise httpx.ReadError("an answer that is too large or too slow", request=request)
        finally:
            answer.close()
        headers = [pair for pair in answer.headers.raw if pair[0].lower() != b"content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=bytes(body))


@dataclass(frozen=True)
class Way:
    """The address to redirect the browser to, and the cookie value it must bring back."""

    url: str
    cookie: str


@dataclass
class Provider:
    """One identity provider. Its addresses and keys are fetched once an hour, its keys also when one is
    unknown.
    """

    settings: OidcSettings
    _known: tuple[float, dict[str, Any], KeySet] | None = field(default=None, repr=False)

    def knows_the_way(self) -> bool:
        """Whether the next redirect needs no request to the provider."""
        return self._known is not None and time.monotonic() - self._known[0] < _KEEP_SECONDS

    def begin(self, vault: Vault, back: str, now: datetime) -> Way:
        """Starts a sign-in; `back` is our own address for the response. Raises ElsewhereError."""
        addresses, _ = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                addresses["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        words = {"state": state, "nonce": nonce, "verifier": verifier, "at": now.timestamp()}
        sealed = vault.seal(json.dumps(words).encode(), _CONTEXT)
        return Way(str(url), urlsafe_b64encode(sealed).decode())

    def finish(
        self, vault: Vault, back: str, cookie: str, answer: Mapping[str, str], now: datetime
    ) -> dict[str, Any]:
        """Completes a sign-in and returns the person's claims.

        Raises:
            ElsewhereError: the response does not belong to this browser's request, or is invalid.
        """
        words = self.check(vault, cookie, answer, now)
        addresses, _ = self._provider()
        try:
            with self._client(back) as client:
                tokens = client.fetch_token(
                    addresses["token_endpoint"],
                    code=answer["code"],
                    code_verifier=words["verifier"],
                    grant_type="authorization_code",
                )
        except httpx.HTTPError as problem:
            raise AwayError("away") from problem
        except (OAuthError, ValueError) as problem:
            raise ElsewhereError("tokens") from problem
        claims = self._claims(str(tokens.get("id_token", "")), words["nonce"], now)
        if self.settings.claim not in claims:
            claims |= self._userinfo(str(tokens.get("access_token", "")), claims)
        if not str(claims.get(self.settings.claim) or "").strip():
            raise ElsewhereError("token")
        return claims

    def check(self, vault: Vault, cookie: str, answer: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """The values this browser started with, if the response belongs to it; sends no request to the
        provider. Raises ElsewhereError.
        """
        words = _opened(vault, cookie, now)
        if "error" in answer or not answer.get("code"):
            raise ElsewhereError("refused")
        if not secrets.compare_digest(answer.get("state", "").encode(), words["state"].encode()):
            raise ElsewhereError("state")
        return words

    def _userinfo(self, access_token: str, claims: Mapping[str, Any]) -> dict[str, Any]:
        """The provider's additional claims, if they are about the same person (OpenID Connect, 5.3)."""
        addresses, _ = self._provider()
        try:
            address = addresses["userinfo_endpoint"]
            bearer = {"Authorization": f"Bearer {access_token}"}
            found = _get(address, bearer)
            if found["sub"] != claims["sub"]:
                raise ElsewhereError("token")
            return {self.settings.claim: found.get(self.settings.claim)}
        except httpx.HTTPError as problem:
            raise AwayError("away") from problem
        except (ValueError, KeyError, TypeError) as problem:
            raise ElsewhereError("tokens") from problem

    def _claims(self, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        addresses, keys = self._provider()
        try:
            read = _decoded(token, keys)
        except JoseError:
            _, keys = self._provider(anew=True)  # the provider may have changed its keys
            try:
                read = _decoded(token, keys)
            except JoseError as problem:
                raise ElsewhereError("token") from problem
        claims = dict(read.claims)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        late = float(claims.get("exp", 0)) + _LEEWAY_SECONDS < now.timestamp()
        early = float(claims.get("iat", 0)) - _LEEWAY_SECONDS > now.timestamp()
        right = claims.get("iss") == addresses["issuer"] and self.settings.client_id in audiences
        if not right or late or early or claims.get("nonce") != nonce:
            raise ElsewhereError("token")
        return claims

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.settings.client_id,
            client_secret=self.settings.secret(),
            redirect_uri=back,
            scope=self.settings.scope,
            code_challenge_method="S256",
            timeout=SECONDS,
            transport=Bounded(),
        )

    def _provider(self, *, anew: bool = False) -> tuple[dict[str, Any], KeySet]:
        if self._known is not None and not anew and self.knows_the_way():
            return self._known[1], self._known[2]
        issuer = self.settings.issuer.rstrip("/")
        try:
            addresses: dict[str, Any] = _get(f"{issuer}/.well-known/openid-configuration")
            keys = KeySet.import_key_set(_get(addresses["jwks_uri"]))
            named = str(addresses["issuer"]).rstrip("/")
            for needed in ("authorization_endpoint", "token_endpoint"):
                _ = addresses[needed]
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as problem:
            raise AwayError("away") from problem
        if named != issuer:
            raise AwayError("away")
        self._known = (time.monotonic(), addresses, keys)
        return addresses, keys


def _get(address: str, headers: Mapping[str, str] | None = None) -> Any:
    with httpx.Client(timeout=SECONDS, transport=Bounded(), headers=headers) as client:
        return read_json(client.get(address).raise_for_status().content)


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=list(_ALGORITHMS))
    except ValueError as problem:
        raise ElsewhereError("token") from problem


def _opened(vault: Vault, cookie: str, now: datetime) -> dict[str, Any]:
    try:
        words: dict[str, Any] = json.loads(vault.open(urlsafe_b64decode(cookie), _CONTEXT))
    except (VaultError, ValueError):
        raise ElsewhereError("state") from None
    if now.timestamp() - float(words["at"]) > LASTS.total_seconds():
        raise ElsewhereError("late")
    return words
