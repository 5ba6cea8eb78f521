"""A walk of every route with every identity, method and hostile value: nobody let in, nothing falls over.

The operations come from the applications' own descriptions, so a new route is walked from its first day; who
may call it is written here (console) or in docs/api/README.md (API).
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from central.accounts.permissions import PERMISSIONS, Permission, Role
from central.console.assets import address
from contract.canonical import sha256_hex
from tests.central.evidence import clip
from tests.central.web.conftest import IDENTITIES, ONE_TIME, STRANGER, RunningCentre
from tests.central.web.walk import BODIES, Operation, Request, operations

README = Path(__file__).parents[3] / "docs/api/README.md"
EVERYBODY = frozenset(IDENTITIES)
SIGNED_IN = EVERYBODY - {STRANGER}
ALL_ROLES = frozenset(Role)


def holders(*permissions: Permission) -> frozenset[str]:
    """The roles that hold one of the permissions."""
    return frozenset(role for role in Role if PERMISSIONS[role] & set(permissions))


CONSOLE: dict[str, frozenset[str]] = {
    "/sign-in": EVERYBODY,
    "/sign-out": EVERYBODY,
    "/language/{code}": EVERYBODY,
    "/password": SIGNED_IN,
    "/second-factor": SIGNED_IN,
    "/": ALL_ROLES,
    "/nodes": holders(Permission.VIEW_NODES),
    "/cameras": holders(Permission.VIEW_NODES),
    "POST /nodes": holders(Permission.MANAGE_NODES),
    "/cases/{case_id}/owner": holders(Permission.VIEW_OWNER),
    "/offences": holders(Permission.VIEW_OFFENCES),
    "/quarantine": holders(Permission.MANAGE_NODES),
    "/alarms": holders(Permission.VIEW_NODES),
    "POST /alarms": holders(Permission.MANAGE_NODES),
    "/users": holders(Permission.MANAGE_USERS),
    "/audit": holders(Permission.VIEW_AUDIT),
    "/review": holders(Permission.REVIEW_CASES),
    "/confirm": holders(Permission.CONFIRM_CASES),
    "/cases": holders(Permission.VIEW_CASES),
    "/cases/search": holders(Permission.SEARCH_PLATES),
    "/searches": holders(Permission.REVIEW_SEARCHES),
    "/data-requests": holders(Permission.ANSWER_DATA_REQUESTS),
    "/incidents": holders(Permission.HANDLE_INCIDENTS),
    "/exemptions": holders(Permission.VIEW_CASES),
    "POST /exemptions": holders(Permission.CONFIRM_CASES),
    "/watched": holders(Permission.HANDLE_PROCEEDINGS),
    "/watching": holders(Permission.VIEW_WATCHING),
    "POST /watching": holders(Permission.LEAD_REVIEWS),
    "/desk": holders(Permission.VIEW_PROCEEDINGS),
    "/incoming": holders(Permission.SEND_PAPERS),
    "/outgoing": holders(Permission.SEND_PAPERS),
    "/deadlines": holders(Permission.VIEW_DEADLINES),
    "/treasury": holders(Permission.ENTER_PAYMENTS),
    "/devices": holders(Permission.VIEW_NODES),
    "POST /devices": holders(Permission.MANAGE_DEVICES),
    "/law": holders(Permission.VIEW_LAW),
    "POST /law": holders(Permission.UPLOAD_LAW),
    "POST /law/{table_id}/approvals": holders(Permission.APPROVE_LAW),
    "POST /law/{table_id}/activation": holders(Permission.APPROVE_LAW),
    "/forms": holders(Permission.VIEW_LAW),
    "POST /forms/papers/{kind}": holders(Permission.UPLOAD_LAW),
    "POST /forms/{form_id}/preview": holders(Permission.VIEW_OWNER),
    "POST /forms/{form_id}/activation": holders(Permission.APPROVE_LAW),
    "POST /forms/{form_id}/confirmation": holders(Permission.APPROVE_LAW),
    "POST /forms/{form_id}/drop": holders(Permission.UPLOAD_LAW),
    "POST /forms/{form_id}/withdrawal": holders(Permission.APPROVE_LAW),
    "/withdrawals": holders(Permission.VIEW_WITHDRAWALS),
    "POST /withdrawals": holders(Permission.SIGN_DECISIONS),
    "POST /withdrawals/{withdrawal_id}/told": holders(Permission.SEND_PAPERS),
    "/connections": holders(Permission.VIEW_CONNECTIONS),
    "/connections/{system}": holders(Permission.ANSWER_BY_HAND),
    "POST /connections/{system}/retry": holders(Permission.MEND_CONNECTIONS),
    "/reports": holders(Permission.VIEW_REPORTS),
    "/report-entries": holders(Permission.ENTER_REPORTS),
    "/dashboard": holders(Permission.VIEW_REPORTS),
    "/proceedings": holders(Permission.VIEW_PROCEEDINGS),
    "/proceedings/{case_id}/parties/{role}": holders(Permission.VIEW_OWNER),
    "/proceedings/{case_id}/parties/{role}/look-up": holders(Permission.HANDLE_PROCEEDINGS),
    "/proceedings/{case_id}/submissions/{submission_id}": holders(Permission.VIEW_OWNER),
    "/proceedings/{case_id}/handler": holders(Permission.HANDLE_PROCEEDINGS),
    "/proceedings/{case_id}/days": holders(Permission.HANDLE_PROCEEDINGS),
    "/proceedings/{case_id}/limitation": holders(Permission.SIGN_DECISIONS),
    "/proceedings/{case_id}/file": holders(Permission.VIEW_OWNER),
}
"""Who may call a page of the console; a path not named goes by the longest beginning that is, one with the
method before one without."""

OWN_PASSWORD = ("/sign-in", "/password", "/second-factor", "/api/v1/session", "/api/v1/session/password")
"""Refused here for the password's sake, not the person's."""

ENDS_SESSIONS = ("/sign-out", "/api/v1/session")

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


def permitted(operation: Operation) -> frozenset[str]:
    """Who may call the operation."""
    if operation.path.startswith("/api/"):
        return _by_readme(operation.name)
    path = f"{operation.path}/"
    fitting = [name for name in CONSOLE if _fits(name, operation.method, path)]
    return CONSOLE[max(fitting, key=lambda name: (" " in name, len(name)))]


def _fits(name: str, method: str, path: str) -> bool:
    wanted, _, start = name.rpartition(" ")
    return wanted in ("", method) and path.startswith(f"{start.rstrip('/')}/")


def _by_readme(name: str) -> frozenset[str]:
    row = re.search(rf"^\| `{re.escape(name)}` \| ([^|]*)\|", README.read_text(), re.MULTILINE)
    assert row is not None, f"{name} is not in docs/api/README.md"
    named = re.findall(r"`(\w+)`", row[1])
    if named:
        return holders(*(Permission(name) for name in named))
    return {"": EVERYBODY, "signed in": SIGNED_IN}[row[1].strip()]


def _least(operation: Operation) -> str:
    """The one who may call it and whose session is missed least."""
    return next(identity for identity in IDENTITIES if identity in permitted(operation))


def send(running: RunningCentre, identity: str, request: Request) -> Response:
    """The answer; nothing may be wrong with it, whatever was asked."""
    headers = {"Sec-Fetch-Site": "same-origin", **request.headers}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    answer: Response = running.clients[identity].request(
        request.method, request.url, content=request.content, headers=headers
    )
    told = (
        f"{identity}: {request.method} {request.url[:200]} {str(request.content)[:200]} → {answer.text[:300]}"
    )
    assert answer.status_code < 500, told
    assert len(answer.headers["x-request-id"]) == 32, told
    assert answer.headers["x-content-type-options"] == "nosniff", told
    assert "default-src 'none'" in answer.headers["content-security-policy"], told
    if request.url.startswith("/api") and answer.status_code >= 400 and request.method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json", told
        problem = answer.json()
        assert problem["status"] == answer.status_code, told
        assert problem["title"], told
    return answer


def is_refused(answer: Response) -> bool:
    """Sent to the sign-in or to the password page, or told that this is not for them."""
    sent_away = answer.status_code == 303 and answer.headers["location"].startswith(
        ("/sign-in?", "/password")
    )
    return sent_away or answer.status_code in (401, 403)


def test_nobody_is_let_in_who_should_not_be_and_everybody_who_should(embedded: RunningCentre) -> None:
    for identity in IDENTITIES:
        embedded.client(identity)
    for operation in operations(embedded.centre):
        allowed = permitted(operation)
        for identity in IDENTITIES:
            for number in range(max(len(operation.bodies), 1)):
                answer = send(embedded, identity, operation.request(body=number))
                if operation.path in ENDS_SESSIONS:
                    embedded.client(identity)
                told = f"{identity}: {operation.name} → {answer.status_code}"
                if identity not in allowed:
                    assert is_refused(answer), told
                elif operation.path not in OWN_PASSWORD:
                    # An operator's decision is no officer's: that is decided by what is asked.
                    assert not is_refused(answer) or operation.path.endswith("/decisions"), told


def test_no_value_is_too_hostile(running: RunningCentre) -> None:
    for operation in operations(running.centre):
        identity = _least(operation)
        running.client(identity)
        for request in operation.changed():
            send(running, identity, request)


def test_no_body_is_too_hostile(running: RunningCentre) -> None:
    for operation in operations(running.centre):
        if not operation.bodies:
            continue
        identity = _least(operation)
        running.client(identity)
        path = operation.request().url
        for body in BODIES:
            for content_type in (operation.content_type, "text/plain"):
                send(running, identity, Request(operation.method, path, body, content_type))


def test_every_method_is_answered_as_it_should(embedded: RunningCentre) -> None:
    known = operations(embedded.centre)
    paths = {address("console.js"), *(operation.request().url for operation in known)}
    for path in sorted(paths):
        taken = {operation.method for operation in known if operation.matches(path)} or {"GET"}
        expected = {*taken, "OPTIONS", *({"HEAD"} if "GET" in taken else set())}
        for method in METHODS:
            answer = send(embedded, STRANGER, Request(method, path))
            told = f"{method} {path} → {answer.status_code}"
            if method in taken or (method == "HEAD" and "GET" in taken):
                assert answer.status_code != 405, told
            elif method == "OPTIONS":
                assert answer.status_code == 204, told
                assert set(answer.headers["allow"].split(", ")) == expected, told
            else:
                assert answer.status_code == 405, told
                assert set(answer.headers["allow"].split(", ")) == expected, told
            if method == "HEAD":
                assert answer.content == b"", told


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/nix",
        "/api/v2/cases",
        "/api/v1/cases/",
        "/nix",
        "/a%00b",
        "/%2e%2e",
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_exist_is_said(running: RunningCentre, path: str, method: str) -> None:
    answer = send(running, STRANGER, Request(method, path))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "ngatu=\xff\xfe; lang=xx; theme=;;;"},
        {"Cookie": "ngatu=" + "x" * 8000},
        {"Cookie": "ngatu=a\x00b"},
        {"Accept-Language": ";q=,,*;q=nan"},
        {"Accept-Language": "en;q=" + "9" * 400},
        {"Referer": "http://[::1"},
        {"HX-Request": "true", "HX-Current-URL": "http://[::1"},
        {"HX-Request": "true", "HX-Current-URL": "javascript:alert(1)"},
        {"Host": "[::1", "X-Forwarded-For": "\xff" * 300},
        {"Range": "bytes=-0"},
        {"If-Range": '"x"', "Range": "bytes=0-1"},
        {"User-Agent": "\xff" * 5000},
        {"Content-Length": "0", "Transfer-Encoding": "chunked"},
        {"X-Unattended": "\xff"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/session"), ("GET", "/cases"), ("GET", "/language/en"), ("POST", "/review/next")],
)
def test_no_header_is_too_hostile(
    running: RunningCentre, headers: dict[str, Any], method: str, path: str
) -> None:
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    for identity in (STRANGER, Role.OPERATOR):
        running.client(identity)
        send(running, identity, Request(method, path, headers=sent))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=1-",
        "bytes=-1",
        "bytes= 0-",
        "bytes=0-0,2-2",
        "bytes=9-1",
        "bytes=99999999-",
        "lines=1",
        "bytes=" + "1-2," * 500,
    ],
)
def test_a_nonsense_range_is_answered_and_the_sight_is_in_the_log(running: RunningCentre, asked: str) -> None:
    reader = running.client(Role.LEADER)
    running.client(Role.OFFICER)
    path = "/cases/1/files/file-1.mp4"
    assert send(running, Role.OFFICER, Request("GET", path, headers={"Range": asked})).status_code in (
        200,
        206,
        400,
        416,
    )
    entries = reader.get("/api/v1/audit", params={"subject": "case:1", "limit": 100}).json()["items"]
    mine = [e for e in entries if e["action"] == "evidence.view" and e["actor"] == "user:officer"]
    assert [e["detail"] for e in mine if e["detail"]["file"] == "file-1.mp4"] == [{"file": "file-1.mp4"}]


@pytest.mark.parametrize(
    ("asked", "status"), [("bytes=٠-٣", 400), ("bytes=z", 400), ("bytes=99999999-", 416)]
)
def test_a_range_that_is_none_is_told_by_each_face_in_its_form(
    running: RunningCentre, asked: str, status: int
) -> None:
    running.client(Role.OFFICER)
    headers: Any = {"Range": asked.encode()}
    for path in (f"/api/v1/media/{sha256_hex(clip(1))}", "/cases/1/files/file-1.mp4"):
        answer = send(running, Role.OFFICER, Request("GET", path, headers=headers))
        assert answer.status_code == status
        assert ("content-range" in answer.headers) == (status == 416)
        assert "Range" not in answer.text
        assert answer.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")


def test_a_one_time_password_opens_the_password_page_only(running: RunningCentre) -> None:
    browser = running.client(ONE_TIME)
    assert browser.get("/password").status_code == 200
    assert browser.get("/").headers["location"] == "/password"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/api/v1/session", "application/problem+json"), ("/sign-in", "text/html; charset=utf-8")],
)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in pieces"])
def test_a_body_of_150_mb_is_refused_unread(
    running: RunningCentre, path: str, content_type: str, declared: bool
) -> None:
    read, sent = 0, []
    piece = b"x" * 2**20

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": piece, "more_body": read < 150}

    async def send_(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"centre"), (b"content-type", b"application/json")]
    headers[1:] = [
        (
            b"content-type",
            b"application/json" if path.startswith("/api") else b"application/x-www-form-urlencoded",
        )
    ]
    if declared:
        headers.append((b"content-length", str(150 * 2**20).encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
        "server": ("centre", 80),
        "client": ("10.0.0.1", 1),
        "root_path": "",
        "http_version": "1.1",
        "app": None,
    }
    asyncio.run(running.centre(scope, receive, send_))
    start = sent[0]
    assert start["status"] == 413
    assert dict(start["headers"])[b"content-type"].decode() == content_type
    assert read <= 1
