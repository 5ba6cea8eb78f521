"""Signing in at the province's provider, and the one-time code of signers and administrators."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import oidc_provider_mock
import pyotp
import pytest
from fastapi.testclient import TestClient

from central.accounts import second_factor
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.app import Centre, create_app
from central.db import transaction
from central.settings import CentralSettings, OidcSettings
from tests.central import databases

PASSWORD = "một mật khẩu đủ dài"


class Clock:
    """The tests' clock; it begins at the machine's, by which the provider signs."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def centre(provider: str, tmp_path: Path, clock: Clock) -> Iterator[Centre]:
    databases.migrated_sqlite(tmp_path / "central.db")
    (tmp_path / "secret").write_text("s")
    login = OidcSettings(
        issuer=provider,
        client_id="ngatu-console",
        client_secret_file=tmp_path / "secret",
        claim="preferred_username",
        label="Công an Bắc Ninh",
        label_en="Bac Ninh Police",
    )
    settings = CentralSettings(
        data_dir=tmp_path,
        secure_cookies=False,
        unit="BN",
        staff_login=login,
        second_factor_for=("signer", "admin"),
    )
    found = create_app(settings, clock=lambda: clock.now)
    with transaction(found.state.engine) as session:
        for name, role in (("ky", Role.SIGNER), ("quan", Role.ADMIN), ("lan", Role.OPERATOR)):
            accounts.create_user(session, name, name.title(), role, clock.now, "test")
    for name, amr in (("ky", None), ("quan", ["pwd", "otp"]), ("lan", None), ("ai", None)):
        claims = {"preferred_username": name} | ({"amr": amr} if amr else {})
        httpx.put(f"{provider}/users/{name}", json=claims).raise_for_status()
    yield found
    found.state.engine.dispose()


def browser_of(centre: Centre) -> TestClient:
    return TestClient(centre, raise_server_exceptions=False)


def came_in(centre: Centre, name: str) -> TestClient:
    """A browser that signed in at the provider."""
    browser = browser_of(centre)
    way = browser.get("/sign-in/elsewhere", follow_redirects=False).headers["location"]
    back = httpx.post(way, data={"sub": name}).headers["location"]
    answer = browser.get(back)
    assert 'http-equiv="refresh"' in answer.text
    return browser


def test_staff_sign_in_at_the_province_s_provider(centre: Centre) -> None:
    assert "Công an Bắc Ninh" in browser_of(centre).get("/sign-in").text
    english = browser_of(centre).get("/sign-in", headers={"Cookie": "lang=en"}).text
    assert "Bac Ninh Police" in english
    assert "Công an" not in english
    page = came_in(centre, "lan").get("/review")
    assert page.status_code == 200
    assert page.url.path == "/review"


def test_whom_we_do_not_know_is_not_let_in(centre: Centre) -> None:
    browser = browser_of(centre)
    way = browser.get("/sign-in/elsewhere", follow_redirects=False).headers["location"]
    back = httpx.post(way, data={"sub": "ai"}).headers["location"]
    assert browser.get(back).status_code == 401
    assert browser.get("/").url.path == "/sign-in"


def test_a_second_factor_given_there_counts_here(centre: Centre) -> None:
    assert came_in(centre, "quan").get("/nodes").url.path == "/nodes"


def test_a_signer_sets_an_authenticator_up_and_gives_a_code_each_time(centre: Centre, clock: Clock) -> None:
    browser = came_in(centre, "ky")
    page = browser.get("/cases")
    assert page.url.path == "/second-factor"
    assert browser.get("/api/v1/cases").status_code == 403
    totp = pyotp.TOTP(page.text.split("<code>")[1].split("</code>")[0])
    wrong = browser.post("/second-factor", data={"code": "000000"})
    assert wrong.status_code == 403
    code = totp.at(clock.now)
    assert browser.post("/second-factor", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 200
    assert browser.get("/cases").url.path == "/cases"

    clock.now += timedelta(seconds=1)
    again = came_in(centre, "ky")
    assert "<svg" not in again.get("/second-factor").text
    assert again.post("/second-factor", data={"code": code}).status_code == 403, "a code is taken once"
    clock.now += timedelta(seconds=30)
    assert again.post("/second-factor", data={"code": totp.at(clock.now)}).status_code == 200
    assert again.get("/cases").url.path == "/cases"


@pytest.mark.parametrize(
    ("seconds", "status"), [(-60, 403), (-30, 200), (0, 200), (30, 200), (60, 403)], ids=str
)
def test_a_telephone_s_clock_may_be_half_a_minute_off(
    centre: Centre, clock: Clock, seconds: int, status: int
) -> None:
    browser = came_in(centre, "ky")
    totp = pyotp.TOTP(browser.get("/second-factor").text.split("<code>")[1].split("</code>")[0])
    code = totp.at(clock.now + timedelta(seconds=seconds))
    assert browser.post("/second-factor", data={"code": code}).status_code == status


def test_wrong_codes_lock(centre: Centre, clock: Clock) -> None:
    browser = came_in(centre, "ky")
    page = browser.get("/second-factor").text
    totp = pyotp.TOTP(page.split("<code>")[1].split("</code>")[0])
    for _ in range(5):
        assert browser.post("/second-factor", data={"code": "1"}).status_code == 403
    assert browser.post("/second-factor", data={"code": totp.at(clock.now)}).status_code == 403


def test_a_lost_authenticator_is_taken_away_by_an_administrator(centre: Centre, clock: Clock) -> None:
    browser = came_in(centre, "ky")
    first = browser.get("/second-factor").text.split("<code>")[1].split("</code>")[0]
    browser.post("/second-factor", data={"code": pyotp.TOTP(first).at(clock.now)})
    with transaction(centre.state.engine) as session:
        second_factor.take_away(session, "ky", "user:quan")
    page = came_in(centre, "ky").get("/cases")
    assert page.url.path == "/second-factor"
    assert page.text.split("<code>")[1].split("</code>")[0] != first
