"""Leaders and administrators see plates shortened and no owner, wherever they get (DP-09): a search by plate,
a watched plate and cases at every stage stand in what they read."""

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from pypdf import PdfReader

from central.accounts import passwords
from central.accounts.models import User
from central.accounts.permissions import Permission, Role, allows
from central.cases import plates
from central.db import transaction
from central.proceedings import clones
from central.proceedings.models import WatchedPlate
from contract.canonical import sha256_hex
from tests.central.casework import PASSWORD, Casework, give_work
from tests.central.evidence import picture
from tests.central.people import add_user
from tests.central.proceedings.office import AN, NOW
from tests.central.web.walk import Operation, operations

WHOLE = re.compile(r"29A[-. ]?0{3}[-. ]?\d\d")
SHORT = re.compile(r"29A[-. ]?\*{3}[-. ]?\d\d")
READINGS = "/audit/readings"
EVER = "?first=2020-01-01&last=2199-01-01"
WHY = "Trả lời đơn khiếu nại số 12"


@pytest.fixture
def seen(casework: Casework) -> Casework:
    """An office with work at every stage, a search by plate, a watch that ended, a withdrawn period, and a
    leader."""
    give_work(casework.office, NOW)
    with transaction(casework.office.engine) as session:
        add_user(session, "minh", Role.LEADER, NOW).password_hash = passwords.hash_of(PASSWORD)
        watched = WatchedPlate(plate="29A00001", reason="biển giả", case_id=1, since=NOW, by_id=1)
        session.add(watched)
        session.flush()
        assert watched.id is not None
        clones.end_watch(session, watched.id, "đã thu giữ biển giả", session.get_one(User, 1), NOW)
    asked = {"plate": "29A00001", "purpose": "complaint", "file": "KN 12"}
    assert casework.at("thu-ly").post("/cases/search", data=asked).status_code == 200
    scope = {"camera": "nut-1/cam-1", "from_at": "2026-11-01T00:00", "until_at": "2026-12-31T00:00"}
    made = casework.at("truong-phong").post("/withdrawals", data={**scope, "reason": "vạch dừng vẽ sai"})
    assert made.status_code == 303
    return casework


def text_of(answer: Response) -> str:
    """What a reader finds in it, whatever its form."""
    kind = answer.headers.get("content-type", "")
    if "pdf" in kind:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    if "sheet" in kind:
        with zipfile.ZipFile(BytesIO(answer.content)) as files:
            return "\n".join(files.read(name).decode() for name in files.namelist())
    return answer.text


def addresses(operation: Operation) -> Iterator[str]:
    """A question of this kind about each thing that is there."""
    changes = [{"kind": kind} for kind in ("csv", "xlsx")] if "kind" in operation.in_path else [{}]
    names = {"case_id", "number", "withdrawal_id", "report_id", "document_id", "id"} & {*operation.in_path}
    for change in changes:
        for n in range(1, 5) if names else (1,):
            of = {name: f"BN-2026-00000{n}" if name == "number" else n for name in names}
            yield operation.request({**of, **change}).url


def walked(casework: Casework, browser: TestClient) -> dict[str, str]:
    """Everything the person can read, by its address."""
    found = {}
    for operation in operations(casework.centre):
        if operation.method == "GET" and not operation.path.startswith("/language"):
            for address in addresses(operation):
                answer = browser.get(f"{address}{EVER if operation.path.startswith(READINGS) else ''}")
                if answer.status_code == 200:
                    found[address] = text_of(answer)
    return found


@pytest.mark.parametrize("name", ["minh", "quan-tri"])
def test_no_page_export_or_route_tells_a_whole_plate_or_an_owner(seen: Casework, name: str) -> None:
    found = walked(seen, seen.at(name))
    assert {address: WHOLE.findall(text) for address, text in found.items() if WHOLE.search(text)} == {}
    assert [address for address, text in found.items() if AN.name in text] == []
    shortened = {address for address, text in found.items() if SHORT.search(text)}
    everywhere = {"/audit", "/audit/readings"} | (
        set()
        if name == "quan-tri"
        else {
            "/cases",
            "/cases/1",
            "/cases/list.csv",
            "/cases/list.xlsx",
            "/offences",
            "/proceedings/1",
            "/withdrawals/1",
            "/api/v1/cases",
            "/api/v1/cases/1",
            "/api/v1/offences",
        }
    )
    assert everywhere - shortened == set(), "the walk reaches what has plates"


def test_the_month_of_searches_is_reviewed_by_shortened_plates(seen: Casework) -> None:
    page = seen.at("minh").get(f"/searches?month={seen.today()}").text
    assert "29A***01" in page
    assert "KN 12" in page


def test_a_whole_plate_takes_a_purpose_which_is_written_down_and_holds_for_a_while(
    seen: Casework, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, file = seen.at("minh"), sha256_hex(picture(1))
    ways = (
        "/cases/1/manifest.json",
        "/cases/1/files/file-0.jpg",
        "/api/v1/cases/1/manifest",
        "/api/v1/cases/1/signature",
        f"/api/v1/media/{file}?case=1",
    )
    assert {leader.get(way).status_code for way in ways} == {403}
    assert leader.post("/cases/1/disclosure", data={"why": "xem"}).status_code == 422
    assert leader.post("/cases/1/disclosure", data={"why": WHY}).status_code == 303
    assert "29A-000.01" in leader.get("/cases/1").text
    assert 403 not in {leader.get(way).status_code for way in ways}
    assert leader.get("/api/v1/cases/1").json()["plate"] == "29A00001"
    assert leader.get("/api/v1/cases/2").json()["plate"] == "29A***02"
    assert leader.get("/cases/2/manifest.json").status_code == 403
    log = leader.get("/audit?case=1").text
    assert "Xem biển số đầy đủ" in log
    assert WHY in log
    assert WHY in leader.get(READINGS + EVER).text
    monkeypatch.setattr(plates, "HOLDS", timedelta())
    assert {leader.get(way).status_code for way in ways} == {403}


def test_software_states_the_purpose_too(seen: Casework) -> None:
    leader = seen.at("minh")
    assert leader.post("/api/v1/cases/1/disclosure", json={"why": WHY}).status_code == 204
    assert leader.get("/api/v1/cases/1").json()["plate"] == "29A00001"


@pytest.mark.parametrize("role", list(Role))
def test_who_names_owners_sees_plates(role: Role) -> None:
    assert allows(role, Permission.SEE_PLATES) or not allows(role, Permission.VIEW_OWNER)
