"""A new form in a real browser: uploaded, refused once by name, previewed, approved by another person; the
next paper is made on it and the earlier one is shown unchanged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from central.db import transaction
from central.documents import archive as documents
from central.words.languages import LANGUAGES, Language
from tests.browser.pictures import paper_pictures, whole_page
from tests.central.casework import Casework, with_key
from tests.central.documents.test_render import text_of
from tests.serving import address_of, free_port, served

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAPER = "/forms/papers/notice"
CODES: dict[Language, str] = {"vi": "Mẫu số 01 – TT 99/2026/TT-BCA", "en": "Mẫu số 01 – TT 98/2026/TT-BCA"}
WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "upload": "Tải mẫu mới lên",
        "wrong": "không có mục “paper.acts”",
        "approve": "Phê duyệt",
        "use": "đang dùng",
    },
    "en": {
        "upload": "Upload a new form",
        "wrong": "no field “paper.acts”",
        "approve": "Approve",
        "use": "in use",
    },
}


@dataclass
class Screen:
    """A browser, the console's address, and the people who sit down at it."""

    page: Page
    address: str
    casework: Casework

    def sit(self, person: str, path: str) -> Page:
        """A person opens a page."""
        cookie = self.casework.at(person).cookies["ngatu"]
        self.page.context.add_cookies([{"name": "ngatu", "value": cookie, "url": self.address}])
        self.page.goto(self.address + path)
        return self.page

    def notice(self, case_id: int) -> bytes:
        """The notice of a case as the officer gets it."""
        with transaction(self.casework.office.engine) as session:
            paper = documents.of_case(session, case_id, "notice")[-1].id
        return self.casework.at("thu-ly").get(f"/proceedings/{case_id}/papers/{paper}").content


@pytest.fixture(scope="module")
def screen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A console with an office at work."""
    for casework in with_key(tmp_path_factory.mktemp("forms"), NOW):
        listener = free_port()
        with served(casework.centre, listener):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            yield Screen(page, address_of(listener), casework)


def noticed(casework: Casework) -> int:
    """A case with its notice drawn up and its file made."""
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    casework.do("thu-ly", case_id, "draw_notice")
    casework.make_files()
    return case_id


def upload(page: Page, code: str, source: str, button: str) -> None:
    """Fills in the form by the keyboard and sends it."""
    file: FilePayload = {"name": "notice.html", "mimeType": "text/html", "buffer": source.encode()}
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=code]").fill(code)
    page.locator("[name=basis]").fill("TT 99/2026/TT-BCA")
    page.locator("[name=note]").fill("Thông tư mới của Bộ Công an")
    page.get_by_role("button", name=button).press("Enter", timeout=60_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_goes_from_its_upload_to_the_next_paper(screen: Screen, language: Language) -> None:
    says, code, casework = WORDS[language], CODES[language], screen.casework
    screen.page.goto(f"{screen.address}/language/{language}")
    before = noticed(casework)
    first = screen.notice(before)
    source = casework.at("quan-tri").get(f"{PAPER}/template").text
    page = screen.sit("quan-tri", "/forms")
    whole_page(page, f"forms-{language}")
    page.locator(f"a[href='{PAPER}']").click()
    upload(page, code, source.replace("paper.act)", "paper.acts)"), says["upload"])
    expect(page.locator(".problems")).to_contain_text(says["wrong"], timeout=60_000)
    expect(page.locator("[name=code]")).to_have_value(code)
    whole_page(page, f"forms-refused-{language}")
    upload(page, code, source.replace("<h1>THÔNG BÁO", "<h1>THÔNG BÁO VI PHẠM"), says["upload"])
    expect(page).to_have_url(re.compile(r"/forms/\d+$"), timeout=60_000)
    whole_page(page, f"forms-uploaded-{language}")
    path = page.url.removeprefix(screen.address)
    assert page.get_by_role("button", name=says["approve"]).count() == 0  # not by whoever uploaded it
    page = screen.sit("phap-che", path)
    for picture in page.locator(".sheets img").all():
        expect(picture).to_have_js_property("complete", value=True, timeout=100_000)
        assert int(picture.evaluate("picture => picture.naturalWidth")) > 800
    whole_page(page, f"forms-draft-{language}")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(BEYOND) <= 0
    whole_page(page, f"forms-draft-phone-{language}")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(BEYOND) <= 0
    page.get_by_role("button", name=says["approve"]).press("Enter")
    expect(page.locator(".page-head .state")).to_have_text(says["use"], timeout=60_000)
    whole_page(page, f"forms-in-use-{language}")
    after = noticed(casework)
    second = screen.notice(after)
    paper_pictures(first, f"forms-notice-before-{language}")
    paper_pictures(second, f"forms-notice-after-{language}")
    assert code in text_of(second)
    assert code not in text_of(first)
    assert screen.notice(before) == first


def test_its_pages_fit_a_telephone(screen: Screen) -> None:
    page = screen.page
    page.set_viewport_size({"width": 390, "height": 844})
    for name, path in (("list", "/forms"), ("paper", PAPER), ("edition", "/forms/1")):
        screen.sit("quan-tri", path)
        whole_page(page, f"forms-phone-{name}")
        assert page.evaluate(BEYOND) <= 0
    page.set_viewport_size({"width": 1280, "height": 900})
