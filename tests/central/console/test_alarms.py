"""Alarms on their page: what is wrong, cleared by somebody who says how, and what is over."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from central.accounts.permissions import Role
from central.alarms import service as alarms
from central.db import transaction
from contract.reasons import reason
from tests.central.faces import SignedIn


@pytest.fixture
def admin(signed_in: SignedIn, now: datetime) -> TestClient:
    client = signed_in(Role.ADMIN)
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        alarms.raise_alarm(session, "nut-1", reason("node.silent", minutes=4), now - timedelta(hours=1))
        alarms.raise_alarm(session, alarms.CENTRE, reason("centre.storage", detail="đĩa đầy"), now)
    return client


def test_an_alarm_is_cleared_with_a_note(admin: TestClient) -> None:
    page = admin.get("/alarms").text
    assert "Nút không báo cáo từ 4 phút" in page
    assert "đĩa đầy" in page
    assert admin.post("/alarms/1/clearing", data={"note": ""}).status_code == 422
    assert admin.post("/alarms/1/clearing", data={"note": "đã thay nguồn"}).status_code == 303
    assert "nut-1" not in admin.get("/alarms").text
    ended = admin.get("/alarms?which=ended").text
    assert "đã thay nguồn" in ended
    assert "admin" in ended
    entry = admin.get("/api/v1/audit").json()["items"][0]
    assert (entry["action"], entry["subject"]) == ("alarm.clear", "node:nut-1")
    assert entry["detail"] == {"kind": "node.silent", "note": "đã thay nguồn"}
    assert admin.post("/alarms/1/clearing", data={"note": "noch einmal"}).status_code == 404


def test_what_ended_by_itself_says_so(admin: TestClient, now: datetime) -> None:
    with transaction(admin.app.state.engine) as session:  # type: ignore[attr-defined]
        alarms.clear(session, "nut-1", ["node.silent"], now)
    assert "tự hết" in admin.get("/alarms?which=ended").text


def test_who_may_only_look_has_no_button(admin: TestClient, signed_in: SignedIn) -> None:
    operator = signed_in(Role.OPERATOR)
    assert "/clearing" not in operator.get("/alarms").text
    assert "/clearing" in admin.get("/alarms").text
    assert operator.post("/alarms/1/clearing", data={"note": "không được"}).status_code == 403


def test_a_long_list_goes_on(admin: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("central.console.alarm_routes.PAGE", 1)
    first = admin.get("/alarms").text
    assert "đĩa đầy" in first
    assert "nut-1" not in first
    assert "skip=1" in first
    assert "nut-1" in admin.get("/alarms?skip=1").text
