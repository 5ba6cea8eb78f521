"""What people look at on the desks: the clip round the act, the plate's picture, what was compared."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.junction import HEIGHT, WIDTH, Offender, plate_in_second_view
from tests.browser.office import Office, running_office
from tests.browser.people import Staff, wait_for_case
from tests.browser.pictures import shot

pytestmark = pytest.mark.browser

CLIP_BEGINS = -3.2
LOOP_FROM, LOOP_TO = -1.5, 1.5
TIMES = f"""async video => {{
  const seen = [];
  const until = Date.now() + 9000;
  while (Date.now() < until && !(seen.at(-1) < seen.at(-2) - 1)) {{
    seen.push(video.currentTime + {CLIP_BEGINS});
    await new Promise((next) => setTimeout(next, 50));
  }}
  return seen;
}}"""
"""Seconds from the act that a playing clip shows, until it has gone back once."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The centre with three cases; the body of the second has a colour that is not known here."""
    with running_office(tmp_path_factory.mktemp("office")) as running:
        for days, offender in (
            (8, Offender("98A12345", seconds=-CLIP_BEGINS)),
            (6, Offender("99A45678", colour="mauve", read="99A45676")),
            (3, Offender("98A67890")),
        ):
            running.send(offender, timedelta(days=days))
        yield running


@pytest.fixture(scope="module")
def staff(browser: Browser, office: Office) -> Staff:
    """Its people, who stay signed in from test to test."""
    return Staff(browser, office, [])


def second(video: Locator) -> float:
    """Seconds from the act of the picture that is shown."""
    return float(video.evaluate("video => video.currentTime")) + CLIP_BEGINS


def speed(video: Locator) -> float:
    return float(video.evaluate("video => video.playbackRate"))


def test_the_clip_goes_round_the_act_and_is_the_same_in_the_large_view(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    video = page.locator("video[data-clip-video]")
    seen = video.evaluate(TIMES)
    assert min(seen) >= LOOP_FROM - 0.1, "what came long before the act is not played"
    assert max(seen) <= LOOP_TO + 1, "nor what came long after"
    assert seen[-1] < seen[-2] - 1, "the clip does not go round"

    page.keyboard.press("Space")
    page.keyboard.press("Period")
    page.keyboard.press("Period")
    page.locator("[data-seek]").fill("900")
    assert second(video) > 2
    page.keyboard.press("j")
    expect(video).to_have_js_property("paused", False)
    assert second(video) < 0
    page.keyboard.press("h")
    assert speed(video) == 0.5
    page.keyboard.press("h")
    assert speed(video) == 1

    page.keyboard.press("z")
    page.keyboard.press("4")  # after the three stills
    inside = page.locator("#viewer video[data-clip-video]")
    expect(inside).to_be_visible()
    width = inside.evaluate("video => video.clientWidth")
    assert width > 900, f"the clip is {width} pixels wide in the large view"
    page.keyboard.press("h")
    assert speed(inside) == 0.5
    expect(page.locator("[data-viewer-time]")).to_have_text(re.compile(r"[+−]\d[,.]\d\d s"))
    shot(page, "clip-large")
    page.keyboard.press("h")
    page.keyboard.press("Escape")
    expect(page.locator("#viewer video")).to_have_count(0)
    expect(video).to_be_visible()
    assert staff.problems == []


def test_a_typed_plate_is_checked_as_it_is_typed_and_digits_choose_what_else_was_read(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    page.keyboard.press("a")
    wait_for_case(page, 2)
    page.keyboard.press("e")
    field, told = page.locator("#edit [name=plate]"), page.locator("[data-plate-check]")
    expect(told).to_contain_text("99A-456.76")
    expect(told).to_contain_text("Bắc Ninh")
    page.keyboard.press("1")
    expect(field).to_have_value("99A-456.78")
    expect(told).to_contain_text("99A-456.78")
    page.keyboard.press("End")  # who moves in the field mends what was chosen
    page.keyboard.type("1")
    expect(field).to_have_value("99A-456.781")
    page.keyboard.press("Control+a")
    page.keyboard.type("99A-000.00")
    expect(told).to_have_class(re.compile("warn"))
    page.keyboard.press("Enter")
    expect(page.locator("#edit-problem")).not_to_be_empty()
    expect(field).to_have_value("99A-000.00")  # a plate typed wrong is there to be mended
    page.keyboard.press("Control+a")
    page.keyboard.type("99a 456.78")
    expect(told).to_have_class(re.compile("good"))
    expect(told).to_contain_text("99A-456.78")
    page.keyboard.press("Enter")
    wait_for_case(page, 3)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
    assert ["422" in problem for problem in staff.problems] == [True]  # the plate that is not issued
    staff.problems.clear()


def test_what_was_not_compared_is_no_match_and_a_confirmation_is_taken_back(
    staff: Staff, office: Office
) -> None:
    office.look_owners_up()
    page = staff.go("hung", "/confirm")
    wait_for_case(page, 1)
    expect(page.locator(".verdict-match")).to_be_visible()
    page.keyboard.press("c")
    wait_for_case(page, 2)
    expect(page.locator(".verdict-match")).to_have_count(0)
    expect(page.locator(".verdict-partly")).to_be_visible()
    expect(page.locator("tr.not_compared .row-verdict")).to_have_text("chưa so được")
    hidden = page.locator(".known").evaluate("known => known.scrollHeight - known.clientHeight")
    assert hidden <= 0, f"{hidden} lines are hidden while the last decision can be taken back"
    shot(page, "not-compared")
    page.keyboard.press("u")
    wait_for_case(page, 1)
    assert office.record_offences() == 0
    page.keyboard.press("c")
    wait_for_case(page, 2)
    assert office.record_offences() == 1
    assert staff.problems == []


def test_the_reason_given_most_for_a_rule_stands_first_with_its_own_key(
    browser: Browser, tmp_path: Path
) -> None:
    with running_office(tmp_path) as office:
        for days in (5, 4):
            office.send(Offender("98A12345"), timedelta(days=days))
        page = Staff(browser, office, []).go("lan", "/review")
        wait_for_case(page, 1)
        page.keyboard.press("r")
        buttons = page.locator("#reject button[name=reason]")
        before = buttons.evaluate_all("all => all.map((one) => [one.value, one.dataset.key])")
        for digit in [key for _, key in before]:
            assert digit
        chosen, key = before[-1]
        page.keyboard.press(key.removeprefix("Key").lower())
        wait_for_case(page, 2)
        page.keyboard.press("r")
        after = buttons.evaluate_all("all => all.map((one) => [one.value, one.dataset.key])")
        assert after[0] == [chosen, key]
        assert sorted(after) == sorted(before)


MARKED = """canvas => {
  const paint = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = { x: [], y: [] };
  for (let index = 3; index < paint.data.length; index += 4) {
    if (!paint.data[index]) continue;
    seen.x.push(((index - 3) / 4) % canvas.width);
    seen.y.push(Math.floor((index - 3) / 4 / canvas.width));
  }
  if (!seen.x.length) return null;
  const ends = (places, side) => [Math.min(...places) / side, Math.max(...places) / side];
  return [...ends(seen.x, canvas.width), ...ends(seen.y, canvas.height)];
}"""
"""Left, right, upper and lower end of what is drawn on a canvas, in parts of it; null where nothing is."""


def test_the_vehicle_is_marked_in_the_plate_cameras_picture(browser: Browser, tmp_path: Path) -> None:
    with running_office(tmp_path) as office:
        office.send(Offender("98A12345", plate_camera="cam-bien"), timedelta(days=4))
        page = Staff(browser, office, []).go("lan", "/review")
        wait_for_case(page, 1)
        x1, y1, x2, y2 = plate_in_second_view()
        wanted = (x1 / WIDTH, x2 / WIDTH, y1 / HEIGHT, y2 / HEIGHT)
        page.locator(".second-picture").scroll_into_view_if_needed()
        shot(page, "second-view")
        page.locator(".second-picture").click()
        shot(page, "second-view-large")
        for canvas in (page.locator(".second-picture canvas"), page.locator("[data-viewer-canvas]")):
            assert canvas.evaluate(MARKED) == pytest.approx(wanted, abs=0.05)
        page.keyboard.press("o")
        assert page.locator("[data-viewer-canvas]").evaluate(MARKED) is None
