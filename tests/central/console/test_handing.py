"""Handing a case to a colleague, and how much somebody decided today."""

import re

import pytest

from central.accounts.permissions import Role
from tests.central.casework import Casework
from tests.central.faces import SignedIn


def test_a_case_handed_on_waits_at_the_colleague_s_desk(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    officer, link = casework.at("thu-ly"), f"/proceedings/{case_id}"
    mine = "/desk?desk=case_officer&whose=mine"
    assert link not in officer.get(mine).text
    assert link in officer.get("/desk?desk=case_officer&whose=nobodys").text
    me = casework.office.people["thu-ly"]
    handed = officer.post(f"{link}/handler", data={"to": me, "note": "cùng tuyến đường"})
    assert handed.status_code == 200
    assert "Đã giao hồ sơ" in handed.text
    assert link in officer.get(mine).text
    assert link not in officer.get("/desk?desk=case_officer&whose=nobodys").text
    assert link in officer.get("/desk?desk=case_officer").text
    officer.post(f"{link}/handler", data={"to": "", "note": "nghỉ phép"})
    assert link not in officer.get(mine).text


@pytest.mark.parametrize(
    ("to", "note", "status"),
    [
        ("thu-ly", " ", 422),
        (-(10**10), "vì", 422),
        ("van-thu", "vì", 422),
        ("lan", "vì", 422),
        ("", "vì", 409),
    ],
)
def test_it_is_handed_to_who_may_bring_it_on_and_for_a_reason(
    casework: Casework, to: str | int, note: str, status: int
) -> None:
    case_id = casework.office.confirmed()
    whom = casework.office.people.get(str(to), to)
    form = {"to": whom, "note": note}
    answer = casework.at("thu-ly").post(f"/proceedings/{case_id}/handler", data=form)
    assert answer.status_code == status
    assert casework.at("van-thu").post(f"/proceedings/{case_id}/handler", data=form).status_code == 403


def test_who_reviews_sees_what_they_decided_today(casework: Casework) -> None:
    operator = casework.at("lan")
    assert "Bạn đã quyết định hôm nay <b>0</b>" in operator.post("/review/next").text


def test_each_stage_counts_its_own(signed_in: SignedIn) -> None:
    operator, officer = signed_in(Role.OPERATOR), signed_in(Role.OFFICER)
    version = re.search(r'name="version" value="(\d+)"', operator.post("/review/next").text)
    assert version is not None
    form = {"version": version[1], "looked": "900", "reason": "no_violation"}
    assert "Hôm nay <b>1</b>" in operator.post("/review/1/reject", data=form).text
    assert "Bạn đã quyết định hôm nay <b>0</b>" in officer.post("/confirm/next").text
