"""Who may sign, as an administrator enters and revokes it."""

import re

import pytest

from central.accounts.permissions import Role
from central.db import transaction
from tests.central.casework import Casework
from tests.central.people import add_user

FORM = {"title": "division_head", "valid_from": "2026-11-01"}


@pytest.fixture
def deputy(casework: Casework) -> int:
    """Somebody who signs but holds no title."""
    office = casework.office
    with transaction(office.engine) as session:
        return add_user(session, "pho-phong", Role.SIGNER, office.now).id or 0


def test_a_delegation_is_given_seen_and_revoked(casework: Casework, deputy: int) -> None:
    admin = casework.at("quan-tri")
    assert 'href="/users/powers"' in admin.get("/users").text
    head = casework.office.people["truong-phong"]
    form = {**FORM, "signer": deputy, "delegation": " 12/QĐ-PC08 ", "delegated_by": head}
    given = admin.post("/users/powers", data=form)
    assert given.status_code == 200
    assert "Đã giao thẩm quyền ký" in given.text
    for words in ("12/QĐ-PC08", "Trưởng phòng Cảnh sát giao thông", "Đang có hiệu lực", "theo quyền của"):
        assert words in given.text
    number = max(map(int, re.findall(r"/users/powers/(\d+)/revocation", given.text)))
    revoked = admin.post(f"/users/powers/{number}/revocation")
    assert "Đã thu hồi thẩm quyền ký" in revoked.text
    assert "12/QĐ-PC08" not in revoked.text
    again = admin.post(f"/users/powers/{number}/revocation")
    assert (again.status_code, "đã bị thu hồi trước đó" in again.text) == (409, True)
    assert admin.post("/users/powers/4711/revocation").status_code == 404
    entries = admin.get("/api/v1/audit").json()["items"]
    acts = [entry["action"] for entry in entries if entry["actor"] == "user:quan-tri"]
    assert [act for act in acts if act.startswith("signer.")] == ["signer.revoke", "signer.grant"]


def test_a_revoked_title_signs_nothing_from_then_on(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_record(case_id)
    office.do(case_id, "explain", "citizen", 1)
    office.propose(case_id)
    admin = casework.at("quan-tri")
    number = re.findall(r"/users/powers/(\d+)/revocation", admin.get("/users/powers").text)[0]
    admin.post(f"/users/powers/{number}/revocation")
    assert "Chưa ai được ký" in admin.get("/users/powers").text
    refused = casework.send("truong-phong", case_id, "sign_decision")
    assert (refused.status_code, "không có thẩm quyền trong ngày này" in refused.text) == (409, True)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"title": "no_such_title"}, 422, "không có chức danh này"),
        ({"valid_to": "2026-10-31"}, 422, "ngày kết thúc trước ngày bắt đầu"),
        ({"delegated_by": "truong-phong"}, 422, "phải ghi số quyết định giao quyền"),
        ({"delegated_by": "pho-phong", "delegation": "12/QĐ"}, 422, "tự mình giữ chức danh này"),
        ({"signer": "thu-ly"}, 422, "có vai trò ký quyết định"),
        ({"valid_from": "không phải ngày"}, 422, ""),
        ({"valid_from": "9999-12-31"}, 422, ""),
        ({"signer": "0"}, 422, ""),
    ],
)
def test_what_is_refused_is_told_and_stays_typed(
    casework: Casework, deputy: int, changes: dict[str, str], status: int, said: str
) -> None:
    people = casework.office.people | {"pho-phong": deputy}
    named = {name: people.get(value, value) for name, value in changes.items()}
    form = {**FORM, "signer": deputy, "delegation": "", **named}
    answer = casework.at("quan-tri").post("/users/powers", data=form)
    assert (answer.status_code, said in answer.text) == (status, True)
    if said:
        assert 'value="2026-11-01"' in answer.text


@pytest.mark.parametrize("name", ["truong-phong", "thu-ly", "phap-che"])
def test_only_administrators_give_powers(casework: Casework, deputy: int, name: str) -> None:
    browser = casework.at(name)
    assert browser.get("/users/powers").status_code == 403
    assert browser.post("/users/powers", data={**FORM, "signer": deputy}).status_code == 403
    assert browser.post("/users/powers/1/revocation").status_code == 403


def test_in_english(casework: Casework) -> None:
    admin = casework.at("quan-tri")
    admin.cookies.set("lang", "en")
    page = admin.get("/users/powers").text
    assert "Head of the traffic police division" in page
    assert "Trưởng phòng" not in page.replace("truong-phong", "")
