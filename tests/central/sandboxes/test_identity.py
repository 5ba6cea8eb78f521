"""The stand-in for VNeID, by the client of the portal: a code is good once, in time, with its verifier."""

from datetime import UTC, datetime

import httpx
import pytest

from central.accounts.oidc import ElsewhereError, Provider, Way
from central.sandboxes.identity import CLAIM, CLIENT
from central.settings import OidcSettings
from central.vault import Vault
from tests.central.sandboxes.national import National

VAULT = Vault((b"k" * 32,))
BACK = "http://127.0.0.1:1/identity/back"
HANH = "027190000245"


@pytest.fixture
def provider(national: National) -> Provider:
    return Provider(OidcSettings(issuer=f"{national.url}/identity", client_id=CLIENT, claim=CLAIM))


def begun(provider: Provider) -> Way:
    return provider.begin(VAULT, BACK, datetime.now(UTC))


def chosen(way: Way, **form: str) -> dict[str, str]:
    """What the browser comes back with."""
    answer = httpx.post(way.url, data=form)
    assert answer.status_code == 303, answer.text
    return dict(httpx.URL(answer.headers["location"]).params)


def test_whoever_one_chooses_to_be_is_vouched_for_once(provider: Provider) -> None:
    way = begun(provider)
    assert "Trần Thị Hạnh" in httpx.get(way.url).text
    answer = chosen(way, identity=HANH)
    claims = provider.finish(VAULT, BACK, way.cookie, answer, datetime.now(UTC))
    assert (claims[CLAIM], claims["name"]) == (HANH, "Trần Thị Hạnh")
    with pytest.raises(ElsewhereError):
        provider.finish(VAULT, BACK, way.cookie, answer, datetime.now(UTC))


@pytest.mark.parametrize("form", [{}, {"identity": "000000000000"}])
def test_who_refuses_or_is_nobody_is_sent_back_so(provider: Provider, form: dict[str, str]) -> None:
    assert chosen(begun(provider), **form)["error"] == "access_denied"


def test_a_code_of_another_browser_is_refused(provider: Provider) -> None:
    mine, other = begun(provider), begun(provider)
    code = chosen(other, identity=HANH)["code"]
    state = chosen(mine, identity=HANH)["state"]
    with pytest.raises(ElsewhereError):
        provider.finish(VAULT, BACK, mine.cookie, {"code": code, "state": state}, datetime.now(UTC))


@pytest.mark.parametrize(
    "change",
    [{"redirect_uri": "https://example.vn/"}, {"client_id": "x"}, {"code_challenge_method": "plain"}],
)
def test_it_vouches_to_this_machine_s_portal_only(provider: Provider, change: dict[str, str]) -> None:
    url = httpx.URL(begun(provider).url).copy_merge_params(change)
    assert httpx.get(url).status_code == 400
    assert httpx.post(url, data={"identity": HANH}).status_code == 400
