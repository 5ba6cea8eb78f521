"""Who may open which page, what every answer carries, and where strangers are sent."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from jinja2 import Environment, nodes
from sqlalchemy import text

from central.accounts.permissions import Role
from central.accounts.service import find_user
from central.console import pages
from central.console.assets import address
from central.console.pages import FOLDER
from central.db import transaction
from central.fleet.enrolment import enrol
from central.fleet.models import Camera
from contract.signing import SigningKey
from tests.central.casework import Casework
from tests.central.evidence import enrolment
from tests.central.faces import OWN, SignedIn
from tests.central.people import add_case

OPERATOR, OFFICER, LEADER, ADMIN = Role.OPERATOR, Role.OFFICER, Role.LEADER, Role.ADMIN
DEVICE_USER, SIGNER = Role.DEVICE_USER, Role.SIGNER
SHIFT_LEAD = Role.SHIFT_LEAD
SEE_CASES = {OPERATOR, SHIFT_LEAD, OFFICER, LEADER, DEVICE_USER, SIGNER}
ALLOWED = {
    "/": set(Role),
    "/review": {OPERATOR},
    "/confirm": {OFFICER},
    "/cases": SEE_CASES,
    "/cases/1": SEE_CASES,
    "/exemptions": SEE_CASES,
    "/cases/1/manifest.json": SEE_CASES - {LEADER},  # a leader states a purpose first
    "/offences": {OFFICER, LEADER, SIGNER},
    "/nodes": {OPERATOR, SHIFT_LEAD, OFFICER, LEADER, ADMIN, DEVICE_USER},
    "/quarantine": {ADMIN},
    "/alarms": {OPERATOR, SHIFT_LEAD, OFFICER, LEADER, ADMIN, DEVICE_USER},
    "/users": {ADMIN},
    "/users/powers": {ADMIN},
    "/audit": {LEADER, ADMIN},
    "/watching": {SHIFT_LEAD, LEADER},
    "/reports": {LEADER},
    "/dashboard": {LEADER},
    "/password": set(Role),
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_pages_and_no_other(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    found = {path: client.get(path).status_code for path in ALLOWED}
    assert found == {path: {True: 200, False: 403}[role in roles] for path, roles in ALLOWED.items()}


@pytest.mark.parametrize("role", list(Role))
def test_no_page_leads_somebody_to_what_is_not_theirs(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    pages = [path for path in ALLOWED if client.get(path).status_code == 200]
    links = {link for path in pages for link in re.findall(r'href="(/[^"]*)"', client.get(path).text)}
    assert "/password" in links
    assert [link for link in sorted(links) if client.get(link).status_code == 403] == []


@pytest.mark.parametrize(
    "template", sorted((FOLDER / "templates").glob("*.html")), ids=lambda file: file.name
)
def test_no_page_shows_a_function_for_a_word(template: Path) -> None:
    tree = Environment().parse(template.read_text(encoding="utf-8"))
    called = {
        id(part)
        for call in tree.find_all(nodes.Call)
        for part in (call.node, *call.args, *(each.value for each in call.kwargs))
    }
    given = {name for name, value in pages._words("vi").items() if callable(value)}
    shown = [name.name for name in tree.find_all(nodes.Name) if name.ctx == "load" and id(name) not in called]
    assert [name for name in shown if name in given] == []


def test_a_few_pages_stand_beside_each_other(signed_in: SignedIn) -> None:
    assert "more-pages" not in signed_in(Role.LAWYER).get("/law").text
    assert "more-pages" in signed_in(ADMIN).get("/").text


@pytest.mark.parametrize(
    ("role", "path", "entry"),
    [
        (SHIFT_LEAD, "/watching", "/watching"),
        (SHIFT_LEAD, "/watching/looks", "/watching"),
        (Role.TREASURY, "/treasury/refunds", "/treasury"),
        (Role.CLERK, "/outgoing", "/incoming"),
        (OFFICER, "/cases/1", "/cases"),
        (ADMIN, "/audit/readings", "/audit"),
        (Role.LAWYER, "/law", "/law"),
        (ADMIN, "/", "/"),
        (ADMIN, "/password", None),
    ],
)
def test_the_navigation_shows_where_one_is(
    signed_in: SignedIn, role: Role, path: str, entry: str | None
) -> None:
    shown = re.findall(r'href="([^"]*)" aria-current', signed_in(role).get(path).text.split("</header>")[0])
    assert shown == ([] if entry is None else [entry])


@pytest.mark.parametrize(
    ("role", "workplace"),
    [
        (OPERATOR, "/review"),
        (SHIFT_LEAD, "/watching"),
        (OFFICER, "/confirm"),
        (DEVICE_USER, "/desk"),
        (SIGNER, "/desk"),
        (Role.CLERK, "/desk"),
        (Role.COMMUNE, "/desk"),
        (Role.TREASURY, "/treasury"),
        (Role.LAWYER, "/law"),
        (LEADER, "/dashboard"),
        (ADMIN, "/"),
    ],
)
def test_everybody_lands_where_their_work_is(signed_in: SignedIn, role: Role, workplace: str) -> None:
    client = signed_in(role)
    client.post("/sign-out")
    answer = client.post("/sign-in", data={"username": role.value, "password": OWN})
    assert answer.headers["location"] == workplace
    assert client.get(workplace).status_code == 200


def test_a_node_that_is_silent_is_online_nowhere(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(LEADER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        for name, quiet in (("nut-1", timedelta(0)), ("nut-2", timedelta(minutes=4))):
            node = enrol(session, enrolment(name, SigningKey.generate()), now, "test")
            node.state, node.last_seen_at = "online", now - quiet
            session.add(Camera(node_id=name, id="cam-1", site="s", site_name="S", state="online"))
    assert "<strong>1/2</strong>" in client.get("/").text
    shown = client.get("/nodes").text
    assert shown.count("state-online") == 2  # the node that answers, and its camera
    nodes = {node["id"]: node["state"] for node in client.get("/api/v1/nodes").json()}
    assert nodes == {"nut-1": "online", "nut-2": "silent"}
    cameras = {camera["node_id"]: camera["state"] for camera in client.get("/api/v1/cameras").json()}
    assert cameras == {"nut-1": "online", "nut-2": "unknown"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/cases/999999", 404),
        ("GET", "/users", 403),
        ("GET", "/cases/abc", 422),
        ("GET", "/review/next", 405),
        ("POST", "/cases/1", 405),
        ("POST", "/review/999999/accept", 422),
        ("POST", "/cases/1/comments", 413),
    ],
)
def test_an_error_leaves_whoever_is_signed_in_their_way_to_other_pages(
    signed_in: SignedIn, method: str, path: str, status: int
) -> None:
    client = signed_in(OPERATOR)
    body = b"x" * 300_000 if status == 413 else None
    answer = client.request(method, path, content=body)
    assert answer.status_code == status
    assert {'href="/review"', 'action="/sign-out"'} <= set(
        re.findall(r'(?:href|action)="[^"]*"', answer.text)
    )
    client.cookies.clear()
    assert "<nav" not in client.get("/nowhere").text


def test_a_one_time_password_opens_no_way_from_an_error(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OPERATOR)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        find_user(session, "operator").must_change_password = True  # type: ignore[union-attr]
    assert "<nav" not in client.get("/nowhere").text


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
    answer = client.post("/sign-in", data={"username": "leader", "password": OWN, "to": to})
    assert answer.headers["location"] == "/dashboard"


def test_a_refused_decision_shows_what_is_true_now(signed_in: SignedIn) -> None:
    client = signed_in(OPERATOR)
    client.post("/review/next")
    answer = client.post("/review/1/accept", data={"version": 1})
    assert answer.status_code == 409
    assert "Hồ sơ đã thay đổi từ khi bạn mở" in answer.text
    assert 'data-case="1"' in answer.text


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("accept", {}),
        ("reject", {"reason": "other", "note": "che biển"}),
        ("skip", {"reason": "hard_to_see"}),
    ],
)
def test_nobody_decides_what_hardly_appeared(signed_in: SignedIn, act: str, form: dict[str, str]) -> None:
    client = signed_in(OPERATOR)
    version = re.search(r'name="version" value="(\d+)"', client.post("/review/next").text)
    assert version is not None
    sent = form | {"version": version[1], "looked": "120"}
    answer = client.post(f"/review/1/{act}", data=sent)
    assert answer.status_code == 409
    assert "Quá nhanh" in answer.text
    assert 'data-case="1"' in answer.text
    assert 'data-case="2"' in client.post(f"/review/1/{act}", data=sent | {"looked": "900"}).text


def test_an_officer_puts_a_false_military_alarm_back(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OFFICER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, plate={"text": None, "colour": "red"})
    page = client.get(f"/cases/{case.id}").text
    assert "kiểm soát quân sự" in page
    form = {"version": case.version, "note": "biển đỏ do đèn hậu"}
    form["action"] = "not_military"
    assert client.post(f"/confirm/{case.id}/not-special", data=form).status_code == 303
    assert "Chờ thẩm định" in client.get(f"/cases/{case.id}").text


def test_a_military_vehicle_is_handed_over_and_nobody_elses_case(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OFFICER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        case = add_case(session, now, 3, plate={"text": None, "colour": "red"})
    assert "Lập hồ sơ chuyển giao" in client.get(f"/cases/{case.id}").text
    for _ in range(2):
        answer = client.post(f"/confirm/{case.id}/handing-over", data={"version": case.version})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/proceedings/{case.id}")
    assert "Xe quân đội" in client.get(f"/proceedings/{case.id}").text
    page = client.get(f"/cases/{case.id}").text
    assert f'href="/proceedings/{case.id}"' in page
    assert "Không phải xe quân đội" not in page
    assert client.post("/confirm/1/handing-over", data={"version": 1}).status_code == 409


def test_a_diplomatic_vehicle_is_handed_over_or_given_back(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OFFICER)
    plate = {"text": "80441NG45", "confidence": 0.97, "agreed": True, "colour": "white"}
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        ours, theirs = (add_case(session, now, number, plate=plate) for number in (3, 4))
    page = client.get(f"/cases/{ours.id}").text
    assert "miễn trừ" in page
    assert "Không phải xe ngoại giao" in page
    form = {"version": ours.version, "note": "chữ đọc sai", "action": "not_diplomatic"}
    assert client.post(f"/confirm/{ours.id}/not-special", data=form).status_code == 303
    assert "Chờ thẩm định" in client.get(f"/cases/{ours.id}").text
    answer = client.post(f"/confirm/{theirs.id}/handing-over", data={"version": theirs.version})
    assert answer.headers["location"] == f"/proceedings/{theirs.id}"
    assert "Xe ngoại giao" in client.get(f"/proceedings/{theirs.id}").text
    assert client.get("/proceedings/1").status_code == 404


def test_an_owner_is_not_for_operators(signed_in: SignedIn) -> None:
    assert signed_in(OPERATOR).post("/cases/1/owner").status_code == 403


ASKED = {"plate": "29a-000.01", "purpose": "complaint", "file": "KN 12/2026"}


def test_a_search_by_plate_needs_a_purpose_and_a_file_and_is_logged(signed_in: SignedIn) -> None:
    client = signed_in(OFFICER)
    assert client.post("/cases/search", data=ASKED | {"file": "không số"}).status_code == 422
    found = client.post("/cases/search", data=ASKED)
    assert found.text.count("<tr>") == 2
    entries = signed_in(LEADER).get("/api/v1/audit").json()["items"]
    searched = [entry for entry in entries if entry["action"] == "case.search"]
    assert searched[0]["detail"] == {
        "plate": "29A***01",  # leaders see plates shortened
        "purpose": "complaint",
        "reference": "KN 12/2026",
    }


def test_all_cases_of_a_vehicle_can_be_seen(signed_in: SignedIn, now: datetime) -> None:
    client = signed_in(OFFICER)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        for sequence in range(3, 63):
            add_case(session, now, sequence, plate={"text": "98A77777"})
    asked = ASKED | {"plate": "98A-777.77"}
    first = client.post("/cases/search", data=asked).text
    numbers = re.findall(r'href="/cases/(\d+)"', first)
    assert len(numbers) == 50
    older = re.search(r'name="before" value="(\d+)"', first)
    assert older is not None
    rest = client.post("/cases/search", data={**asked, "before": older[1]}).text
    assert len(re.findall(r'href="/cases/(\d+)"', rest)) == 10
    assert 'name="before"' not in rest


@pytest.mark.parametrize(("lang", "words"), [("vi", "Trung tâm gặp lỗi"), ("en", "The centre had an error")])
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


def test_a_case_leads_to_its_proceedings_and_back(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    link = f'href="/proceedings/{case_id}"'
    assert link in casework.at("thu-ly").get(f"/cases/{case_id}").text
    assert link in casework.at("thu-ly").get("/offences").text
    assert link not in casework.at("lan").get(f"/cases/{case_id}").text
    assert f'href="/cases/{case_id}"' in casework.at("thu-ly").get(f"/proceedings/{case_id}").text


def test_an_accident_shows_what_it_costs(signed_in: SignedIn) -> None:
    officer = signed_in(OFFICER)
    without = officer.get("/confirm/1/law")
    assert "18.000.000–20.000.000" in without.text
    accident = officer.get("/confirm/1/law", params={"accident": "true"})
    assert "20.000.000–22.000.000" in accident.text
    assert "18.000.000" not in accident.text
    assert "gây tai nạn" in accident.text
    assert officer.get("/confirm/999/law").status_code == 404


def test_an_administrator_renews_an_old_password_before_anything_else(
    signed_in: SignedIn, now: datetime
) -> None:
    client = signed_in(ADMIN)
    assert client.get("/users").status_code == 200
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        find_user(session, "admin").password_set_at = now - timedelta(days=60)  # type: ignore[union-attr]
    assert client.get("/users").headers["location"] == "/password"
    assert "60 ngày" in client.get("/password").text
    weak = client.post("/password", data={"old": OWN, "new": "một câu dễ nhớ", "again": "một câu dễ nhớ"})
    assert (weak.status_code, "ít nhất 14 ký tự" in weak.text) == (422, True)
    again = client.post("/password", data={"old": OWN, "new": OWN, "again": OWN})
    assert again.status_code == 422
    fresh = OWN + " nữa"
    assert client.post("/password", data={"old": OWN, "new": fresh, "again": fresh}).status_code == 303
    assert client.get("/users").status_code == 200
