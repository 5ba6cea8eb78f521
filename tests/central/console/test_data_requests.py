"""A person's request for their data on its pages: entered, answered, collected, given."""

import zipfile
from io import BytesIO

from central.accounts.permissions import Role
from tests.central.casework import Casework
from tests.central.documents.away import typesetting_away
from tests.central.faces import SignedIn
from tests.central.proceedings.office import AN


def test_a_request_from_the_letter_to_the_file(casework: Casework) -> None:
    casework.office.to_notice(casework.office.confirmed())
    browser, today = casework.at("phap-che"), casework.today()
    form = {"asker": "Nguyễn Văn An", "identity": AN.identity, "reference": "12/ĐN", "received_on": today}
    page = browser.post("/data-requests", data=form)
    assert page.headers["location"] == "/data-requests/1"
    page = browser.get("/data-requests/1").text
    assert "Nguyễn Văn An" in page
    assert "Chưa thu thập" in page
    assert "Nguyễn Văn An" not in browser.get("/data-requests").text
    assert browser.get("/data-requests/1/file").status_code == 404
    early = browser.post("/data-requests/1/end", data={"outcome": "given", "on": today})
    assert early.status_code == 409
    assert "chưa thu thập dữ liệu" in early.text
    assert browser.post("/data-requests/1/answer", data={"on": today}).status_code == 303
    assert browser.post("/data-requests/1/collect").status_code == 303
    file = browser.get("/data-requests/1/file")
    assert file.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(BytesIO(file.content)).namelist() == ["data.json", "summary.pdf"]
    assert browser.post("/data-requests/1/end", data={"outcome": "given", "on": today}).status_code == 303
    assert "đã cung cấp" in browser.get("/data-requests").text
    browser.get("/language/en")
    assert "Data due" in browser.get("/data-requests/1").text


def test_a_summary_that_can_not_be_typeset_loses_nothing(casework: Casework) -> None:
    browser, today = casework.at("phap-che"), casework.today()
    form = {"asker": "Nguyễn Văn An", "identity": AN.identity, "reference": "12/ĐN", "received_on": today}
    browser.post("/data-requests", data=form)
    for language, told in (("vi", "Hãy thử lại sau ít phút"), ("en", "Try again in a few minutes")):
        browser.get(f"/language/{language}")
        with typesetting_away():
            page = browser.post("/data-requests/1/collect")
        assert page.status_code == 503
        assert told in page.text
        assert "Nguyễn Văn An" in page.text
    assert browser.post("/data-requests/1/collect").status_code == 303
    assert browser.get("/data-requests/1/file").status_code == 200


def test_what_was_typed_stays_when_it_is_refused(casework: Casework) -> None:
    browser, today = casework.at("phap-che"), casework.today()
    form = {"asker": "Nguyễn Văn An", "reference": "12/ĐN", "received_on": today}
    page = browser.post("/data-requests", data=form)
    assert page.status_code == 422
    assert "cần số định danh hoặc biển số" in page.text
    assert 'value="Nguyễn Văn An"' in page.text


def test_a_late_one_is_marked(casework: Casework) -> None:
    browser = casework.at("phap-che")
    form = {"asker": "An", "plate": "98A12345", "reference": "1", "received_on": casework.today(-20)}
    browser.post("/data-requests", data={**form, "reference": "12/ĐN"})
    page = browser.get("/data-requests").text
    assert page.count("quá hạn") == 2


def test_only_who_answers_for_personal_data_gets_there(signed_in: SignedIn) -> None:
    for role in (Role.ADMIN, Role.OFFICER, Role.LEADER):
        assert signed_in(role).get("/data-requests").status_code == 403
    assert "/data-requests" in signed_in(Role.LAWYER).get("/data-requests").text
