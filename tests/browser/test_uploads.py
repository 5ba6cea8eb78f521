"""Files that can't be used, chosen in a real browser: the page names the file and says what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from central.db import transaction
from central.devices.service import LARGEST_PHOTO
from central.fleet import configuration
from central.fleet.enrolment import enrol
from central.words.languages import LANGUAGES, Language
from tests.browser.pictures import shot
from tests.central.casework import Casework, with_key
from tests.central.evidence import NODE, enrolment, picture
from tests.central.fleet.test_configuration import CAMERA, standing
from tests.serving import address_of, free_port, served

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
EMPTY, CUT, RUBBISH = b"", picture(1)[:40], b"\xff\xd8\xff rubbish"
NO_PDF, PDF = b"%PDF-1.7 rubbish", b"%PDF-1.7 \xe2\xe3\xcf\xd3"
LARGE = picture(1) + bytes(LARGEST_PHOTO)


@dataclass(frozen=True)
class Form:
    """Where a kind of file is chosen: who, on which page, in which field."""

    person: str
    path: str
    field: str
    form: str


PHOTO = Form("quan-tri", f"/devices/{NODE}/cam-1", "photo", "form[action$='/sign']")
SETTING = Form("quan-tri", f"/nodes/{NODE}/cameras/{CAMERA}", "file", "form:has([name=content])")
LETTER = Form("van-thu", "/incoming/new?about=1", "files", "form.card")

WRONG: list[tuple[Form, str, bytes, dict[Language, str]]] = [
    (PHOTO, "biển báo.jpg", EMPTY, {"vi": "trống; hãy chọn lại", "en": "is empty; choose"}),
    (PHOTO, "biển báo.jpg", RUBBISH, {"vi": "hãy chụp, quét hoặc lưu lại ảnh", "en": "save it again"}),
    (PHOTO, "biển báo.jpg", CUT, {"vi": "hãy chụp, quét hoặc lưu lại ảnh", "en": "save it again"}),
    (PHOTO, "biển báo.jpg", PDF, {"vi": "hãy chọn đúng ảnh", "en": "choose the photo itself"}),
    (SETTING, "camera 1.yaml", EMPTY, {"vi": "hãy chọn đúng tệp YAML", "en": "choose the right YAML"}),
    (SETTING, "camera 1.yaml", RUBBISH, {"vi": "hãy chọn đúng tệp YAML", "en": "choose the right YAML"}),
    (SETTING, "camera 1.yaml", PDF, {"vi": "hãy chọn đúng tệp YAML", "en": "choose the right YAML"}),
    (LETTER, "quét 1.pdf", EMPTY, {"vi": "trống; hãy chọn lại", "en": "is empty; choose"}),
    (LETTER, "quét 1.jpg", RUBBISH, {"vi": "hãy chụp, quét hoặc lưu lại ảnh", "en": "save it again"}),
    (LETTER, "quét 1.pdf", NO_PDF, {"vi": "hãy lưu hoặc quét lại", "en": "save or scan it again"}),
]
LARGEST: dict[Language, str] = {"vi": "quá lớn; hãy chọn đúng tệp", "en": "is too large; choose"}


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    """A case under way, a device, and a node whose camera file is known."""
    for work in with_key(tmp_path_factory.mktemp("uploads"), NOW):
        work.office.to_notice(work.office.confirmed())
        with transaction(work.office.engine) as session:
            enrol(session, enrolment(), NOW, "test")
            configuration.note_standing(session, standing(NOW), NOW)
        yield work


@pytest.fixture(scope="module")
def screen(browser: Browser, casework: Casework) -> Iterator[tuple[Page, str]]:
    """A browser, and the address of the console."""
    listener = free_port()
    with served(casework.centre, listener):
        yield browser.new_context(viewport={"width": 1280, "height": 800}).new_page(), address_of(listener)


def chosen(page: Page, address: str, casework: Casework, form: Form, name: str, content: bytes) -> None:
    """The file is chosen by the person, and the form sent."""
    cookie = casework.at(form.person).cookies["ngatu"]
    page.context.add_cookies([{"name": "ngatu", "value": cookie, "url": address}])
    page.goto(address + form.path)
    place = page.locator(form.form)
    if form is PHOTO:
        place.locator("[name=taken]").fill("2026-11-20")
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    place.locator(f"[name={form.field}]").set_input_files(file)
    place.locator("button[type=submit]").last.click()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("form", "name", "content", "told"), WRONG)
def test_a_wrong_file_is_named_with_what_to_do(
    casework: Casework,
    screen: tuple[Page, str],
    form: Form,
    name: str,
    content: bytes,
    told: dict[Language, str],
    language: Language,
) -> None:
    page, address = screen
    page.goto(f"{address}/language/{language}")
    chosen(page, address, casework, form, name, content)
    alert = page.locator("[role=alert]:visible")
    expect(alert).to_contain_text(f"“{name}”")
    expect(alert).to_contain_text(told[language])
    shot(page, f"upload-{language}-{form.field}-{len(content)}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [PHOTO, SETTING, LETTER], ids=lambda form: form.field)
def test_too_large_a_file_is_told_before_it_is_sent(
    casework: Casework, screen: tuple[Page, str], form: Form, language: Language
) -> None:
    page, address = screen
    page.goto(f"{address}/language/{language}")
    chosen(page, address, casework, form, "rất lớn.jpg", LARGE)
    field = page.locator(f"{form.form} [name={form.field}]")
    message = str(field.evaluate("field => field.validationMessage"))
    assert "“rất lớn.jpg”" in message
    assert LARGEST[language] in message
