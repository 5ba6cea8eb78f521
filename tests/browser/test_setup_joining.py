"""Two cameras are joined in a browser: the stretch is drawn in both pictures, then bound by lane."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from configs.camera_check import load_camera
from sample_videos.truth import CLIPS
from tests.browser.installer import DESK, PHONE, Pencil, Served, serving
from tests.browser.pictures import whole_page as shot
from tests.browser.test_portal import is_too_wide, violations
from tests.browser.test_setup import watched

pytestmark = pytest.mark.browser

OVERVIEW, PLATE = CLIPS / "joined_few", CLIPS / "joined_few" / "plate"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("cameras")) as running:
        yield running


def add(page: Page, title: str, clip: Path) -> None:
    """A new camera with its clip; ends on the drawing step."""
    page.get_by_label("Tên nút giao").fill(title)
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("[data-upload]").set_input_files(clip)
    page.get_by_role("link", name="Tiếp tục vẽ").click()


def draw_section(page: Page, folder: Path) -> None:
    """The stretch of the clip's own file; its corners begin anywhere and run the wrong way round."""
    config = load_camera(folder / "camera.yaml")
    (section,) = config.sections
    pencil = Pencil(page, config.size)
    pencil.wait()
    pencil.tool("sections")
    a, b, c, d = section.corners
    for corner in (c, b, a, d):
        pencil.click(corner)
    page.get_by_label("Rộng (m)").fill(str(section.width))
    page.get_by_label("Dài (m)").fill(str(section.length))
    page.get_by_label("Dài (m)").press("Tab")
    pencil.kept()


@pytest.mark.timeout(600)
def test_a_plate_camera_is_joined(browser: Browser, served: Served, problems: list[str]) -> None:
    page = watched(served.visitor(browser, DESK).pages[0], problems)
    add(page, "Ngã tư biển số", PLATE / "detect.mp4")
    page.goto(served.url)
    add(page, "Ngã tư toàn cảnh", OVERVIEW / "detect.mp4")
    draw_section(page, OVERVIEW)
    shot(page, "setup-section-1366")
    page.goto(f"{served.url}/cameras/nga-tu-bien-so/draw")
    draw_section(page, PLATE)
    page.goto(f"{served.url}/cameras/nga-tu-toan-canh/join")
    page.get_by_role("button", name="Ghép", exact=True).click()
    expect(page.locator("main").get_by_text("chưa đo độ lệch đồng hồ")).to_be_visible()
    shot(page, "setup-join-1366")
    assert violations(page) == []
    drafts = [served.setup.places.one(f"nga-tu-{name}").draft() for name in ("toan-canh", "bien-so")]
    assert drafts[0]["plate_cameras"] == [{"camera": "nga-tu-bien-so", "section": "X1"}]
    assert drafts[0]["site"] == drafts[1]["site"]
    for draft, folder in zip(drafts, (OVERVIEW, PLATE), strict=True):
        (section,) = load_camera(folder / "camera.yaml").sections
        drawn = [v for corner in draft["sections"][0]["corners"] for v in corner]
        wanted = [v for corner in section.corners for v in corner]
        assert drawn == pytest.approx(wanted, abs=8.0)  # two corners lie outside the picture
    assert problems == []


def test_it_looks_right_on_a_phone(browser: Browser, served: Served, problems: list[str]) -> None:
    page = watched(served.visitor(browser, PHONE, touch=True).pages[0], problems)
    for language in ("vi", "en"):
        page.goto(f"{served.url}/language/{language}")
        page.goto(f"{served.url}/cameras/nga-tu-toan-canh/join")
        shot(page, f"setup-join-390-{language}")
        assert not is_too_wide(page)
        assert violations(page) == []
    assert problems == []
