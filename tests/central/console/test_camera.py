"""The page of a camera's configuration: what is wrong is told with its line, what is right is sent."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from central.accounts.permissions import Role
from central.db import transaction
from central.fleet import configuration
from central.fleet.enrolment import enrol
from contract.canonical import sha256_hex
from contract.what_if import Answer
from tests.central.evidence import NODE, enrolment
from tests.central.faces import SignedIn
from tests.central.fleet.test_configuration import CAMERA, FILE, NEW, standing

PAGE = f"/nodes/{NODE}/cameras/{CAMERA}"
BASE = sha256_hex(FILE.encode())
THIS_FILE = ("hãy chọn đúng tệp YAML", "choose the right YAML file")


@pytest.fixture
def admin(signed_in: SignedIn, now: datetime) -> TestClient:
    browser = signed_in(Role.ADMIN)
    with transaction(browser.app.state.engine) as session:  # type: ignore[attr-defined]
        enrol(session, enrolment(), now, "test")
        configuration.note_standing(session, standing(now), now)
    return browser


def offered(browser: TestClient) -> list[str]:
    with transaction(browser.app.state.engine) as session:  # type: ignore[attr-defined]
        return [revision.content for revision in configuration.offered(session, NODE)]


def send(browser: TestClient, content: str = NEW, **form: str) -> object:
    return browser.post(
        PAGE, data={"base": BASE, "content": content, "why": "vạch sơn lại", "send": "true"} | form
    )


def test_a_file_is_checked_compared_sent_and_withdrawn(admin: TestClient) -> None:
    assert "calibration: cal-1" in admin.get(PAGE).text
    shown = send(admin, NEW.replace("\n", "\r\n"), send="false")
    assert "+calibration: cal-2" in shown.text  # type: ignore[attr-defined]
    assert offered(admin) == []
    assert send(admin, NEW.replace("\n", "\r\n")).status_code == 303  # type: ignore[attr-defined]
    assert offered(admin) == [NEW]
    page = admin.get(PAGE).text
    assert "chờ nút nhận" in page
    assert "vạch sơn lại" in page
    address = page.partition(f'action="{PAGE}/revisions/')[2].partition('"')[0]
    assert admin.post(f"{PAGE}/revisions/{address}").status_code == 303
    assert offered(admin) == []
    again = address.partition("/")[0]
    assert "cal-2" in admin.get(f"{PAGE}?revision={again}").text


def test_the_nodes_answer_is_shown_before_a_file_is_sent(admin: TestClient, now: datetime) -> None:
    assert send(admin, send="", ask="true").status_code == 303  # type: ignore[attr-defined]
    assert "đang hỏi nút" in admin.get(PAGE).text
    assert offered(admin) == []
    act = {"rule": "solid_line", "decision": "borderline", "t": 3.0}
    told = {"node": NODE, "camera": CAMERA, "number": 1, "sha256": sha256_hex(NEW.encode()), "at": now}
    told |= {"clips": 7, "same": 5, "rows": [{"at": now, "lost": [act, act], "gained": []}]}
    with transaction(admin.app.state.engine) as session:  # type: ignore[attr-defined]
        configuration.note_answer(session, Answer.model_validate(told), now)
    page = admin.get(PAGE).text
    assert "7 đoạn phim của ngày qua theo hai tệp: 5 vụ như cũ, 2 vụ mất đi, 0 vụ thêm" in page
    assert page.count("(cần người xem)") == 2
    assert admin.post(f"{PAGE}/revisions/1/activation").status_code == 303
    assert offered(admin) == [NEW]


def test_an_uploaded_file_takes_the_place_of_the_text(admin: TestClient) -> None:
    file = {"file": ("cam-1.yaml", NEW.encode(), "application/yaml")}
    data = {"base": BASE, "content": FILE, "why": "vạch sơn lại", "send": "true"}
    assert admin.post(PAGE, data=data, files=file).status_code == 303
    assert offered(admin) == [NEW]


@pytest.mark.parametrize(
    ("content", "vi", "en"),
    [
        (b"", "“cam-1.yaml” trống; hãy chọn", "“cam-1.yaml” is empty; choose"),
        (b"# nothing", "cam-1.yaml:1: tệp trống", "cam-1.yaml:1: the file is empty"),
        (b"\xff\xd8\xff\x00", *THIS_FILE),
        (b"%PDF-1.7 \xe2\xe3", *THIS_FILE),
        ("đ".encode() * 150_000, *THIS_FILE),
        (
            NEW.replace("cam-1", "cam-2").encode(),
            "hãy chọn tệp của camera này",
            "choose the file of this camera",
        ),
    ],
)
def test_a_wrong_file_is_told_and_what_was_typed_stays(
    admin: TestClient, content: bytes, vi: str, en: str
) -> None:
    data = {"base": BASE, "content": FILE, "why": "vạch sơn lại", "send": "true"}
    for language, words in (("vi", vi), ("en", en)):
        admin.cookies.set("lang", language)
        answer = admin.post(PAGE, data=data, files={"file": ("cam-1.yaml", content)})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="vạch sơn lại"' in answer.text
    assert offered(admin) == []


@pytest.mark.parametrize(
    ("content", "form", "status", "told"),
    [
        (NEW + "nonsense: 1\n", {}, 422, "cam-1.yaml:9: nonsense: khoá lạ"),
        (NEW, {"why": " "}, 422, "lý do"),
        (NEW, {"base": "0" * 64}, 409, "đã khác"),
        (FILE, {}, 409, "đúng tệp"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    admin: TestClient, content: str, form: dict[str, str], status: int, told: str
) -> None:
    answer = send(admin, content, **form)
    assert answer.status_code == status  # type: ignore[attr-defined]
    assert told in answer.text  # type: ignore[attr-defined]
    assert content.splitlines()[-1] in answer.text  # type: ignore[attr-defined]
    assert offered(admin) == []


def test_who_only_looks_changes_nothing(admin: TestClient, signed_in: SignedIn) -> None:
    leader = signed_in(Role.LEADER)
    assert "<textarea" not in leader.get(PAGE).text
    assert send(leader).status_code == 403  # type: ignore[attr-defined]
    assert leader.get(f"{PAGE}/file").text == FILE


def test_a_camera_that_was_never_told_of_has_no_page(admin: TestClient) -> None:
    assert admin.get(f"/nodes/{NODE}/cameras/cam-9").status_code == 404
