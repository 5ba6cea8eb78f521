"""A walk of every route of the portal with hostile values, by a stranger and by who opened a notice: nothing
falls over, nobody sees another's case; held locks and storms are answered in time."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import text

from central.db import make_engine
from central.portal.app import create_portal
from tests.central import databases
from tests.central.portal.site import PortalSite, portal_site
from tests.central.web.walk import BODIES, Operation, Request, of_face

OPEN = frozenset({"/", "/open", "/identity", "/identity/back", "/leave", "/language/{code}", "/payment/told"})
"""What a stranger may call; everything else sends them to the form."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalSite]:
    """A portal with two cases, whose buckets refill between any two requests."""
    folder = tmp_path_factory.mktemp("portal")
    databases.migrated_sqlite(folder / "central.db")
    engine = make_engine(f"sqlite:///{folder / 'central.db'}")
    site = portal_site(engine, folder, datetime(2026, 11, 24, 8, tzinfo=UTC))
    site.portal.state.rates.clock = itertools.count(step=3600).__next__
    site.noticed()
    site.noticed()
    yield site
    site.portal.state.engine.dispose()
    engine.dispose()


def send(browser: TestClient, request: Request) -> Response:
    """The answer; nothing may be wrong with it, whatever was asked."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    answer: Response = browser.request(
        request.method, request.url, content=request.content, headers=headers, follow_redirects=False
    )
    told = f"{request.method} {request.url[:200]} {str(request.content)[:200]} → {answer.text[:300]}"
    assert answer.status_code < 500, told
    assert answer.headers["x-content-type-options"] == "nosniff", told
    assert "default-src 'none'" in answer.headers["content-security-policy"], told
    return answer


def routes(site: PortalSite) -> list[Operation]:
    """Every operation of the portal."""
    return list(of_face(site.portal.app))


def test_a_stranger_is_sent_to_the_form_and_a_guest_to_their_own_cases_only(walked: PortalSite) -> None:
    stranger, guest = walked.browser(), walked.enter(1)
    other = walked.page_of(2).rpartition("/")[2]
    for operation in routes(walked):
        answer = send(stranger, operation.request())
        if operation.path not in OPEN:
            assert answer.status_code == 303, f"{operation.name} → {answer.status_code}"
            assert answer.headers["location"] == "/?ended=1", operation.name
        if "proceeding_id" in operation.in_path:
            theirs = send(guest, operation.request({"proceeding_id": other}))
            # A form is looked at before it is asked whose case it is.
            assert theirs.status_code in (404, 422), f"{operation.name} → {theirs.status_code}"


def test_no_value_and_no_body_is_too_hostile(walked: PortalSite) -> None:
    for operation in routes(walked):
        guest = walked.enter(1)
        for request in operation.changed():
            send(guest, request)
        if operation.bodies:
            url = operation.request().url
            for body in BODIES:
                for content_type in (operation.content_type, "text/plain"):
                    send(guest, Request(operation.method, url, body, content_type))


def test_a_storm_on_the_form_is_told_to_wait_and_holds_up_nobody_else(site: PortalSite) -> None:
    case_id = site.noticed()
    guest, storm = site.enter(case_id), site.browser()
    statuses = [storm.post("/open", data={"number": "1", "plate": "x", "code": "y"}) for _ in range(200)]
    assert statuses[-1].status_code == 429
    assert int(statuses[-1].headers["retry-after"]) > 0
    assert guest.get(site.page_of(case_id)).status_code == 200
    elsewhere = TestClient(site.portal, client=("10.9.8.7", 1))
    assert elsewhere.post("/open", data=site.keys[case_id]).status_code == 200


@pytest.mark.postgres
def test_a_held_lock_is_told_in_time_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.need_postgres()
    monkeypatch.setattr("central.portal.app.LOCK_SECONDS", 0.5)
    with databases.migrated_postgres() as url:
        engine = make_engine(url)
        site = portal_site(engine, tmp_path, datetime(2026, 11, 24, 8, tzinfo=UTC))
        site.portal = create_portal(site.portal.state.settings, clock=lambda: site.office.now)
        case_id = site.noticed()
        guest, page = site.enter(case_id), site.page_of(case_id)
        with engine.connect() as holder:
            holder.execute(text("LOCK TABLE proceeding, citizen_draft IN EXCLUSIVE MODE"))
            assert guest.get(page).status_code == 200, "who reads waits for nobody"
            refused = guest.post(f"{page}/answer/admit")
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            holder.rollback()
        assert site.office.state(case_id, "answer") == "waiting"
        assert guest.post(f"{page}/answer/admit").status_code == 200
        assert site.office.state(case_id, "answer") == "admitted"
        site.portal.state.engine.dispose()
        engine.dispose()
