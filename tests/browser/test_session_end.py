"""What somebody is typing when their session is about to end, and after it has ended."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from central.accounts.permissions import Role
from tests.browser.junction import Offender
from tests.browser.office import running_office
from tests.browser.people import OWN_PASSWORD, Staff, wait_for_case

pytestmark = pytest.mark.browser

MINUTE = 60_000
WORDS = "CSGT phân luồng bằng tay vì ngập nước"


class Asking:
    """Whether a page waits to hear how long the session lasts.

    Its clock is moved on by hand, and must not run ahead of an answer.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open = 0
        page.on("request", lambda request: self._count(request, 1))
        page.on("requestfinished", lambda request: self._count(request, -1))
        page.on("requestfailed", lambda request: self._count(request, -1))

    def _count(self, request: Request, step: int) -> None:
        if urlsplit(request.url).path == "/session":
            self._open += step

    def wait(self) -> None:
        """Until it is answered."""
        for _ in range(400):
            self._page.wait_for_timeout(50)
            if not self._open:
                return
        raise TimeoutError("no answer about the session")


def test_what_is_typed_outlives_the_session(browser: Browser, tmp_path: Path) -> None:
    with running_office(tmp_path) as office:
        page = Staff(browser, office, []).go("hung", "/")
        asking = Asking(page)
        page.clock.install()
        page.goto(f"{office.url}/exemptions")
        why, strip = page.locator("[name=why]"), page.locator("#leaving")

        why.press_sequentially(WORDS[:10])  # who only types is there
        with page.expect_request("**/session") as asked:
            page.clock.run_for(65_000)
        assert "x-unattended" not in asked.value.headers
        expect(strip).to_be_hidden()

        asking.wait()
        office.leave_alone(timedelta(minutes=13, seconds=20))
        page.clock.run_for(13 * MINUTE)
        expect(strip).to_contain_text(re.compile(r"kết thúc sau 1:\d\d phút"))
        asking.wait()
        page.route("**/session", lambda route: route.abort())
        page.keyboard.press("Shift")  # one sign is enough, even if the centre is away just then
        asking.wait()
        page.unroute("**/session")
        page.clock.run_for(6_000)
        expect(strip).to_be_hidden()
        why.press("End")
        why.press_sequentially(WORDS[10:])
        page.clock.run_for(2 * MINUTE)
        expect(strip).to_be_hidden()

        asking.wait()
        office.leave_alone(timedelta(minutes=20))
        page.clock.run_for(15 * MINUTE)
        expect(strip).to_contain_text("đã kết thúc")
        page.locator("[name=since]").fill("2026-11-20T07:00")
        page.locator("[name=until]").fill("2026-11-20T09:00")
        page.get_by_role("button", name="Ghi").first.click()
        expect(page).to_have_url(f"{office.url}/exemptions")
        expect(why).to_have_value(WORDS)

        with page.expect_popup() as opened:
            strip.get_by_role("link").click()
        beside = opened.value
        beside.locator("[name=username]").fill("hung")
        beside.locator("[name=password]").fill(OWN_PASSWORD)
        beside.keyboard.press("Enter")
        expect(beside).to_have_url(re.compile("/confirm"))
        beside.close()
        asking.wait()
        page.clock.run_for(6_000)
        why.press("End")
        expect(strip).to_be_hidden()
        expect(why).to_have_value(WORDS)
        page.get_by_role("button", name="Ghi").first.click()
        expect(page.locator("tbody")).to_contain_text(WORDS)


def _sign_in_again(page: Page, name: str, password: str = OWN_PASSWORD) -> None:
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/sign-in"))


def _kept(page: Page) -> list[str]:
    kept: list[str] = page.evaluate(
        "() => Object.keys(sessionStorage).filter(k => k.startsWith('note ')).map(k => sessionStorage[k])"
    )
    return kept


def _note(page: Page, dialog: str, key: str) -> str:
    """What stands in the first note of a dialog, which is opened by a key and closed again."""
    page.keyboard.press(key)
    field = page.locator(f"#{dialog} [name=note]").last
    expect(field).to_be_visible()
    value = field.input_value()
    page.keyboard.press("Escape")
    return value


def test_a_half_written_note_outlives_the_session_and_nobody_else_sees_it(
    browser: Browser, tmp_path: Path
) -> None:
    with running_office(tmp_path) as office:
        for plate in ("98A10001", "98A10002"):
            office.send(Offender(plate), timedelta(hours=1))
        staff = Staff(browser, office, [])
        page = staff.go("lan", "/review")
        shown = int(page.locator("#pane [data-case]").get_attribute("data-case") or 0)
        wait_for_case(page, shown)
        page.keyboard.press("r")
        page.locator("#reject [name=note]").last.press_sequentially(WORDS)
        office.leave_alone(timedelta(hours=1))
        page.reload()
        expect(page).to_have_url(re.compile("/sign-in"))

        _sign_in_again(page, "lan")
        wait_for_case(page, shown)
        assert _note(page, "reject", "r") == WORDS
        page.keyboard.press("r")
        page.locator("#reject [name=note]").last.press("Enter")
        wait_for_case(page, 3 - shown)
        assert _kept(page) == []

        page.keyboard.press("r")
        page.locator("#reject [name=note]").last.press_sequentially(WORDS)
        page.keyboard.press("Escape")
        assert _kept(page) == [WORDS]
        office.leave_alone(timedelta(hours=1))
        page.reload()
        office.hire("mai", "Đinh Thị Mai", Role.OPERATOR)
        staff.go("mai", "/")
        page.goto(f"{office.url}/sign-in")
        _sign_in_again(page, "mai")
        page.goto(f"{office.url}/review")
        assert _kept(page) == []


def test_who_signs_out_leaves_no_note_behind(browser: Browser, tmp_path: Path) -> None:
    with running_office(tmp_path) as office:
        office.send(Offender("98A10001"), timedelta(hours=1))
        page = Staff(browser, office, []).go("lan", "/review")
        wait_for_case(page, 1)
        page.keyboard.press("r")
        page.locator("#reject [name=note]").last.press_sequentially(WORDS)
        page.keyboard.press("Escape")
        assert _kept(page) == [WORDS]
        page.locator("header details.person:not(.more-pages) summary").click()
        page.locator("form[action='/sign-out'] button").click()
        expect(page).to_have_url(re.compile("/sign-in"))
        assert _kept(page) == []
