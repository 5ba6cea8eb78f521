"""Signing in with an electronic identity: a real provider on a real port stands in for VNeID."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import oidc_provider_mock
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.citizens.models import Submission
from central.db import transaction
from central.portal.app import create_portal
from central.settings import OfficeSettings, OidcSettings
from tests.central.portal.site import PortalSite
from tests.central.proceedings.office import AN, BINH

BACK = "http://testserver/identity/back"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def vneid(site: PortalSite, provider: str, tmp_path: Path) -> PortalSite:
    """The portal with the provider; two people are known to it."""
    for name, person in (("an", AN), ("binh", BINH)):
        httpx.put(f"{provider}/users/{name}", json={"national_id": person.identity}).raise_for_status()
    (tmp_path / "client.secret").write_text("a secret")
    login = OidcSettings(
        issuer=provider,
        client_id="ngatu-portal",
        client_secret_file=tmp_path / "client.secret",
        scope="openid profile",
        claim="national_id",
        label="VNeID (thử nghiệm)",
        label_en="VNeID (trial)",
    )
    office = OfficeSettings(portal="http://testserver", words_en="Traffic Police of Bac Ninh")
    settings = site.portal.state.settings.model_copy(update={"citizen_login": login, "office": office})
    # The provider's clock is the machine's: what it signs is fresh by that one only.
    site.portal = create_portal(settings, clock=lambda: site.office.now)
    return site


def authorised(browser: TestClient, name: str | None) -> str:
    """What the provider sends the browser back with; None: the person refuses."""
    there = browser.get("/identity", follow_redirects=False)
    assert there.status_code == 303
    way = there.headers["location"]
    assert "code_challenge_method=S256" in way
    assert "code_challenge=" in way
    form = {"sub": name} if name else {"action": "deny"}
    answer = httpx.post(way, data=form)
    assert answer.status_code in (302, 303), answer.text
    back = answer.headers["location"]
    assert back.startswith(BACK)
    return back


@pytest.fixture
def today(vneid: PortalSite) -> PortalSite:
    """The office works on the provider's day."""
    case = vneid.noticed()
    second = vneid.noticed()
    other = vneid.noticed(owner=BINH)
    vneid.office.now = datetime.now(UTC)
    vneid.cases = (case, second, other)  # type: ignore[attr-defined]
    return vneid


def test_the_names_of_both_sides_are_in_the_language_of_the_page(vneid: PortalSite) -> None:
    told = {
        language: vneid.browser().get("/open", headers={"Accept-Language": language}).text
        for language in ("vi", "en")
    }
    assert "VNeID (thử nghiệm)" in told["vi"]
    assert "Phòng Cảnh sát giao thông" in told["vi"]
    assert "VNeID (trial)" in told["en"]
    assert "Traffic Police of Bac Ninh" in told["en"]
    for vietnamese in ("thử nghiệm", "Phòng Cảnh sát giao thông"):
        assert vietnamese not in told["en"]


def test_everybody_sees_all_of_their_own_notices_and_no_other(today: PortalSite) -> None:
    mine, second, other = today.cases  # type: ignore[attr-defined]
    browser = today.browser()
    page = browser.get(authorised(browser, "an"))
    assert page.url.path == "/", page.text
    assert today.page_of(mine) in page.text
    assert today.page_of(second) in page.text
    assert today.page_of(other) not in page.text
    assert browser.get(today.page_of(other)).status_code == 404


def test_what_is_sent_is_signed_by_the_identity(today: PortalSite) -> None:
    mine = today.cases[0]  # type: ignore[attr-defined]
    browser = today.browser()
    browser.get(authorised(browser, "an"))
    browser.post(f"{today.page_of(mine)}/answer/ask_place", data={"text": "xã"})
    with transaction(today.office.engine) as session:
        assert session.exec(select(Submission.signed_by)).all() == ["identity"]


def test_an_answer_counts_once_in_its_own_browser_and_in_time(today: PortalSite) -> None:
    browser, stranger = today.browser(), today.browser()
    back = authorised(browser, "an")
    assert stranger.get(back).status_code == 502
    forged = re.sub("state=[^&]+", "state=another", back)
    assert "không khớp với trình duyệt" in browser.get(forged).text
    again = authorised(browser, "an")
    assert browser.get(again).status_code == 200
    assert browser.get(again).status_code == 502, "a code is taken once"
    late = authorised(browser, "an")
    today.office.now += timedelta(minutes=11)
    assert "quá 10 phút" in browser.get(late).text


def test_who_refuses_or_has_no_notice_is_told(today: PortalSite, provider: str) -> None:
    browser = today.browser()
    assert "bạn đã hủy" in browser.get(authorised(browser, None)).text
    httpx.put(f"{provider}/users/nobody", json={"national_id": "999"}).raise_for_status()
    page = browser.get(authorised(browser, "nobody"))
    assert page.status_code == 404
    assert "Không có thông báo nào" in page.text


def test_the_code_of_a_notice_works_while_the_provider_is_away(site: PortalSite) -> None:
    login = OidcSettings(issuer="http://127.0.0.1:9", client_id="x", claim="national_id")
    settings = site.portal.state.settings.model_copy(update={"citizen_login": login})
    site.portal = create_portal(settings, clock=lambda: site.office.now)
    case_id = site.noticed()
    away = site.browser().get("/identity")
    assert away.status_code == 502
    assert "không trả lời" in away.text
    assert site.enter(case_id).get(site.page_of(case_id)).status_code == 200
