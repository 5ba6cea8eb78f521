"""The audit log on its page: found by case, person and day, in the reader's language."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import central
from central.accounts.permissions import Role
from central.audit.breach import READS
from central.audit.checking import CHECKED
from central.console.audit_routes import act_word, value_word
from central.words.languages import LANGUAGES, Language
from contract.local_time import local_day
from tests.central.documents.away import typesetting_away
from tests.central.faces import SignedIn


@pytest.fixture
def leader(signed_in: SignedIn) -> TestClient:
    operator = signed_in(Role.OPERATOR)
    operator.get("/cases/1")
    operator.get("/cases/2")
    return signed_in(Role.LEADER)


def rows(page: str) -> int:
    return page.count('<tr><td class="num">')


def test_a_case_s_entries_are_found(leader: TestClient) -> None:
    page = leader.get("/audit?case=1&person=&day=").text
    assert rows(page) == 1
    assert "Xem hồ sơ" in page
    assert "Operator" in page
    assert 'href="/cases/1"' in page


def test_what_a_person_did_and_what_was_done_to_them_is_found(leader: TestClient) -> None:
    page = leader.get("/audit?person=Operator").text
    assert page.count("Xem hồ sơ") == 2
    assert page.count("Thêm người dùng") == 1
    assert "Đọc nhật ký" not in page
    assert rows(leader.get("/audit?person=nobody").text) == 0


def test_a_day_s_entries_are_found(leader: TestClient) -> None:
    entry = leader.get("/api/v1/audit").json()["items"][0]
    day = local_day(datetime.fromisoformat(entry["at"]))
    assert rows(leader.get(f"/audit?day={day}").text) > 3
    assert rows(leader.get("/audit?day=2020-01-01").text) == 0
    for wrong in ("day=0001-01-01", "day=x", "case=0", "case=99999999999999999999"):
        assert leader.get(f"/audit?{wrong}").status_code == 422


def test_that_it_was_read_is_in_it(leader: TestClient) -> None:
    leader.get("/audit?case=1&person=operator")
    entry = next(e for e in leader.get("/api/v1/audit").json()["items"] if e["action"] == "audit.read")
    assert (entry["subject"], entry["detail"]) == ("case:1", {"person": "operator"})


def test_whoever_looks_through_the_searches_is_in_it(leader: TestClient) -> None:
    assert leader.get("/searches?month=2026-03-09").status_code == 200
    log = leader.get("/api/v1/audit").json()["items"]
    read = next(entry for entry in log if entry["action"] == "search.read")
    assert (read["actor"], read["detail"]) == ("user:leader", {"month": "2026-03", "searches": 0})
    assert "Xem lượt tra cứu biển số" in leader.get("/audit/readings?first=2020-01-01&last=2199-01-01").text


def test_a_long_log_goes_on(leader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.console.audit_routes.PAGE", 1)
    page = leader.get("/audit?person=operator").text
    assert rows(page) == 1
    assert 'name="before"' in page
    assert 'name="person" value="operator"' in page


def test_the_page_is_there_in_english(leader: TestClient) -> None:
    leader.get("/language/en")
    page = leader.get("/audit").text
    assert "Looked at the case" in page
    assert "Xem hồ sơ" not in page


_ACT = re.compile(r"[a-z_]+\.[a-z_]+")


def _acts_in_the_source() -> Iterator[str]:
    """What is named where something is recorded, under whatever name a module has for that."""
    for path in Path(str(central.__file__)).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            words = [word.value for word in call.args if isinstance(word, ast.Constant)]
            if name in ("record", "_record", "_audit"):
                yield from (word for word in words if isinstance(word, str) and _ACT.fullmatch(word))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_has_words(language: Language) -> None:
    acts = set(_acts_in_the_source())
    assert {"user.create", "evidence.view", "session.open", "party.read", "camera.release"} <= acts
    acts |= {CHECKED, *READS}
    assert {act for act in acts if act_word(act, language) == act} == set()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("chain", "linked", {"vi": "nối liền", "en": "unbroken"}),
        ("chain", "gap", {"vi": "thiếu gói trước", "en": "the package before is missing"}),
        ("part", "signature", {"vi": "chữ ký", "en": "signature"}),
        ("from", "received", {"vi": "Chờ thẩm định", "en": "Waiting for review"}),
        ("to", "officer", {"vi": "Cán bộ CSGT", "en": "Traffic police officer"}),
        ("right", True, {"vi": "có", "en": "yes"}),
        ("reason", "hard_to_see", {"vi": "Khó nhìn", "en": "Hard to see"}),
        ("reason", "illegible", {"vi": "không đọc được", "en": "it can't be read"}),
        (
            "reason",
            "withdrawn",
            {"vi": "Kết quả của thiết bị bị thu hồi", "en": "The device's results were withdrawn"},
        ),
        ("via", "unheard_of", {"vi": "unheard_of", "en": "unheard_of"}),
    ],
)
def test_codes_of_an_entry_are_told_in_words(name: str, value: object, told: dict[Language, str]) -> None:
    assert {language: value_word(name, value, language) for language in LANGUAGES} == told


def test_who_saw_personal_data_is_told_and_taken_out(leader: TestClient) -> None:
    ever = "first=2020-01-01&last=2199-01-01"
    page = leader.get(f"/audit/readings?{ever}").text
    assert "2 hồ sơ" in page
    file = leader.get(f"/audit/readings/list.csv?{ever}&person=operator")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Ai,Tài khoản,Đã làm,Dữ liệu")
    assert [line.split(",")[:5] for line in lines[1:]] == [
        ["Operator", "user:operator", "Xem hồ sơ", "biển số", f"hồ sơ {case}"] for case in (1, 2)
    ]
    log = leader.get("/api/v1/audit").json()["items"]
    assert next(e for e in log if e["action"] == "audit.readings")["detail"]["person"] == "operator"
    assert leader.get("/audit/readings?first=2020-01-01&last=2020-01-02").text.count("<tr>") == 2


def test_a_breach_report_that_can_not_be_typeset_is_told_on_its_page(leader: TestClient) -> None:
    asked = "first=2026-11-01&last=2026-11-30&person=operator"
    for language, told in (("vi", "Hãy thử lại sau ít phút"), ("en", "Try again in a few minutes")):
        leader.get(f"/language/{language}")
        with typesetting_away():
            page = leader.get(f"/audit/readings/report.pdf?{asked}")
        assert page.status_code == 503
        assert told in page.text
        assert 'value="2026-11-01"' in page.text
