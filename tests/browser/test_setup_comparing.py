"""What a draft would change is read on the page before it is activated."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.installer import DESK, PHONE, serving
from tests.browser.pictures import whole_page as shot
from tests.browser.test_portal import is_too_wide, violations
from tests.browser.test_setup import watched
from tests.edge import road
from tests.edge.setup.test_comparing import ELSEWHERE, RoadSight

pytestmark = pytest.mark.browser


@pytest.mark.timeout(300)
def test_what_is_lost_and_gained_stands_in_a_table(
    browser: Browser, problems: list[str], tmp_path: Path
) -> None:
    (tmp_path / "road.yaml").write_text(road.camera_file(road.ROAD, "rtsp://127.0.0.1:1/road"), "utf-8")
    with serving(tmp_path, RoadSight()) as served:
        place = served.setup.places.one("road")
        place.save(place.draft() | {"solid_lines": ELSEWHERE})
        road.film(place.recording)
        page = watched(served.visitor(browser, DESK).pages[0], problems)
        page.goto(f"{served.url}/cameras/road/activate")
        page.get_by_role("button", name="So với bản đang dùng").click()
        expect(page.get_by_text("3 vụ mất đi")).to_be_visible(timeout=60_000)
        expect(page.locator("tbody tr")).to_have_count(1)
        shot(page, "setup-what-if-1366")
        assert violations(page) == []
        phone = watched(served.visitor(browser, PHONE, touch=True).pages[0], problems)
        phone.goto(f"{served.url}/language/en")
        phone.goto(f"{served.url}/cameras/road/activate")
        expect(phone.get_by_text("3 lost")).to_be_visible()
        shot(phone, "setup-what-if-390")
        assert not is_too_wide(phone)
        assert violations(phone) == []
    assert problems == []
