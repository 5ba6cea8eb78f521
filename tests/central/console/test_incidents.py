"""A security incident on its pages: found, counted down, printed, exported, sent."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.central.casework import Casework
from tests.central.documents.away import typesetting_away
from tests.central.documents.test_render import lines_of

PERIOD = {"from_at": "2026-11-20T00:00", "until_at": "2027-01-01T00:00"}
FOUND = {"title": "Tài khoản bị lộ mật khẩu", "found_at": "2026-11-24T13:00", **PERIOD}


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def test_an_incident_from_its_finding_to_the_report(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.at("thu-ly").get(f"/cases/{case_id}")
    browser = casework.at("quan-tri")
    assert browser.post("/incidents", data=FOUND).headers["location"] == "/incidents/1"
    assert "còn 22 giờ" in browser.get("/incidents").text
    facts = {"kind": "Lộ mật khẩu, nghiêm trọng", "contact": "Đội trưởng, 0204"}
    assert browser.post("/incidents/1/facts", data=facts).status_code == 303
    paper = text_of(browser.get("/incidents/1/notice.pdf").content)
    assert "Lộ mật khẩu, nghiêm trọng" in paper
    assert "Thu-Ly (thu-ly)" in paper, "who read whose data"
    data = browser.get("/incidents/1/data.json").json()
    assert (data["notice_by"], data["facts"], data["cases_read"]) == ("2026-11-25T06:00:00Z", facts, 1)
    sent = {"letter": "notice", "at": "2026-11-24T15:00", "reference": "12/TB"}
    assert browser.post("/incidents/1/sent", data=sent).status_code == 303
    assert "12/TB" in browser.get("/incidents/1").text
    casework.office.wait(3)
    browser = casework.at("quan-tri")
    browser.get("/language/en")
    assert "2 hours late" in browser.get("/incidents").text
    late = {"letter": "report", "at": "2026-11-27T15:00", "reference": "13/BC"}
    assert browser.post("/incidents/1/sent", data=late).status_code == 303
    page = browser.get("/incidents/1").text
    assert "sent late" in page
    assert 'action="/incidents/1/facts"' not in page
    log = browser.get("/audit").text
    assert "Recorded that an incident was told" in log


def test_facts_of_any_length_that_is_taken_are_printed(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    browser.post("/incidents", data=FOUND)
    assert browser.post("/incidents/1/facts", data={"cause": "lỗ hổng " * 250}).status_code == 303
    printed = browser.get("/incidents/1/report.pdf")
    assert printed.status_code == 200
    assert text_of(printed.content).count("lỗ hổng") == 250


def test_lines_of_a_fact_stay_lines_on_the_paper(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    browser.post("/incidents", data=FOUND)
    browser.post("/incidents/1/facts", data={"measures": "Khóa tài khoản\r\nĐổi mật khẩu"})
    lines = lines_of(browser.get("/incidents/1/notice.pdf").content)
    assert [line for line in lines if "Đổi mật khẩu" in line] == ["Đổi mật khẩu"]


def test_what_was_typed_stays_when_it_is_refused(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    page = browser.post("/incidents", data={**FOUND, "found_at": "2026-12-24T13:00"})
    assert page.status_code == 422
    assert "ở tương lai" in page.text
    assert 'value="Tài khoản bị lộ mật khẩu"' in page.text


def test_a_paper_that_can_not_be_typeset_is_told(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    browser.post("/incidents", data=FOUND)
    with typesetting_away():
        page = browser.get("/incidents/1/notice.pdf")
    assert page.status_code == 503
    assert "Hãy thử lại sau ít phút" in page.text


@pytest.mark.parametrize("title", ["     ", "\u00a0" * 6, "\u200b" * 6])
def test_an_incident_has_a_title_that_can_be_read(casework: Casework, title: str) -> None:
    assert casework.at("quan-tri").post("/incidents", data={**FOUND, "title": title}).status_code == 422


def test_an_incident_entered_twice_is_refused_and_one_by_mistake_is_dropped(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    browser.post("/incidents", data=FOUND)
    again = browser.post("/incidents", data=FOUND)
    assert again.status_code == 409
    assert "đã được ghi: số 1" in again.text
    marked = 'title="1 sự cố còn phải gửi văn bản"'
    assert marked in browser.get("/incidents").text
    assert browser.post("/incidents/1/drop", data={"reason": "     "}).status_code == 422
    assert browser.post("/incidents/1/drop", data={"reason": "ghi nhầm"}).status_code == 303
    page = browser.get("/incidents/1").text
    assert "ghi nhầm" in page
    assert 'action="/incidents/1' not in page
    listed = browser.get("/incidents").text
    assert "đã bỏ" in listed
    assert marked not in listed
    assert "còn 22 giờ" not in listed
    assert "Bỏ sự cố ghi nhầm" in browser.get("/audit").text


def test_a_report_without_a_notice_covers_it_in_words(casework: Casework) -> None:
    browser = casework.at("quan-tri")
    browser.post("/incidents", data=FOUND)
    sent = {"letter": "report", "at": "2026-11-24T14:00", "reference": "13/BC"}
    assert "đồng thời là thông báo" in text_of(browser.get("/incidents/1/report.pdf").content)
    assert browser.post("/incidents/1/sent", data=sent).status_code == 303
    page = browser.get("/incidents/1").text
    assert "báo cáo đã thay thông báo" in page
    assert "không phải gửi thông báo nữa" in page
    assert '<input name="at" type="datetime-local" required value="">' in page
    casework.office.wait(3)
    assert "quá hạn" not in casework.at("quan-tri").get("/incidents").text


@pytest.mark.parametrize("name", ["lan", "thu-ly", "phap-che", "van-thu"])
def test_others_see_none(casework: Casework, name: str) -> None:
    assert casework.at(name).get("/incidents").status_code == 403
