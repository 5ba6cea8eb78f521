"""The owner at a telephone: opens a notice, sees the evidence, checks its seals, answers, pays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from central.db import make_engine
from central.portal.app import create_portal
from central.settings import PaymentSettings
from central.words.languages import LANGUAGES
from tests.browser import office
from tests.browser.junction import Offender, package
from tests.browser.pictures import whole_page as shot
from tests.central import databases
from tests.central.evidence import OCCURRED
from tests.central.portal.site import PortalSite, portal_site

pytestmark = pytest.mark.browser

NO_PAGE = re.compile(
    r"^/(language|leave|identity)|/(files|evidence|documents|package|qr|static)(/|$|\.)|\.\w+$"
)
"""Addresses that are no page: what one downloads, and what leads elsewhere."""
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1366, "height": 768}


@dataclass
class Served:
    """The portal on a port."""

    site: PortalSite
    url: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("portal")
    databases.migrated_sqlite(folder / "central.db")
    engine = make_engine(f"sqlite:///{folder / 'central.db'}")
    site = portal_site(engine, folder, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    account = {"payment": PaymentSettings(bank_bin="970403", bank_account="0011012345678")}
    settings = site.portal.state.settings.model_copy(update=account)
    site.portal = create_portal(settings, clock=lambda: site.office.now)
    listener = office.free_port()
    with office.served(site.portal, listener):
        yield Served(site, office.address_of(listener))
    engine.dispose()


def drawn(sequence: int) -> dict[str, Any]:
    """A case with pictures that are some."""
    occurred = OCCURRED + timedelta(hours=sequence)
    sent = package(Offender(f"29A{sequence:05d}"), sequence, None if sequence == 1 else "0" * 64, occurred)
    whole = sent.manifest.model_dump(mode="json", by_alias=True)
    taken = ("files", "signal", "trajectory", "scene", "plate")
    return {name: whole[name] for name in taken} | {"contents": list(sent.contents.values())}


def opened(browser: Browser, served: Served, case_id: int, size: ViewportSize, language: str) -> Page:
    """The case's page, opened with its code, by somebody who wants this language."""
    page = browser.new_context(viewport=size, locale=language).new_page()
    page.goto(f"{served.url}/?c={served.site.keys[case_id]['code']}")
    shot(page, f"portal-open-{language}-{size['width']}")
    page.locator("[name=number]").fill(served.site.keys[case_id]["number"])
    page.locator("[name=plate]").fill(served.site.keys[case_id]["plate"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/cases/\d+$"))
    return page


def violations(page: Page) -> list[str]:
    """What the page gets wrong for people who use it with a screen reader or without a mouse."""
    found = Axe().run(page)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]


def is_too_wide(page: Page) -> bool:
    """Whether the page must be moved sideways."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wide


def test_an_owner_sees_checks_and_answers(browser: Browser, served: Served) -> None:
    case_id = served.site.noticed(**drawn(1))
    problems: list[str] = []
    page = opened(browser, served, case_id, PHONE, "vi")
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.reload()
    still = page.locator(".evidence img").nth(1)
    still.scroll_into_view_if_needed()
    expect(still).to_have_js_property("complete", True)
    assert page.locator(".evidence img").nth(1).evaluate("image => image.naturalWidth") == 960
    expect(page.locator("video")).to_have_js_property("readyState", 4)
    expect(page.get_by_text("Đèn đỏ đã bật 1,64 giây")).to_be_visible()

    page.get_by_text("Kiểm tra hình ảnh có bị sửa đổi không").click()
    page.get_by_role("button", name="Kiểm tra ngay").click()
    expect(page.locator("#seal-status")).to_contain_text("Đúng: cả 5 tệp nguyên vẹn")
    shot(page, "portal-case-vi-390")
    assert not is_too_wide(page)
    assert violations(page) == []

    page.get_by_role("link", name="Không đồng ý với hình ảnh").click()
    page.get_by_label("Xe trong ảnh không phải xe của tôi").check()
    shot(page, "portal-contest-vi-390")
    assert violations(page) == []
    chosen = page.locator("input[type=file]")
    chosen.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes(6_000_000)})
    assert "5 MB" in chosen.evaluate("file => file.validationMessage")
    page.get_by_role("button", name="Gửi ý kiến").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã nhận, số")
    assert served.site.office.state(case_id, "answer") == "contested"
    assert problems == []


@pytest.mark.parametrize(
    ("language", "choose", "start", "paid"),
    [
        ("vi", "Nộp toàn bộ số còn lại: 19.000.000 đồng", "Nộp phạt", "7.600.000 đồng, trước hết ngày"),
        ("en", "Pay all that is left: 19,000,000 VND", "Pay", "7,600,000 VND by"),
    ],
)
def test_the_next_instalment_or_all_that_is_left(
    browser: Browser, served: Served, language: str, choose: str, start: str, paid: str
) -> None:
    site = served.site
    case_id = site.noticed(**drawn(site.office.cases + 1))
    site.decided(case_id)
    site.in_parts(case_id, (7_600_000, 5_700_000, 5_700_000))
    page = opened(browser, served, case_id, PHONE, language)
    page.goto(f"{page.url}/pay")
    expect(page.locator(".parts li").first).to_contain_text(paid)
    sums = []
    for share in ("next", "all"):
        if share == "all":
            page.get_by_role("link", name=choose).click()
        page.get_by_role("button", name=start, exact=True).click()
        expect(page.locator(".qr svg")).to_be_visible()
        sums.append(re.sub(r"\D", "", page.locator(".total dd").inner_text()))
        shot(page, f"portal-pay-{share}-{language}-390")
        assert not is_too_wide(page)
        assert violations(page) == []
    assert sums == ["7600000", "19000000"]


@pytest.mark.parametrize(
    ("language", "size", "beside", "once"),
    [
        ("vi", PHONE, "Xử phạt cùng lúc 2 vi phạm", "chỉ nộp một lần"),
        ("en", PHONE, "2 violations decided together", "pay only once"),
        ("en", DESK, "2 violations decided together", "pay only once"),
    ],
)
def test_the_code_of_a_joint_decision_leads_to_every_case_it_names(
    browser: Browser, served: Served, language: str, size: ViewportSize, beside: str, once: str
) -> None:
    site, number = served.site, served.site.office.cases + 1
    lane = {"rule": {"name": "wrong_lane", "version": 1}}
    cases = [site.noticed(**drawn(number)), site.noticed(**drawn(number + 1) | lane)]
    key = site.decided_together(*cases)
    page = browser.new_context(viewport=size, locale=language).new_page()
    page.goto(f"{served.url}/?q={key['number']}&c={key['code']}")
    page.locator("[name=plate]").fill(key["plate"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(served.url + site.page_of(cases[0]))
    name = f"portal-together-{language}-{size['width']}"
    for here, other in (cases, cases[::-1]):
        expect(page.get_by_role("heading", name=beside)).to_be_visible()
        expect(page.locator(".evidence img")).not_to_have_count(0)
        page.goto(f"{page.url}/pay")
        expect(page.get_by_text(once)).to_be_visible()
        if here == cases[0]:
            page.get_by_role("button").filter(has_text=re.compile("^(Nộp phạt|Pay)$")).click()
        expect(page.locator(".qr svg")).to_be_visible()  # the other case shows the order already made
        shot(page, f"{name}-pay-{here == cases[0]}")
        for path in (f"{site.page_of(here)}/pay", site.page_of(here)):
            page.goto(served.url + path)
            assert not is_too_wide(page), path
            assert violations(page) == [], path
        shot(page, f"{name}-{here == cases[0]}")
        page.locator("#together a").click()
        expect(page).to_have_url(served.url + site.page_of(other))


def test_a_file_that_was_changed_is_named(browser: Browser, served: Served) -> None:
    case_id = served.site.noticed(**drawn(served.site.office.cases + 1))
    page = opened(browser, served, case_id, DESK, "en")
    page.route("**/files/over.jpg", lambda route: route.fulfill(body=b"another", content_type="image/jpeg"))
    page.get_by_text("Check that the pictures were not altered").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#seal-status")).to_contain_text("“over.jpg” is not what was signed")
    shot(page, "portal-altered-en-1366")


def test_a_seal_that_nobody_made_is_named(browser: Browser, served: Served) -> None:
    """Another statement under the same signature, whatever the file's bytes are."""
    case_id = served.site.noticed(**drawn(served.site.office.cases + 1))
    page = opened(browser, served, case_id, DESK, "en")

    def forge(route: Route) -> None:
        seals = route.fetch().json()
        head, _, signature = seals["files"][1]["statement"].split(".")
        seals["files"][1]["statement"] = ".".join(
            [head, seals["files"][0]["statement"].split(".")[1], signature]
        )
        route.fulfill(json=seals)

    page.route("**/seals", forge)
    page.get_by_text("Check that the pictures were not altered").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#seal-status")).to_have_class("told bad")
    expect(page.locator("#seal-status")).to_contain_text("“over.jpg”")


def test_a_browser_without_ed25519_is_shown_the_way_by_file(browser: Browser, served: Served) -> None:
    case_id = served.site.noticed(**drawn(served.site.office.cases + 1))
    page = opened(browser, served, case_id, PHONE, "en")
    page.add_init_script("crypto.subtle.importKey = () => Promise.reject(new DOMException('NotSupported'))")
    page.reload()
    page.get_by_text("Check that the pictures were not altered").click()
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#seal-status")).to_contain_text("can't check Ed25519")
    with page.expect_download() as download:
        page.get_by_role("link", name="download all pictures").click()
    assert download.value.suggested_filename.endswith(".zip")


@pytest.mark.parametrize(("size", "language"), [(PHONE, "vi"), (DESK, "en")], ids=["phone", "desk"])
def test_every_page_fits_and_can_be_read(
    browser: Browser, served: Served, size: ViewportSize, language: str
) -> None:
    case_id = served.site.noticed(**drawn(served.site.office.cases + 1))
    page = opened(browser, served, case_id, size, language)
    case = page.url
    kinds = ("admit", "name_driver", "deny_driving", "say_sold", "say_stolen", "contest", "ask_place")
    paths = [case, f"{served.url}/", f"{served.url}/open", *(f"{case}/answer/{kind}" for kind in kinds)]
    for path in paths:
        page.goto(path)
        name = path.removeprefix(served.url).strip("/").replace("/", "-") or "list"
        shot(page, f"portal-{re.sub(r'[0-9]+', 'n', name)}-{language}-{size['width']}")
        assert not is_too_wide(page), path
        assert violations(page) == [], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_portal_is_wider_than_a_telephone(
    browser: Browser, served: Served, language: str
) -> None:
    """Every page that one comes to by links: of a notice, of a decision, of one paid in parts, an error."""
    site, number = served.site, served.site.office.cases + 1
    page = browser.new_context(viewport=PHONE, locale=language).new_page()
    cases = [site.noticed(**drawn(number + offset)) for offset in range(3)]
    site.decided(cases[1])
    site.decided(cases[2])
    site.in_parts(cases[2], (7_600_000, 5_700_000, 5_700_000))
    for case_id in cases:
        page.goto(f"{served.url}/open")
        for field in ("number", "plate", "code"):
            page.locator(f"[name={field}]").fill(site.keys[case_id][field])
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/cases/\d+$"))
    ahead, seen, wide = ["/", "/open", "/nowhere", *map(site.page_of, cases)], set[str](), []
    while ahead:
        if (path := ahead.pop()) in seen:
            continue
        seen.add(path)
        page.goto(served.url + path)
        if is_too_wide(page):
            wide.append(path)
            shot(page, f"portal-wide-{language}-{path.strip('/').replace('/', '-')}")
        links = page.locator("a[href^='/']:not([download])").evaluate_all(
            "all => all.map((one) => one.getAttribute('href').split(/[?#]/)[0])"
        )
        ahead += [link for link in links if not NO_PAGE.search(link)]
    assert len(seen) > 8, seen
    assert any(path.endswith("/pay") for path in seen), seen
    assert wide == []
