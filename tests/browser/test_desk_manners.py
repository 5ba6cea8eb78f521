"""Small things of a desk: its own help, words that cover nothing, keys that repeat, a quiet history."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.junction import Offender
from tests.browser.office import Office, running_office
from tests.browser.people import Staff, wait_for_case
from tests.browser.pictures import shot

pytestmark = pytest.mark.browser

OPERATORS, OFFICERS = {"A", "E", "S"}, {"C", "T", "M", "L", "W", "K", "G"}
"""Keys of one desk only."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The centre with two cases."""
    with running_office(tmp_path_factory.mktemp("office")) as running:
        for days, plate in ((8, "98A12345"), (3, "98A67890")):
            running.send(Offender(plate), timedelta(days=days))
        yield running


@pytest.fixture(scope="module")
def staff(browser: Browser, office: Office) -> Staff:
    """Its people, who stay signed in from test to test."""
    return Staff(browser, office, [])


def helped(page: Page) -> set[str]:
    """The keys that a desk's help explains."""
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    keys = set(page.locator("#help dt").all_inner_texts())
    page.keyboard.press("Escape")
    return keys


def steps(page: Page) -> int:
    """How often somebody did something with the first case."""
    page.goto(page.url.replace("/review", "/cases/1"))
    expect(page.locator(".history")).to_be_visible()
    return page.locator(".history > li").count()


def test_looking_again_is_no_step_of_a_case(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    before = steps(page)
    staff.go("lan", "/review")
    for _ in range(3):
        wait_for_case(page, 1)
        page.reload()
    wait_for_case(page, 1)
    assert steps(page) == before


def test_a_key_held_down_goes_through_the_clip(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    video = page.locator("video[data-clip-video]")
    page.keyboard.press("j")
    expect(video).to_have_js_property("paused", False)
    page.keyboard.press("Space")
    expect(video).to_have_js_property("paused", True)
    before = float(video.evaluate("video => video.currentTime"))
    for _ in range(6):
        page.keyboard.down("Period")
        page.wait_for_timeout(60)
    page.keyboard.up("Period")
    assert float(video.evaluate("video => video.currentTime")) > before + 4 / 25


def test_each_desk_explains_its_own_keys(staff: Staff, office: Office) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 1)
    keys = helped(page)
    assert keys >= OPERATORS
    assert keys & OFFICERS == set()
    page.keyboard.press("a")
    wait_for_case(page, 2)
    office.look_owners_up()
    page = staff.go("hung", "/confirm")
    wait_for_case(page, 1)
    keys = helped(page)
    assert keys >= OFFICERS
    assert keys & OPERATORS == set()


def test_what_is_told_of_a_cut_network_covers_no_time_mark(staff: Staff) -> None:
    page = staff.go("lan", "/review")
    wait_for_case(page, 2)
    page.context.set_offline(True)
    page.keyboard.press("a")
    strip = page.locator("#trouble")
    expect(strip).to_be_visible()
    shot(page, "cut-network-time-marks")
    over, marks = strip.bounding_box(), page.locator(".timeline").bounding_box()
    page.context.set_offline(False)
    assert over is not None
    assert marks is not None
    assert over["y"] >= marks["y"] + marks["height"]
    assert over["y"] + over["height"] <= 768
