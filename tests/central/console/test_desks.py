"""What waits at whose desk, what is near and late, and the treasury's counter."""

import re
from datetime import UTC, datetime

import pytest

from tests.central.casework import Casework


def test_a_case_waits_where_it_can_be_brought_on(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    link = f"/proceedings/{case_id}"
    assert link in casework.at("thiet-bi").get("/desk").text
    assert link not in casework.at("thu-ly").get("/desk?desk=case_officer").text
    assert link in casework.at("thu-ly").get("/desk").text, "the desk where something waits is opened"
    casework.do("thiet-bi", case_id, "sign_result")
    assert link not in casework.at("thiet-bi").get("/desk").text
    officer = casework.at("thu-ly").get("/desk?desk=case_officer").text
    assert link in officer
    assert "Soạn thông báo" in officer
    casework.do("thu-ly", case_id, "draw_notice")
    assert link in casework.at("truong-phong").get("/desk").text


def test_what_is_nobody_s_desk_is_refused(casework: Casework) -> None:
    assert casework.at("van-thu").get("/desk?desk=signer").status_code == 403
    assert casework.at("van-thu").get("/desk?desk=nonsense").status_code == 422
    assert casework.at("lan").get("/desk").status_code == 403


def test_what_can_still_be_met_comes_before_what_is_late(casework: Casework) -> None:
    late = casework.office.confirmed()
    casework.office.wait(9)
    near = casework.office.confirmed(occurred_at=casework.office.now)
    casework.office.wait(9)
    page = casework.at("thu-ly").get("/deadlines?code=notice").text
    ahead, _, behind = page.partition("Đã muộn</h2>")
    assert f"/proceedings/{near}" in ahead
    assert f"/proceedings/{late}" in behind
    assert "Còn kịp" in ahead


def test_a_notice_due_on_a_sunday_is_near_while_people_still_work(casework: Casework) -> None:
    """Captured on Saturday 7 November, due by Tuesday 17; on Thursday 5, due by Sunday 15."""
    office = casework.office
    office.now = datetime(2026, 11, 10, 2, tzinfo=UTC)  # Tuesday
    cases = [office.confirmed(occurred_at=datetime(2026, 11, day, 2, tzinfo=UTC)) for day in (7, 5)]

    def near() -> list[bool]:
        page = casework.at("thu-ly").get("/deadlines").text
        assert "15/11/2026" in page or not found, "a date, not only how long it is"
        return [f'/proceedings/{case}"' in page for case in cases]

    found: list[list[bool]] = []
    found.append(near())
    for _ in range(3):  # Wednesday, Thursday, Friday
        office.wait(1)
        found.append(near())
    assert found == [[False, False], [False, True], [False, True], [True, True]]


def test_all_deadlines_can_be_seen(casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [casework.office.confirmed() for _ in range(3)]
    casework.office.wait(9)
    monkeypatch.setattr("central.console.desk_routes.PAGE", 2)
    first = casework.at("thu-ly").get("/deadlines?code=notice").text
    assert "skip=2" in first
    rest = casework.at("thu-ly").get("/deadlines?code=notice&skip=2").text
    assert "skip=" not in rest
    assert [sum(f"/proceedings/{case}" in page for case in cases) for page in (first, rest)] == [2, 1]


def test_the_treasury_takes_money_in_once(casework: Casework) -> None:
    office = casework.office
    decision = office.to_delivery(office.confirmed())
    page = casework.at("kho-bac").get("/treasury").text
    assert decision.number in page
    assert "Nguyễn Văn An" not in page
    form = {"amount": 19_000_000, "reference": "FT-1", "source": "chuyển khoản", "day": casework.today()}
    path = f"/treasury/{decision.id}"
    assert "không còn khoản nào" in casework.at("kho-bac").post(path, data=form).text
    assert "đã được ghi trước đó" in casework.at("kho-bac").post(path, data=form).text
    assert decision.number not in casework.at("kho-bac").get("/treasury").text
    assert decision.number in casework.at("kho-bac").get(f"/treasury?number={decision.number}").text


def test_money_goes_back_when_a_decision_is_annulled(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    form = {"amount": 19_000_000, "reference": "FT-1", "source": "chuyển khoản", "day": casework.today()}
    casework.at("kho-bac").post(f"/treasury/{decision.id}", data=form)
    casework.do("truong-phong", case_id, "annul_decision", note="sai người")
    assert office.state(case_id, "payment") == "refund_due"
    back = {"amount": 19_000_000, "reference": "FT-2", "source": "quầy"}
    asked = {"decision_id": decision.id, "amount": 19_000_000, "reason": "hủy bỏ", "transaction": ""}
    page = casework.at("kho-bac").post("/treasury/refunds", data=asked).text
    path = re.findall(r"/treasury/refunds/RF[0-9a-f]+/done", page)[0]
    casework.at("kho-bac").post(path, data=back | {"day": casework.today()})
    assert office.state(case_id, "payment") != "refund_due"


@pytest.mark.parametrize("field", ["amount", "reference", "day"])
def test_money_without_what_makes_it_count_is_refused(casework: Casework, field: str) -> None:
    form = {"amount": "1", "reference": "FT-1", "source": "x", "day": casework.today()}
    del form[field]
    assert casework.at("kho-bac").post("/treasury/1", data=form).status_code == 422
