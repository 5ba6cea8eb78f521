"""Days set right on a case's page: an event's by the case officer, the limitation's by who may sign."""

from datetime import timedelta

import pytest

from tests.central.casework import Casework

DAYS, LIMITATION = "Sửa ngày đã nhập", "Tính lại thời hiệu xử phạt"


def test_a_day_is_corrected_and_the_deadlines_follow(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_notice(case_id)
    before = office.last_days(case_id)["appearance"]
    office.wait(3)
    officer, link = casework.at("thu-ly"), f"/proceedings/{case_id}"
    assert 'value="notice_sent"' in officer.get(link).text
    form = {"version": casework.version(case_id), "event": "notice_sent", "day": casework.today(-1)}
    done = officer.post(f"{link}/days", data={**form, "reason": "dấu bưu điện"})
    assert done.status_code == 200
    assert "Đã sửa ngày" in done.text
    assert "<html" in done.text
    assert office.last_days(case_id)["appearance"] == before + timedelta(days=2)
    again = officer.post(f"{link}/days", data={**form, "reason": "lần nữa"}, headers={"HX-Request": "true"})
    assert (again.status_code, "<html" in again.text) == (409, False)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"reason": " "}, 409, "phải nêu lý do"),
        ({"day": "tomorrow"}, 409, "ngày nhập không hợp lệ"),
        ({"day": "2020-01-01", "reason": ""}, 409, "ngày nhập không hợp lệ; phải nêu lý do"),
        ({"event": "decision_delivered"}, 404, "chưa có sự kiện “Giao quyết định”"),
        ({"event": "no_such_event"}, 404, "chưa có sự kiện"),
        ({"day": "31/12/2026"}, 422, ""),
        ({"version": "1"}, 409, "đã thay đổi"),
    ],
)
def test_a_day_that_can_t_be_is_refused_in_words(
    casework: Casework, changes: dict[str, str], status: int, said: str
) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_notice(case_id)
    form = {"version": casework.version(case_id), "event": "notice_sent", "day": casework.today()}
    form |= {"reason": "dấu bưu điện", **changes}
    if form["day"] == "tomorrow":
        form["day"] = casework.today(1)
    before = office.last_days(case_id)
    answer = casework.at("thu-ly").post(f"/proceedings/{case_id}/days", data=form)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert office.last_days(case_id) == before


def test_the_limitation_is_set_anew_by_who_may_sign(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    link = f"/proceedings/{case_id}"
    form = {"version": casework.version(case_id), "last_day": "2028-01-31"}
    signer = casework.at("truong-phong")
    refused = signer.post(f"{link}/limitation", data={**form, "reason": ""})
    assert (refused.status_code, "phải nêu lý do" in refused.text) == (409, True)
    early = signer.post(f"{link}/limitation", data={**form, "last_day": "2026-12-01", "reason": "trốn tránh"})
    assert (early.status_code, "ngày nhập không hợp lệ" in early.text) == (409, True)
    done = signer.post(f"{link}/limitation", data={**form, "reason": "cố tình trốn tránh"})
    assert (done.status_code, "Đã tính lại thời hiệu" in done.text) == (200, True)
    assert casework.office.last_days(case_id)["limitation"].isoformat() == "2028-01-31"
    actions = [entry["action"] for entry in casework.at("quan-tri").get("/api/v1/audit").json()["items"]]
    assert "proceeding.restart_limitation" in actions


@pytest.mark.parametrize(
    ("name", "days", "limitation"),
    [("thu-ly", True, False), ("truong-phong", False, True), ("van-thu", False, False)],
)
def test_each_form_is_shown_to_who_may_and_taken_from_nobody_else(
    casework: Casework, name: str, days: bool, limitation: bool
) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_notice(case_id)
    browser, link = casework.at(name), f"/proceedings/{case_id}"
    page = browser.get(link).text
    assert (DAYS in page, f'<summary class="small">{LIMITATION}' in page) == (days, limitation)
    form = {"version": casework.version(case_id), "reason": "vì"}
    if not days:
        sent = browser.post(f"{link}/days", data={**form, "event": "notice_sent", "day": casework.today()})
        assert sent.status_code == 403
    if not limitation:
        sent = browser.post(f"{link}/limitation", data={**form, "last_day": "2028-01-31"})
        assert sent.status_code == 403


def test_once_decided_the_limitation_is_offered_no_more(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_delivery(case_id)
    assert LIMITATION not in casework.at("truong-phong").get(f"/proceedings/{case_id}").text
    assert 'value="decision_delivered"' in casework.at("thu-ly").get(f"/proceedings/{case_id}").text
