"""The desks by keyboard alone, and at 200 % zoom."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.junction import Offender
from tests.browser.office import Clock, Office, running_office
from tests.browser.people import Staff, wait_for_case
from tests.browser.pictures import shot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The centre with two cases."""
    with running_office(tmp_path_factory.mktemp("office")) as running:
        for days, plate in ((8, "98A12345"), (3, "30F25658")):
            running.send(Offender(plate), timedelta(days=days))
        yield running


@pytest.fixture(scope="module")
def staff(browser: Browser, office: Office) -> Staff:
    """Its people, who stay signed in from test to test."""
    return Staff(browser, office, [])


def moved(page: Page) -> tuple[float, float]:
    """Where the large picture is, in pixels from where it was opened."""
    style = page.locator("[data-viewer-image]").evaluate("image => image.style.transform")
    found = re.match(r"translate\((-?[\d.]+)px, (-?[\d.]+)px\)", style)
    assert found is not None, style
    return float(found[1]), float(found[2])


def test_the_large_view_is_moved_with_shift_and_turned_over_without(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    page.keyboard.press("z")
    caption = page.locator("[data-viewer-caption]")
    first = str(caption.text_content())
    page.keyboard.press("+")
    x, y = moved(page)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert moved(page) == (x - 80, y - 80)
    expect(caption).to_have_text(first)
    page.keyboard.press("ArrowRight")
    expect(caption).not_to_have_text(first)
    assert moved(page) == (0, 0)
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    assert staff.problems == []


def test_a_note_of_several_lines_is_sent_with_ctrl_and_enter_once(staff: Staff) -> None:
    page = staff.go("lan", "/cases/1")
    note = page.locator("textarea[name=text]")
    note.focus()
    page.keyboard.type("đèn đỏ rõ")
    page.keyboard.press("Enter")
    page.keyboard.type("biển mờ")
    expect(note).to_have_value("đèn đỏ rõ\nbiển mờ")
    page.keyboard.down("Control")
    for _ in range(3):  # the key is held a moment too long
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    expect(page.get_by_text("biển mờ")).to_have_count(1)
    page.reload()
    expect(page.get_by_text("biển mờ")).to_have_count(1)
    assert staff.problems == []


def everything_can_be_reached(page: Page, name: str) -> None:
    """At 200 % on a screen of 1366 × 768: nothing is cut at the side, the stills can be seen, and the keys'
    buttons are in sight wherever the page is scrolled to."""
    page.set_viewport_size({"width": 683, "height": 384})
    assert page.evaluate("document.documentElement.scrollWidth") <= 683
    brand, first = (page.locator(part).bounding_box() for part in (".brand", ".topbar nav"))
    assert brand is not None
    assert first is not None
    assert brand["x"] + brand["width"] <= first["x"], "the name lies over the first page's link"
    for box in page.locator("[data-still] img").evaluate_all("found => found.map((one) => one.clientWidth)"):
        assert box >= 280
    for place in ("0", "place.scrollHeight / 2", "place.scrollHeight"):
        page.evaluate(
            f"(() => {{ const place = document.querySelector('.workplace'); place.scrollTop = {place} }})()"
        )
        for button in page.locator(".action-bar button:visible").all():
            expect(button).to_be_in_viewport(ratio=0.9)
    shot(page, name)


def test_both_desks_at_twice_the_size(staff: Staff, office: Office) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    everything_can_be_reached(page, "review-200")
    page.keyboard.press("a")
    wait_for_case(page, 2)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
    office.look_owners_up()
    officer = staff.go("hung", "/confirm")
    wait_for_case(officer, 1)
    everything_can_be_reached(officer, "confirm-200")
    officer.keyboard.press("c")
    expect(officer.locator("#live")).to_contain_text("Đã xác nhận.")
    assert staff.problems == []


@pytest.mark.parametrize("ahead", [timedelta(days=-30), timedelta(minutes=-2), timedelta(days=400)])
def test_a_decision_is_taken_back_on_a_machine_whose_date_is_wrong(
    browser: Browser, tmp_path: Path, ahead: timedelta
) -> None:
    with running_office(tmp_path, Clock(datetime.now(UTC) + ahead)) as office:
        office.send(Offender("98A12345"), timedelta(days=2))
        page = Staff(browser, office, []).go("lan", "/review")
        wait_for_case(page, 1)
        page.keyboard.press("a")
        undo = page.locator("button.undo")
        expect(undo).to_be_enabled()
        expect(undo).to_have_text(re.compile(r"\b(30|2\d) s"))
        page.keyboard.press("u")
        wait_for_case(page, 1)


def test_boxes_are_ticked_by_key_and_a_refused_choice_stays(browser: Browser, tmp_path: Path) -> None:
    with running_office(tmp_path) as office:
        office.send(Offender("98B123456", "motorbike"), timedelta(days=2))
        staff = Staff(browser, office, [])
        operator = staff.go("lan", "/review")
        wait_for_case(operator, 1)
        operator.keyboard.press("e")
        operator.locator("#edit [name=rule]").select_option("wrong_lane")  # which lane, nobody has measured
        operator.locator("#edit [name=plate]").press("Enter")
        expect(operator.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
        office.look_owners_up()
        page = staff.go("hung", "/confirm")
        wait_for_case(page, 1)
        box = page.locator("[name=accident]")
        for key, ticked in (("g", True), ("g", False), ("Space", True), ("Enter", False), ("Enter", True)):
            if key != "g":
                box.focus()
            page.keyboard.press(key)
            expect(box).to_be_checked(checked=ticked)
        expect(page.locator("[data-case='1']")).to_be_visible()  # no key of a box decides
        law = page.locator(".law")
        expect(law).to_contain_text("10.000.000–14.000.000 đồng")  # what it costs with an accident
        expect(law).to_contain_text("gây tai nạn")
        page.keyboard.press("c")
        expect(page.locator("[data-said]")).not_to_be_empty()  # refused: an accident needs a reason
        expect(box).to_be_checked()
        expect(law).to_contain_text("10.000.000–14.000.000 đồng")
        expect(page.locator("[name=act_reason]")).to_be_in_viewport(ratio=1)
        page.keyboard.press("k")
        page.keyboard.type("va chạm với xe đạp")
        page.locator("[name=act_reason]").blur()
        page.keyboard.press("g")
        expect(law).not_to_contain_text("10.000.000–14.000.000 đồng")
        expect(page.locator("[name=act_reason]")).to_have_value("va chạm với xe đạp")
        page.locator("[name=act_reason]").fill("")
        act = page.locator("[name=law_code]")
        act.select_option(index=1)
        chosen = act.input_value()
        assert chosen
        act.blur()
        page.keyboard.press("c")
        expect(page.locator("[data-said]")).not_to_be_empty()  # refused: no reason was given
        expect(act).to_have_value(chosen)
        expect(act).to_be_visible()
        wait_for_case(page, 1)
        page.locator("[name=act_reason]").fill("xe đi vào làn ô tô")
        page.keyboard.press("Enter")
        expect(page.locator("#live")).to_contain_text("Đã xác nhận.")
