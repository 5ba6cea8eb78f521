"""Signing in at an identity provider that misbehaves: bounded in size and time, not asked after failures."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from central.accounts import oidc
from central.accounts.oidc import AwayError, ElsewhereError, Provider
from central.settings import OidcSettings
from central.vault import Vault
from central.web import elsewhere
from tests.serving import address_of, free_port, served

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BACK = "http://testserver/back"


class Misbehaving:
    """A server whose answer to the first question is `kind`; `asked` counts the questions."""

    def __init__(self) -> None:
        self.kind, self.asked = "endless", 0

    async def answer(self, _request: Request) -> Response:
        self.asked += 1
        if self.kind == "endless":
            return StreamingResponse(_endless(), media_type="application/json")
        if self.kind == "nonsense":
            return JSONResponse({"issuer": "http://somebody.else"})
        return Response(status_code=500)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Misbehaving, str]]:
    found, listener = Misbehaving(), free_port()
    path = "/.well-known/openid-configuration"
    with served(Starlette(routes=[Route(path, found.answer)]), listener):
        yield found, address_of(listener)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create_file(tmp_path / "owner.key")


@pytest.mark.parametrize("kind", ["endless", "nonsense", "failure"])
def test_a_server_that_misbehaves_is_away_and_left_alone_after_five_times(
    sqlite_engine: Engine, server: tuple[Misbehaving, str], vault: Vault, kind: str
) -> None:
    found, address = server
    found.kind, found.asked = kind, 0
    provider = Provider(OidcSettings(issuer=address, client_id="x", claim="sub"))
    for _ in range(7):
        with pytest.raises(AwayError):
            elsewhere.begin(sqlite_engine, "citizen_login", provider, vault, BACK, NOW)
    assert found.asked == 5
    later = NOW + timedelta(minutes=2)
    with pytest.raises(AwayError):
        elsewhere.begin(sqlite_engine, "citizen_login", provider, vault, BACK, later)
    assert found.asked == 6, "then one tries it again"


def test_a_slow_server_costs_no_more_than_its_time(
    sqlite_engine: Engine, server: tuple[Misbehaving, str], vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, address = server
    found.kind = "endless"
    monkeypatch.setattr(oidc, "SECONDS", -1.0)  # the time is over when the first piece comes
    monkeypatch.setattr(oidc, "LARGEST_ANSWER", 10**12)
    transport = oidc.Bounded()
    request = httpx.Request("GET", f"{address}/.well-known/openid-configuration")
    with pytest.raises(httpx.ReadError):
        transport.handle_request(request)


def test_an_answer_to_nobody_s_question_takes_nobody_s_turn(
    sqlite_engine: Engine, server: tuple[Misbehaving, str], vault: Vault
) -> None:
    found, address = server
    found.asked = 0
    provider = Provider(OidcSettings(issuer=address, client_id="x", claim="sub"))
    given = {"code": "c", "state": "s"}
    for _ in range(7):
        with pytest.raises(ElsewhereError):
            elsewhere.finish(sqlite_engine, "citizen_login", provider, vault, BACK, "junk", given, NOW)
    assert found.asked == 0
