"""What somebody is typing when their session is about to end, and after it has ended."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.office import running_office
from tests.browser.people import OWN_PASSWORD, Staff

pytestmark = pytest.mark.browser

MINUTE = 60_000
WORDS = "CSGT phân luồng bằng tay vì ngập nước"


def test_what_is_typed_outlives_the_session(browser: Browser, tmp_path: Path) -> None:
    with running_office(tmp_path) as office:
        page = Staff(browser, office, []).go("hung", "/")
        page.clock.install()
        page.goto(f"{office.url}/exemptions")
        why, strip = page.locator("[name=why]"), page.locator("#leaving")

        why.press_sequentially(WORDS[:10])  # who only types is there
        with page.expect_request("**/session") as asked:
            page.clock.run_for(65_000)
        assert "x-unattended" not in asked.value.headers
        expect(strip).to_be_hidden()

        office.leave_alone(timedelta(minutes=13, seconds=20))
        page.clock.run_for(13 * MINUTE)
        expect(strip).to_contain_text(re.compile(r"kết thúc sau 1:\d\d phút"))
        page.keyboard.press("Shift")  # one sign is enough
        expect(strip).to_be_hidden()
        why.press("End")
        why.press_sequentially(WORDS[10:])
        page.clock.run_for(2 * MINUTE)
        expect(strip).to_be_hidden()

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
        page.clock.run_for(6_000)
        why.press("End")
        expect(strip).to_be_hidden()
        expect(why).to_have_value(WORDS)
        page.get_by_role("button", name="Ghi").first.click()
        expect(page.locator("tbody")).to_contain_text(WORDS)
