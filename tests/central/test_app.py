"""The application over HTTP: signing in, permissions, problem details, headers, media ranges."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts import passwords
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.app import create_app
from central.audit import service as audit
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.handler import handle
from central.ingest.process import ingest_tools
from central.keys import create_key
from central.portal.app import create_portal
from central.settings import CentralSettings
from contract.canonical import sha256_hex
from tests.central import databases
from tests.central.evidence import enrolment, evidence

PASSWORD = "một mật khẩu đủ dài"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def settings(tmp_path: Path) -> CentralSettings:
    return CentralSettings(data_dir=tmp_path)


@pytest.fixture
def client(settings: CentralSettings) -> Iterator[TestClient]:
    """A browser without a session; the database has a person of each role, named like it."""
    databases.migrated_sqlite(settings.data_dir / "central.db")
    app = create_app(settings)
    engine: Engine = app.state.engine
    now = datetime.now(UTC)
    with transaction(engine) as session:
        for role in Role:
            made = accounts.create_user(session, role.value, role.value, role, now, "test")
            made.user.password_hash = passwords.hash_of(PASSWORD)
            made.user.must_change_password = False
    with TestClient(app, base_url="https://centre.test", headers=HERE, follow_redirects=False) as browser:
        yield browser
    engine.dispose()


def sign_in(client: TestClient, who: str, password: str = PASSWORD) -> int:
    answer = client.post("/api/v1/session", json={"username": who, "password": password})
    return int(answer.status_code)


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_signing_in_and_out(client: TestClient) -> None:
    assert client.get("/api/v1/session").status_code == 401
    assert sign_in(client, "operator") == 204
    assert client.get("/api/v1/session").json()["username"] == "operator"
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").status_code == 401


def test_the_cookie_is_bound_to_host_and_tls(client: TestClient) -> None:
    answer = client.post("/api/v1/session", json={"username": "operator", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-ngatu=")
    assert {"httponly", "secure", "path=/", "samesite=strict"} <= {part.strip() for part in cookie.split(";")}


def test_a_wrong_password_is_a_problem_and_locks_in_the_end(client: TestClient) -> None:
    answers = [
        client.post("/api/v1/session", json={"username": "operator", "password": "wrong"}) for _ in range(5)
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert answers[0].json()["type"] == "/problems/sign-in-failed"
    assert sign_in(client, "operator") == 401


@pytest.mark.parametrize("path", ["/api/v1/cameras", "/api/v1/nodes", "/api/v1/audit", "/api/v1/cases"])
def test_nothing_is_shown_to_strangers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("operator", "/api/v1/nodes", 200),
        ("operator", "/api/v1/cases", 200),
        ("operator", "/api/v1/users", 403),
        ("operator", "/api/v1/audit", 403),
        ("operator", "/api/v1/quarantine", 403),
        ("officer", "/api/v1/users", 403),
        ("leader", "/api/v1/audit", 200),
        ("leader", "/api/v1/users", 403),
        ("admin", "/api/v1/users", 200),
        ("admin", "/api/v1/quarantine", 200),
        ("admin", "/api/v1/alarms", 200),
        ("admin", "/api/v1/audit/verification", 200),
        ("admin", "/api/v1/cases", 403),
    ],
)
def test_roles_see_what_is_theirs(client: TestClient, who: str, path: str, status: int) -> None:
    sign_in(client, who)
    assert client.get(path).status_code == status


def test_a_new_person_changes_the_one_time_password_first(client: TestClient) -> None:
    sign_in(client, "admin")
    body = {"username": "hoa", "full_name": "Hoa", "role": "officer"}
    made = client.post("/api/v1/users", json=body).json()
    assert sign_in(client, "hoa", made["password"]) == 204
    assert client.get("/api/v1/cases").json()["code"] == "password_change_required"
    change = {"present": made["password"], "new": PASSWORD}
    assert client.put("/api/v1/session/password", json=change).status_code == 204
    assert client.get("/api/v1/cases").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.test"},
    ],
)
def test_another_site_can_t_act_for_a_person(client: TestClient, headers: dict[str, str]) -> None:
    sign_in(client, "admin")
    body = {"username": "x", "full_name": "x", "role": "admin"}
    assert client.post("/api/v1/users", json=body, headers=headers).status_code == 403


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    headers = client.get("/api/v1/session").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32


@pytest.mark.parametrize(("secure", "told"), [(True, "max-age=31536000"), (False, None)])
def test_browsers_are_told_to_come_by_tls_alone(tmp_path: Path, secure: bool, told: str | None) -> None:
    settings = CentralSettings(data_dir=tmp_path, secure_cookies=secure)
    for app in (create_app(settings), create_portal(settings)):
        answer = TestClient(app, base_url="https://localhost").get("/healthz")
        assert answer.headers.get("strict-transport-security") == told


def test_a_malformed_request_names_the_field_not_the_value(client: TestClient) -> None:
    answer = client.post("/api/v1/session", json={"username": "operator", "password": ["secret"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.password"
    assert "secret" not in answer.text


def test_the_api_describes_itself(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/session", "/api/v1/nodes", "/api/v1/cases", "/api/v1/media/{sha256}"} <= set(paths)


def test_enrolling_and_revoking_a_node(client: TestClient) -> None:
    sign_in(client, "admin")
    document = enrolment().model_dump(mode="json", by_alias=True)
    assert client.post("/api/v1/nodes", json=document).status_code == 201
    assert [node["id"] for node in client.get("/api/v1/nodes").json()] == ["nut-1"]
    revocation = {"reason": "stolen"}
    assert client.post("/api/v1/nodes/nut-1/revocation", json=revocation).status_code == 204
    again = client.post("/api/v1/nodes", json=document)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_evidence_is_served_in_ranges_and_every_sight_is_audited(
    client: TestClient, settings: CentralSettings
) -> None:
    package = evidence()
    sha256 = sha256_hex(package.contents[1])
    create_key(settings.centre_key_file)
    _take_in(client.app.state.engine, settings)  # type: ignore[attr-defined]
    path = f"/api/v1/media/{sha256}"
    assert client.get(path).status_code == 401
    sign_in(client, "operator")
    assert client.get(path).status_code == 404, "an operator names a case that is not with the police"
    sign_in(client, "officer")
    whole = client.get(path)
    assert (whole.content, whole.headers["content-type"]) == (package.contents[1], "video/mp4")
    part = client.get(path, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, package.contents[1][1000:2000])
    assert client.get(f"/api/v1/media/{'0' * 64}").status_code == 404
    with Session(client.app.state.engine) as session:  # type: ignore[attr-defined]
        sights = [e for e in audit.list_entries(session) if e.action == "evidence.view"]
    assert [sight.subject for sight in sights] == [f"media:{sha256}"]


def _take_in(engine: Engine, settings: CentralSettings) -> None:
    now = datetime.now(UTC)
    with transaction(engine) as session:
        enrol(session, enrolment(), now, "test")
    with transaction(engine) as session:
        handle(session, evidence().messages(), ingest_tools(settings), now)
