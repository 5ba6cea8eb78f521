"""Who may open which page, what every answer carries, and where strangers are sent."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from central.accounts.permissions import Role
from central.console.assets import address
from central.db import transaction
from tests.central.faces import OWN, SignedIn
from tests.central.people import add_case

OPERATOR, OFFICER, LEADER, ADMIN = Role.OPERATOR, Role.OFFICER, Role.LEADER, Role.ADMIN
DEVICE_USER, SIGNER = Role.DEVICE_USER, Role.SIGNER
SEE_CASES = {OPERATOR, OFFICER, LEADER, DEVICE_USER, SIGNER}
ALLOWED = {
    "/": set(Role),
    "/review": {OPERATOR},
    "/confirm": {OFFICER},
    "/cases": SEE_CASES,
    "/cases/1": SEE_CASES,
    "/cases/1/manifest.json": SEE_CASES,
    "/offences": {OFFICER, LEADER, SIGNER},
    "/nodes": {OPERATOR, OFFICER, LEADER, ADMIN, DEVICE_USER},
    "/quarantine": {ADMIN},
    "/reports": {LEADER},
    "/password": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_pages_and_no_other(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    found = {path: client.get(path).status_code for path in ALLOWED}
    assert found == {path: {True: 200, False: 403}[role in roles] for path, roles in ALLOWED.items()}


def test_pages_are_there_in_english(signed_in: SignedIn) -> None:
    client = signed_in(OFFICER)
    assert client.get("/language/en").status_code == 303
    assert "Police confirmation" in client.get("/cases").text
    assert client.get("/language/xx").headers["location"] == "/"


@pytest.mark.parametrize("path", sorted(ALLOWED.keys()))
def test_a_stranger_is_sent_to_sign_in(signed_in: SignedIn, path: str) -> None:
    stranger = TestClient(signed_in(OPERATOR).app, follow_redirects=False)
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?to=")


def test_a_fragment_s_stranger_is_told_by_header(signed_in: SignedIn) -> None:
    stranger = TestClient(signed_in(OPERATOR).app, follow_redirects=False)
    shown = "http://testserver/review?queue=attention"
    answer = stranger.post("/review/next", headers={"HX-Request": "true", "HX-Current-URL": shown})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?to=/review%3Fqueue%3Dattention"


def test_signing_in_returns_to_a_page_with_its_query_never_to_an_act(signed_in: SignedIn) -> None:
    client = signed_in(OPERATOR)
    client.post("/sign-out")
    for shown, wanted in (
        ("/cases?state=accepted", "/cases?state=accepted"),
        ("/review/1/accept", "/review"),
        ("/no-such-page", "/review"),
    ):
        form = {"username": "operator", "password": OWN, "to": shown}
        assert client.post("/sign-in", data=form).headers["location"] == wanted
    client.post("/sign-out")
    asked = client.post(
        "/review/1/accept", data={"version": 1}, headers={"Referer": "http://testserver/review"}
    )
    assert asked.headers["location"] == "/sign-in?to=/review"


@pytest.mark.parametrize("path", ["/", "/review", "/no-such-page", address("console.js"), "/api/v1/cases"])
def test_every_answer_is_fenced_in(signed_in: SignedIn, path: str) -> None:
    headers = signed_in(OPERATOR).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_can_cause_nothing(signed_in: SignedIn, site: str) -> None:
    client = signed_in(OPERATOR)
    answer = client.post("/review/next", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert client.post("/review/next", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/review/next", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_this_site_only(signed_in: SignedIn, to: str) -> None:
    client = signed_in(LEADER)
    client.post("/sign-out")
    answer = client.post(
        "/sign-in", data={"username": "leader", "password": "one sentence is easier", "to": to}
    )
    assert answer.headers["location"] == "/"


def test_a_refused_decision_shows_what_is_true_now(signed_in: SignedIn) -> None:
    client = signed_in(OPERATOR)
    client.post("/review/next")
    answer = client.post("/review/1/accept", data={"version": 1})
    assert answer.status_code == 409
    assert "Hồ sơ đã thay đổi từ khi bạn mở" in answer.text
    assert 'data-case="1"' in answer.text


def test_an_officer_puts_a_false_military_alarm_back(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OFFICER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, plate={"text": None, "colour": "red"})
    page = client.get(f"/cases/{case.id}").text
    assert "kiểm soát quân sự" in page
    form = {"version": case.version, "note": "biển đỏ do đèn hậu"}
    assert client.post(f"/confirm/{case.id}/not-military", data=form).status_code == 303
    assert "Chờ thẩm định" in client.get(f"/cases/{case.id}").text


def test_an_owner_is_not_for_operators(signed_in: SignedIn) -> None:
    assert signed_in(OPERATOR).post("/cases/1/owner").status_code == 403


def test_a_search_by_plate_needs_a_reason_and_is_logged(signed_in: SignedIn) -> None:
    client = signed_in(OFFICER)
    assert client.post("/cases/search", data={"plate": "29A00001", "why": ""}).status_code == 422
    found = client.post("/cases/search", data={"plate": "29a-000.01", "why": "complaint 12/2026"})
    assert found.text.count("<tr>") == 2
    entries = signed_in(LEADER).get("/api/v1/audit").json()["items"]
    searched = [entry for entry in entries if entry["action"] == "case.search"]
    assert searched[0]["detail"] == {"plate": "29A00001", "why": "complaint 12/2026"}


@pytest.mark.parametrize(("lang", "words"), [("vi", "Trung tâm gặp lỗi"), ("en", "The centre failed")])
def test_what_nobody_foresaw_is_told_in_the_reader_s_words(
    signed_in: SignedIn, lang: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    known = signed_in(OPERATOR)
    with transaction(known.app.state.engine) as session:  # type: ignore[attr-defined]
        session.execute(text("DROP TABLE node"))
    client = TestClient(known.app, raise_server_exceptions=False, cookies=known.cookies)
    client.cookies.set("lang", lang)
    answer = client.get("/nodes")
    assert answer.status_code == 500
    assert words in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "DROP" not in answer.text
    assert "no such table" not in answer.text
    assert "unexpected error" in caplog.text
    assert "/nodes" in caplog.text
