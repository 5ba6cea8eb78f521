"""The people of the centre as an administrator adds and changes them, each act in the audit log."""

import re

import pytest
from fastapi.testclient import TestClient

from central.accounts.permissions import Role
from tests.central.faces import SignedIn


@pytest.fixture
def admin(signed_in: SignedIn) -> TestClient:
    return signed_in(Role.ADMIN)


def one_time(page: str) -> str:
    found = re.search(r'<code class="one-time"[^>]*>([^<]+)</code>', page)
    assert found is not None
    return found[1]


def can_sign_in(admin: TestClient, username: str, password: str) -> bool:
    browser = TestClient(admin.app, follow_redirects=False)
    return browser.post("/sign-in", data={"username": username, "password": password}).status_code == 303


def acts(admin: TestClient) -> list[tuple[str, str]]:
    items = admin.get("/api/v1/audit").json()["items"]
    return [(e["action"], e["subject"]) for e in items if e["actor"] == "user:admin"]


def test_a_person_is_added_and_signs_in_with_what_is_shown_once(admin: TestClient) -> None:
    form = {"username": "trần.thị", "full_name": "Trần Thị Mai", "role": "operator"}
    answer = admin.post("/users", data=form)
    assert answer.status_code == 200
    password = one_time(answer.text)
    assert can_sign_in(admin, "trần.thị", password)
    assert password not in admin.get("/users").text
    assert "Chưa đổi mật khẩu lần đầu" in answer.text
    again = admin.post("/users", data=form)
    assert (again.status_code, "đã có người dùng" in again.text) == (409, True)
    assert ("user.create", "user:trần.thị") in acts(admin)


def test_a_person_is_kept_out_and_let_in_again(admin: TestClient) -> None:
    old = one_time(admin.post("/users", data={"username": "mai", "full_name": "Mai", "role": "officer"}).text)
    assert "Đã khóa" in admin.post("/users/mai/disabling").text
    assert not can_sign_in(admin, "mai", old)
    new = one_time(admin.post("/users/mai/enabling").text)
    assert can_sign_in(admin, "mai", new)
    newer = one_time(admin.post("/users/mai/password").text)
    assert not can_sign_in(admin, "mai", new)
    assert can_sign_in(admin, "mai", newer)
    assert [act for act, _ in acts(admin)][:3] == ["user.reset", "user.enable", "user.disable"]


def test_another_role_counts_at_once(admin: TestClient, signed_in: SignedIn) -> None:
    operator = signed_in(Role.OPERATOR)
    assert operator.get("/confirm").status_code == 403
    assert "Đã đổi vai trò" in admin.post("/users/operator/role", data={"role": "officer"}).text
    assert operator.get("/confirm").status_code == 200
    entry = admin.get("/api/v1/audit").json()["items"][0]
    assert (entry["action"], entry["detail"]) == ("user.role", {"from": "operator", "to": "officer"})


@pytest.mark.parametrize(("act", "form"), [("role", {"role": "leader"}), ("disabling", {})])
def test_the_last_administrator_stays(admin: TestClient, act: str, form: dict[str, str]) -> None:
    answer = admin.post(f"/users/admin/{act}", data=form)
    assert answer.status_code == 409
    assert "quản trị viên cuối cùng" in answer.text
    assert admin.get("/users").status_code == 200
    body = {"role": "leader"}
    assert admin.put("/api/v1/users/admin/role", json=body).status_code == 409


def test_an_authenticator_is_taken_away(admin: TestClient) -> None:
    admin.post("/users", data={"username": "mai", "full_name": "Mai", "role": "signer"})
    assert "đăng ký thiết bị xác thực mới" in admin.post("/users/mai/second-factor").text
    assert admin.post("/users/nobody/second-factor").status_code == 404
