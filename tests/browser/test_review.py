"""A case's whole way through the console in a real browser: reviewed by keyboard, confirmed, recorded."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlmodel import select

from central.accounts.permissions import Role
from central.cases.models import Case
from central.db import reading
from central.review.queue import GRACE
from tests.browser.junction import Offender
from tests.browser.office import Office, running_office
from tests.browser.people import sign_in, wait_for_case
from tests.browser.pictures import shot

pytestmark = pytest.mark.browser

MATCHING = Offender("98A12345")
MISREAD = Offender("99A45678", colour="red", bgr=(40, 40, 170), read="99A45676")
CLONED = Offender("98C11122", colour="silver", bgr=(180, 180, 178))
BLURRED = Offender("30F25658", colour="black", bgr=(45, 40, 40))

SEND_AS_SOON_AS_THE_BOX_IS_THERE = """document.addEventListener("focusin", ({ target }) => setTimeout(() => {
  target.value = "99A-456.78";
  target.form.requestSubmit();
}), { once: true })"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The centre with four cases, the oldest first in the queue."""
    with running_office(tmp_path_factory.mktemp("office")) as running:
        for days, offender in ((8, MATCHING), (6, MISREAD), (3, CLONED), (1, BLURRED)):
            running.send(offender, timedelta(days=days))
        yield running


def everything_is_on_the_screen(page: Page) -> None:
    """What an officer decides on is seen at once, also below the browser's own bars (650 lines)."""
    for height in (768, 650):
        page.set_viewport_size({"width": 1366, "height": height})
        hidden = page.locator(".known").evaluate("known => known.scrollHeight - known.clientHeight")
        assert hidden <= 0, f"{hidden} lines of {height} are hidden"
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_case_from_the_queue_to_a_recorded_offence(
    browser: Browser, office: Office, problems: list[str]
) -> None:
    page = sign_in(browser, office, "lan", problems)
    wait_for_case(page, 1)
    expect(page.locator(".act")).to_have_text("Vượt đèn đỏ")
    expect(page.locator(".big-number")).to_contain_text("1,64 s")
    expect(
        page.get_by_text("Qua vạch dừng S1 khi đèn den-1 đã đỏ 1,64 s (± 0,06 s, ngưỡng 0,30 s)")
    ).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Period")
    shot(page, "review")

    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    shot(page, "keys")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("b")
    shot(page, "viewer")
    page.keyboard.press("z")
    expect(page.locator("#viewer")).to_be_hidden()

    page.keyboard.press("a")  # one key: accepted, the next is there
    wait_for_case(page, 2)
    expect(page.locator("#live")).to_contain_text("Đã đồng ý.")

    page.keyboard.press("e")  # the machine read a 6 for an 8
    expect(page.get_by_role("textbox", name="Biển số")).to_be_focused()
    shot(page, "edit")
    page.keyboard.type("99A-000.00")
    page.keyboard.press("Enter")
    expect(page.locator("#edit-problem")).to_contain_text("000.00")
    expect(page.get_by_role("textbox", name="Biển số")).to_be_focused()
    page.keyboard.type("99a 456.78")
    page.keyboard.press("Enter")
    wait_for_case(page, 3)

    page.keyboard.press("r")  # two keys: rejected; one more: taken back
    expect(page.locator("#reject")).to_be_visible()
    shot(page, "reject")
    page.keyboard.press("4")
    wait_for_case(page, 4)
    page.keyboard.press("u")
    wait_for_case(page, 3)
    page.keyboard.press("a")
    wait_for_case(page, 4)
    page.keyboard.press("s")
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
    shot(page, "empty")

    assert office.look_owners_up() == 3
    officer = sign_in(browser, office, "hung", problems)
    officer.goto(f"{office.url}/confirm")
    wait_for_case(officer, 1)
    expect(officer.locator(".verdict-match")).to_be_visible()
    expect(officer.locator(".law")).to_contain_text("18.000.000–20.000.000 đồng")
    expect(officer.get_by_text("Nguyễn Văn An")).to_have_count(0)
    shot(officer, "confirm")
    everything_is_on_the_screen(officer)
    officer.get_by_role("button", name="Xem chủ xe").click()
    expect(officer.get_by_text("Nguyễn Văn An")).to_be_visible()
    officer.keyboard.press("c")
    expect(officer.locator("#live")).to_contain_text("Đã xác nhận.")
    assert office.record_offences() == 1

    officer.goto(f"{office.url}/confirm?queue=owner_mismatch")
    wait_for_case(officer, 3)
    expect(officer.locator(".differs")).to_have_count(3)
    expect(officer.get_by_role("button", name="Xác nhận vi phạm")).to_have_count(0)
    shot(officer, "mismatch")
    everything_is_on_the_screen(officer)

    officer.goto(f"{office.url}/offences")
    expect(officer.get_by_role("row").nth(1)).to_contain_text("98A-123.45")
    expect(officer.get_by_role("row").nth(1)).to_contain_text("Điều 6, khoản 9, điểm b")
    shot(officer, "offences")
    officer.get_by_role("row").nth(1).get_by_role("link").click()
    officer.locator("[data-key=KeyE]").click()  # from the proceeding to its evidence
    expect(officer.locator(".history > li")).to_have_count(6)
    with officer.expect_download() as download:
        officer.get_by_role("link", name="Đoạn phim").click()
    assert download.value.path().read_bytes()[4:8] == b"ftyp"
    shot(officer, "case")
    officer.emulate_media(media="print")
    printed = PdfFileReader(BytesIO(officer.pdf(prefer_css_page_size=True)))
    assert printed.root["/Pages"]["/Count"] <= 2
    officer.emulate_media(media="screen")
    # The browser writes each refused request to its console: the plate that is not issued, and no other.
    assert ["422" in problem for problem in problems] == [True]


def test_no_hand_is_too_fast_for_the_console(browser: Browser, tmp_path: Path, problems: list[str]) -> None:
    """A form is the console's from its first moment on the page. Were it not, the browser would send it
    itself: the correction lost, the plate in an address, and from there in logs.
    """
    with running_office(tmp_path) as office:
        office.send(MISREAD, timedelta(days=2))
        page = sign_in(browser, office, "lan", problems)
        wait_for_case(page, 1)
        page.keyboard.press("e")
        page.keyboard.type("99A-000.00")
        page.evaluate(SEND_AS_SOON_AS_THE_BOX_IS_THERE)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
        expect(page).to_have_url(f"{office.url}/review")


def test_a_second_tap_and_enter_in_a_note_do_what_they_seem_to(
    browser: Browser, tmp_path: Path, problems: list[str]
) -> None:
    with running_office(tmp_path) as office:
        for days, offender in ((8, MATCHING), (6, MISREAD), (3, CLONED)):
            office.send(offender, timedelta(days=days))
        page = sign_in(browser, office, "lan", problems)
        wait_for_case(page, 1)
        page.keyboard.press("a")
        expect(page.locator("[data-case='2'][data-just-shown]")).to_be_visible()
        page.keyboard.press("a")  # meant for the case before
        wait_for_case(page, 2)
        page.keyboard.press("r")
        page.keyboard.press("Space")  # the key of the clip chooses no reason
        expect(page.locator("#reject")).to_be_visible()
        note = page.locator("#reject .reason-with-note:has(input[value=other]) input[name=note]")
        page.keyboard.press(str(note.get_attribute("data-key")))
        expect(note).to_be_focused()
        page.keyboard.type("biển bị che")
        page.keyboard.press("Enter")
        wait_for_case(page, 3)
        page.goto(f"{office.url}/cases/2")
        expect(page.locator(".history")).to_contain_text("biển bị che")
        expect(page.locator(".history")).to_contain_text("Lý do khác")


def test_no_key_decides_on_pictures_that_are_not_there(
    browser: Browser, tmp_path: Path, problems: list[str]
) -> None:
    with running_office(tmp_path) as office:
        office.send(MATCHING, timedelta(days=2))
        page = sign_in(browser, office, "lan", problems)
        wait_for_case(page, 1)
        held: list[Route] = []
        page.route("**/cases/1/files/over.jpg", lambda route: held.append(route))
        page.reload()
        expect(page.locator("[data-case='1'][data-just-shown]")).to_be_visible()
        page.wait_for_timeout(1000)  # longer than the keys rest when a case takes another's place
        page.keyboard.press("a")
        expect(page.locator("[data-case='1'][data-just-shown]")).to_be_visible()
        for route in held:
            route.continue_()
        wait_for_case(page, 1)
        page.keyboard.press("a")
        expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()


def test_a_page_that_nobody_touches_is_locked(browser: Browser, tmp_path: Path, problems: list[str]) -> None:
    with running_office(tmp_path) as office:
        office.send(MATCHING, timedelta(days=2))
        page = sign_in(browser, office, "lan", problems)
        page.clock.install()
        page.reload()
        wait_for_case(page, 1)
        page.keyboard.press("Space")
        unattended = []
        for _ in range(2):
            with page.expect_request("**/lease") as renewal:
                page.clock.run_for(31_000)
            unattended.append("x-unattended" in renewal.value.headers)
        assert unattended == [False, True]
        office.leave_alone(timedelta(minutes=16))
        page.clock.run_for(31_000)
        expect(page).to_have_url(re.compile("/sign-in"))


def held_for(office: Office) -> timedelta:
    """How long the one case still belongs to who has it on the screen."""
    with reading(office.app.state.engine) as session:
        until = session.exec(select(Case.lease_until)).one()
    return until - office.clock() if until else timedelta()


def test_a_case_shown_twice_is_let_go_with_the_last_of_its_pages(
    browser: Browser, tmp_path: Path, problems: list[str]
) -> None:
    with running_office(tmp_path) as office:
        office.send(MATCHING, timedelta(days=2))
        first = sign_in(browser, office, "lan", problems)
        second = first.context.new_page()
        for page in (first, second):
            page.goto(f"{office.url}/review")
            wait_for_case(page, 1)
        second.goto(f"{office.url}/cases")
        expect(second.get_by_role("heading", level=1)).to_be_visible()
        second.wait_for_timeout(1000)
        assert held_for(office) > GRACE
        first.goto(f"{office.url}/cases")
        expect(first.get_by_role("heading", level=1)).to_be_visible()
        deadline = time.monotonic() + 20
        while held_for(office) > GRACE:
            assert time.monotonic() < deadline
            first.wait_for_timeout(100)
        assert problems == []


def test_the_other_pages_in_both_languages(browser: Browser, office: Office, problems: list[str]) -> None:
    page = sign_in(browser, office, "minh", problems)
    page.goto(office.url)
    expect(page.get_by_role("heading", name="Tổng quan")).to_be_visible()
    labels = page.locator(".bar-label").evaluate_all("found => found.map((label) => label.getBBox().x)")
    assert min(labels) >= 0, "a label is cut by the edge of its chart"
    shot(page, "overview")
    page.goto(f"{office.url}/nodes")
    page.get_by_text("3 số đếm").click()
    expect(page.locator(".counts > div").nth(2)).to_have_text("Vượt đèn đỏ, vi phạm4")
    shot(page, "nodes")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Nodes & cameras")).to_be_visible()
    page.get_by_role("button", name="Light / dark").click()
    shot(page, "nodes-dark")
    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    shot(page, "cases-dark")
    assert problems == []


def test_a_plate_is_searched_for_a_purpose_and_a_file(
    browser: Browser, office: Office, problems: list[str]
) -> None:
    office.hire("thu", "Đỗ Thị Thu", Role.OFFICER)
    page = sign_in(browser, office, "thu", problems)
    page.goto(f"{office.url}/cases")
    page.get_by_role("textbox", name="Biển số").fill("98A-123")
    page.get_by_label("Mục đích").select_option("cloned_plate")
    page.get_by_label("Số hồ sơ, công văn").fill("CV 12/2026")
    page.get_by_role("button", name="Tìm biển số").click()
    expect(page.get_by_role("row")).to_have_count(2)
    shot(page, "plate-search")
    assert problems == []


def test_a_cut_network_is_told_and_the_work_goes_on_after_it(
    browser: Browser, tmp_path: Path, problems: list[str]
) -> None:
    """Nobody decides into the void: the strip stays, over dialogs too, until the centre has answered, and
    a console that waits for cases goes on waiting.
    """
    with running_office(tmp_path) as office:
        office.send(MATCHING, timedelta(days=2))
        page = sign_in(browser, office, "lan", problems)
        wait_for_case(page, 1)
        strip = page.locator("#trouble")
        page.context.set_offline(True)
        page.keyboard.press("e")
        page.keyboard.press("Enter")
        expect(strip).to_contain_text("Mất kết nối với trung tâm")
        shot(page, "cut-network")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        with page.expect_event("requestfailed"):
            page.keyboard.press("a")
        expect(page.locator("#pane")).to_have_attribute("aria-busy", "false")
        expect(page.locator("[data-case='1']")).to_be_visible()
        page.context.set_offline(False)
        page.keyboard.press("a")
        expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
        expect(strip).to_be_hidden()

        page.clock.install()
        page.reload()
        expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
        page.context.set_offline(True)
        page.clock.run_for(11_000)
        expect(strip).to_contain_text("Mất kết nối với trung tâm")
        office.send(CLONED, timedelta(days=1))
        page.context.set_offline(False)
        page.clock.run_for(11_000)
        expect(page.locator("[data-case='2']")).to_be_visible()
        expect(strip).to_be_hidden()


def test_a_failing_centre_takes_nothing_off_the_screen(
    browser: Browser, tmp_path: Path, problems: list[str]
) -> None:
    with running_office(tmp_path) as office:
        office.send(MATCHING, timedelta(days=2))
        page = sign_in(browser, office, "lan", problems)
        page.route("**/accept*", lambda route: route.fulfill(status=502, body="Bad Gateway"))
        page.reload()  # a request of the page before may pass an interception that has just begun
        wait_for_case(page, 1)
        page.keyboard.press("a")
        expect(page.locator("#trouble")).to_contain_text("Trung tâm gặp lỗi")
        wait_for_case(page, 1)
        page.unroute("**/accept*")
        page.keyboard.press("e")
        page.locator("dialog[open] input[name=plate]").fill("00-X1")
        page.keyboard.press("Enter")
        expect(page.locator("#edit-problem")).to_be_visible()
        expect(page.locator("#trouble")).to_be_hidden()  # a refusal is an answer too
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("a")
        expect(page.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
        expect(page.locator("#trouble")).to_be_hidden()
