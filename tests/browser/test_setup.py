"""The set-up page in a browser: a clip goes in, the lines are drawn on it, a camera file comes out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from configs.camera_check import load_camera
from configs.scene import Scene
from edge.setup.trial import run_trial
from tests.browser.installer import DESK, PHONE, Pencil, Points, Served, serving
from tests.browser.pictures import whole_page as shot
from tests.browser.test_portal import is_too_wide, violations
from tests.edge.setup.page import CAMERAS, CLIP, with_recording

pytestmark = pytest.mark.browser

BY_HAND: dict[str, Any] = yaml.safe_load((CAMERAS / "junction.yaml").read_text(encoding="utf-8"))
NEAR = 2.0
"""Pixels of the picture that a hand may be off."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("cameras")) as running:
        yield running


def watched(page: Page, problems: list[str]) -> Page:
    """The page, its complaints noted."""
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def add(page: Page, title: str) -> str:
    """A new camera with the clip; its name. Ends on the drawing step."""
    page.get_by_label("Tên nút giao").fill(title)
    page.get_by_role("button", name="Bắt đầu").click()
    page.locator("[data-upload]").set_input_files(CLIP)
    page.get_by_role("link", name="Tiếp tục vẽ").click()
    return page.url.split("/")[-2]


def draw_all(page: Page, pencil: Pencil) -> None:
    """Everything the file written by hand has."""
    for head in BY_HAND["heads"]:
        pencil.tool("heads")
        pencil.box(head["box"])
        name(page, head["id"])
    for stop in BY_HAND["stop_lines"]:
        pencil.tool("stop_lines")
        pencil.line(stop["line"])
        draw_in_junction(page, pencil, stop)
    for lane in BY_HAND["lanes"]:
        pencil.tool("lanes")
        pencil.area(lane["polygon"])
        name(page, lane["id"])
        if lane["direction"][1] > 0:
            page.get_by_role("button", name="Đảo chiều").click()
    for solid in BY_HAND["solid_lines"]:
        pencil.tool("solid_lines")
        pencil.line(solid["line"])
        name(page, solid["id"])
        if "separates" in solid:
            page.locator("[name=separates]").select_option(solid["separates"])


def draw_in_junction(page: Page, pencil: Pencil, stop: dict[str, Any]) -> None:
    """Commit line and exits of the stop line that is selected."""
    page.get_by_role("button", name="Vẽ vạch đã vào nút").click()
    pencil.line(stop["commit"])
    for way in stop["exits"]:
        page.get_by_role("button", name="Tất cả").click()
        page.get_by_role("button", name=f"Vạch dừng {stop['id']}").click()
        page.get_by_role("button", name="Vẽ thêm lối ra").click()
        pencil.line(way["line"])
        page.locator("[name=movement]").select_option(way["movement"])


def name(page: Page, wanted: str) -> None:
    """Names the object that is selected."""
    field = page.get_by_label("Tên", exact=True)
    field.fill(wanted)
    field.press("Tab")


def near(drawn: Points, wanted: Points) -> bool:
    """Whether every point lies where it should, as far as a hand can tell."""
    pairs = zip(drawn, wanted, strict=True)
    return all(max(abs(a - b) for a, b in zip(one, other, strict=True)) <= NEAR for one, other in pairs)


@pytest.mark.timeout(900)
def test_a_clip_becomes_a_camera_file_that_says_what_the_one_by_hand_says(
    browser: Browser, served: Served, problems: list[str]
) -> None:
    page = watched(served.visitor(browser, DESK).pages[0], problems)
    camera = add(page, "Ngã tư vẽ tay")
    pencil = Pencil(page, (1280, 720))
    pencil.wait()
    draw_all(page, pencil)
    pencil.kept()
    shot(page, "setup-draw-1366")
    assert violations(page) == []
    page.get_by_role("link", name="Tiếp tục →").click()
    shot(page, "setup-rules-1366")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    try_out(page, served, camera)
    page.get_by_role("link", name="Tiếp tục →").click()
    page.get_by_role("button", name="Kích hoạt").click()
    expect(page.get_by_text("Đang dùng.")).to_be_visible()
    shot(page, "setup-activate-1366")
    assert_same(load_camera(served.setup.folder / f"{camera}.yaml"), load_camera(CAMERAS / "junction.yaml"))
    assert problems == []


def try_out(page: Page, served: Served, camera: str) -> None:
    """Through the lines that were drawn it finds what it finds through those of the file by hand."""
    page.get_by_role("button", name="Chạy thử").click()
    expect(page.get_by_text("Kết quả dưới đây")).to_be_visible(timeout=500_000)
    mine = json.loads(served.setup.places.one(camera).path("trial.json").read_text(encoding="utf-8"))
    by_hand = run_trial(CLIP, load_camera(CAMERAS / "junction.yaml"), served.setup.sight.eyes, lambda _: None)
    found = [(one["rule"]["en"], one["track"]) for one in mine["found"] if one["decision"] == "violation"]
    assert found == [(one.rule["en"], one.track) for one in by_hand.found if one.decision == "violation"]
    page.locator("[data-at]").first.click()
    expect(page.locator(".vehicle.violation")).to_have_count(1)
    page.locator("[data-play]").click()
    assert violations(page) == []
    shot(page, "setup-try-1366")


def assert_same(written: Any, by_hand: Any) -> None:
    """Names, kinds and rules are equal, places as near as a hand puts them."""
    assert written.rules == by_hand.rules
    assert [head.id for head in written.heads] == [head.id for head in by_hand.heads]
    assert all(near([a.box], [b.box]) for a, b in zip(written.heads, by_hand.heads, strict=True))
    for mine, other in zip(written.stop_lines, by_hand.stop_lines, strict=True):
        assert near(mine.line, other.line)
        assert near([mine.direction], [other.direction])
        assert near(mine.commit, other.commit)
        assert mine.head == other.head
        assert [way.movement for way in mine.exits] == [way.movement for way in other.exits]
        assert all(near(a.line, b.line) for a, b in zip(mine.exits, other.exits, strict=True))
    assert_same_areas(written, by_hand)


def assert_same_areas(written: Scene, by_hand: Scene) -> None:
    """Lanes and solid lines."""
    for mine, other in zip(written.lanes, by_hand.lanes, strict=True):
        assert mine.id == other.id
        assert near(mine.polygon, other.polygon)
        assert mine.direction is not None
        assert other.direction is not None
        assert sum(a * b for a, b in zip(mine.direction, other.direction, strict=True)) > 0
    for one, two in zip(written.solid_lines, by_hand.solid_lines, strict=True):
        assert (one.id, one.separates) == (two.id, two.separates)
        assert near(one.line, two.line)


def test_lines_are_moved_bent_nudged_and_taken_back(
    browser: Browser, served: Served, problems: list[str]
) -> None:
    context = served.visitor(browser, DESK)
    page = watched(context.pages[0], problems)
    camera = add(page, "Ngã tư sửa")
    pencil = Pencil(page, (1280, 720))
    pencil.wait()
    pencil.tool("stop_lines")
    pencil.line([[200, 400], [800, 400]])

    def line() -> Points:
        pencil.kept()
        found: Points = served.setup.places.one(camera).draft()["stop_lines"][0]["line"]
        return found

    pencil.drag([800, 400], [900, 420])
    assert near(line(), [[200, 400], [900, 420]])
    pencil.drag([550, 410], [550, 450])  # the middle, which bends it
    assert near(line(), [[200, 400], [550, 450], [900, 420]])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert near(line(), [[200, 400], [551, 440], [900, 420]])
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert near(line(), [[200, 400], [900, 420]])
    page.keyboard.press("Control+Shift+z")
    assert near(line(), [[200, 400], [550, 450], [900, 420]])
    pencil.tool("lanes")
    page.mouse.click(*pencil.at([204, 404]))  # snaps to the end that is near
    for point in ([600, 600], [100, 600]):
        pencil.click(point)
    page.keyboard.press("Enter")
    pencil.kept()
    assert served.setup.places.one(camera).draft()["lanes"][0]["polygon"][0] == line()[0]
    assert problems == []


@pytest.mark.timeout(600)
def test_what_is_suggested_is_accepted_with_one_press(
    browser: Browser, served: Served, problems: list[str]
) -> None:
    page = watched(served.visitor(browser, DESK).pages[0], problems)
    camera = add(page, "Ngã tư gợi ý")
    expect(page.locator(".suggested.heads")).not_to_have_count(0, timeout=300_000)
    page.get_by_label("Lưới mét").check()
    expect(page.locator(".metre-grid line")).not_to_have_count(0)
    page.locator("[data-play]").click()
    shot(page, "setup-suggested-1366")
    page.get_by_label("Lưới mét").uncheck()
    page.get_by_role("button", name="Nhận tất cả gợi ý chắc chắn").click()
    Pencil(page, (1280, 720)).kept()
    expect(page.locator("[data-suggestions]")).not_to_contain_text("null")
    shot(page, "setup-accepted-1366")
    assert violations(page) == []
    draft = served.setup.places.one(camera).draft()
    by_hand = BY_HAND["stop_lines"][0]["line"]
    assert min(abs(stop["line"][0][1] - by_hand[0][1]) for stop in draft["stop_lines"]) <= 0.02 * 720
    assert len(draft["heads"]) >= 1
    assert problems == []


def test_on_a_phone_with_a_finger(browser: Browser, served: Served, problems: list[str]) -> None:
    context = served.visitor(browser, PHONE, touch=True)
    page = watched(context.pages[0], problems)
    camera = add(page, "Ngã tư điện thoại")
    assert not is_too_wide(page)
    pencil = Pencil(page, (1280, 720))
    pencil.wait()
    pencil.tool("stop_lines")
    pencil.tap([225, 347])
    shot(page, "setup-drawing-390")
    pencil.tap([999, 347])
    pencil.kept()
    assert near(served.setup.places.one(camera).draft()["stop_lines"][0]["line"], [[225, 347], [999, 347]])
    shot(page, "setup-draw-390")
    assert not is_too_wide(page)
    assert violations(page) == []
    page.reload()
    pencil.wait()
    expect(page.get_by_role("button", name="Vạch dừng S1")).to_be_visible()
    assert problems == []


def test_steps_look_right_on_a_phone(browser: Browser, served: Served) -> None:
    context = served.visitor(browser, PHONE, touch=True)
    page = context.pages[0]
    shot(page, "setup-cameras-390")
    camera = with_recording(served.setup.visitor(), "Ngã tư xem")
    for step in ("camera", "rules", "activate"):
        page.goto(f"{served.url}/cameras/{camera}/{step}")
        shot(page, f"setup-{step}-390")
        assert not is_too_wide(page), step
        assert violations(page) == [], step


def test_the_loupe_shows_what_the_finger_hides(browser: Browser, served: Served) -> None:
    page = served.visitor(browser, DESK).pages[0]
    camera = with_recording(served.setup.visitor(), "Ngã tư kính lúp")
    page.goto(f"{served.url}/cameras/{camera}/draw")
    pencil = Pencil(page, (1280, 720))
    pencil.wait()
    pencil.tool("heads")
    page.mouse.move(*pencil.at([1148, 22]))
    loupe = page.locator("[data-loupe]")
    expect(loupe).to_be_visible()
    colours = loupe.evaluate(
        "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert colours > 20
    shot(page, "setup-loupe-1366")


def test_files_are_where_they_belong(served: Served) -> None:
    assert {path.suffix for path in Path(served.setup.folder).iterdir() if path.is_file()} <= {".yaml"}
