"""Room on both desks: the plate is large, and nothing that a decision rests on has to be scrolled to."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from central.words.languages import LANGUAGES
from tests.browser.junction import Offender
from tests.browser.office import Office, running_office
from tests.browser.people import Staff
from tests.browser.pictures import shot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SCREENS = {(1366, 768): (297, 92), (1920, 1080): (369, 160)}
"""A screen, and the room that version 0.1.0 gave the plate's picture on it, in pixels."""
LARGER = 3
LEAST_STILL = 190
"""Pixels across that a still has left beside the longest reasons."""


def doubt(code: str, source: str, **values: object) -> dict[str, object]:
    return {"code": code, "source": source, "weight": "doubt", "values": values}


DOUBTS = (
    doubt("track.may_be_two", "track", looks=12),
    doubt("second_look.rival", "second_look", after_ms=480, times=7),
    doubt("second_look.act_rests_on_wheels", "second_look"),
    doubt(
        "lamp.within_uncertainty",
        "rule",
        elapsed_red_ms=1497,
        grace_ms=1450,
        head="near_right",
        uncertainty_ms=125,
    ),
)
"""The longest sentences of each part that may doubt, all at once."""
CASES = {
    "one-row": Offender("98A12345"),
    "one-row-doubted": Offender("99A45678", colour="mauve", read="99A45676", doubts=DOUBTS),
    "two-rows": Offender("98B123456", "motorbike", lines=2),
    "two-rows-doubted": Offender("99A30304", colour="mauve", read="99A30306", lines=2, doubts=DOUBTS),
}
DRAWN = """picture => {
  const { naturalWidth, naturalHeight, clientWidth, clientHeight } = picture;
  const scale = Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight);
  return [naturalWidth, naturalHeight, naturalWidth * scale];
}"""
"""A picture's own width and height, and how wide it is drawn."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The centre with a case of each kind, in their order."""
    with running_office(tmp_path) as running:
        for days, offender in enumerate(CASES.values()):
            running.send(offender, timedelta(days=9 - days))
        yield running


@pytest.fixture
def staff(browser: Browser, office: Office) -> Staff:
    """Its people."""
    return Staff(browser, office, [])


def faults(page: Page, room: tuple[int, int]) -> Iterator[str]:
    """What is too small or not on the screen, of the case that is shown."""
    width, height, drawn = page.locator(".plate-picture img").evaluate(DRAWN)
    before = width * min(room[0] / width, room[1] / height)
    if drawn < LARGER * before - 1:
        yield f"the plate is {drawn / before:.2f} times as wide as in version 0.1.0"
    picture = page.locator(".plate-picture").bounding_box()
    assert picture is not None
    bottom = picture["y"] + picture["height"]
    for box in page.locator(".characters li").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().y)"
    ):
        if box < bottom:
            yield "a character does not stand beneath the plate"
    if hidden := page.locator(".known").evaluate("known => known.scrollHeight - known.clientHeight"):
        yield f"{hidden} lines have to be scrolled to"
    for still in page.locator("[data-still] img").all():
        if (across := still.evaluate(DRAWN)[2]) < LEAST_STILL:
            yield f"a still is {across:.0f} pixels wide"
    for part in ("[data-still] .picture", "[data-clip] video", ".clip-controls button", ".action-bar button"):
        for each in page.locator(f"{part}:visible").all():
            expect(each).to_be_in_viewport(ratio=0.99)


def lasting(page: Page, room: tuple[int, int]) -> list[str]:
    """Faults that are still there when the layout has followed the pictures."""
    for _ in range(10):
        page.wait_for_timeout(200)
        if not (found := list(faults(page, room))):
            break
    return found


def shown(page: Page, office: Office, path: str, number: int, name: str) -> list[str]:
    """The faults of the case that a desk shows, on each screen and in each language."""
    found = []
    for language in LANGUAGES:
        page.goto(f"{office.url}/language/{language}")
        page.goto(office.url + path)
        expect(page.locator(f"[data-case='{number}']:not([data-just-shown])")).to_be_visible()
        for (width, height), room in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            expect(page.locator(".plate-picture img")).to_have_js_property("complete", True)
            found += [f"{name} {language} {width}: {fault}" for fault in lasting(page, room)]
            shot(page, f"{path.strip('/')}-{name}-{language}-{width}")
    return found


def test_the_plate_is_large_and_nothing_is_hidden_on_either_desk(staff: Staff, office: Office) -> None:
    found = []
    for number, (name, offender) in enumerate(CASES.items(), start=1):
        page = staff.go("lan", "/review")
        found += shown(page, office, "/review", number, name)
        if offender.read:
            page.keyboard.press("e")
            page.keyboard.press("1")
            expect(page.locator("#edit [name=plate]")).not_to_have_value("")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a")
        expect(page.locator(f"[data-case='{number}']")).to_have_count(0)
    office.look_owners_up()
    for number, name in enumerate(CASES, start=1):
        page = staff.go("hung", "/confirm")
        found += shown(page, office, "/confirm", number, name)
        page.keyboard.press("c")
        expect(page.locator(f"[data-case='{number}']")).to_have_count(0)
    assert found == [], "\n".join(found)
    assert staff.problems == []
