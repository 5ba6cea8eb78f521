"""A motorbike's red light from the camera to the archive, every step by the pages: the owner admits it in the
portal and pays at the bank; the centre, its worker, the papers and the bank are real, the people are not."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from central.accounts.permissions import Role
from central.db import transaction
from central.devices import service as devices
from central.keys import create_key
from central.law import service as law
from central.portal.app import create_portal
from central.proceedings.people import grant_power
from central.proceedings.signers import Power
from central.sandboxes.payment import Bank, create_bank, teller
from ngatu.demo_seal import make_seal
from tests.browser.junction import Offender
from tests.browser.office import CAMERA, NODE, Office, address_of, free_port, running_office, served
from tests.browser.test_review import shot, sign_in, wait_for_case
from tests.central import databases

pytestmark = pytest.mark.browser

BIKE = Offender("98B123456", kind="motorbike", seconds=1.0)
SECRET, TOKEN = "one key of both sides", "a-token"


@dataclass
class Story:
    """The office, its portal, and its people at their browsers."""

    office: Office
    portal: str
    browser: Browser
    problems: list[str]
    pages: dict[str, Page] = field(default_factory=dict)
    shots: int = 0

    def at(self, name: str) -> Page:
        """Somebody's browser, signed in once."""
        if name not in self.pages:
            self.pages[name] = sign_in(self.browser, self.office, name, self.problems)
        return self.pages[name]

    def do(self, name: str, step: str, **typed: str) -> Page:
        """A step that waits at somebody's desk: opened there, its form sent; then the worker's part."""
        page = self.at(name)
        page.goto(f"{self.office.url}/desk")
        page.get_by_role("row").nth(1).get_by_role("link").click()
        page.locator(".offers").get_by_role("button", name=re.compile(rf"^(\d )?{step}$")).click()
        form = page.locator(".step-form")
        expect(form).to_be_visible()
        for label, value in typed.items():
            box = form.locator(f"[name={label}]").first
            box.select_option(value) if box.evaluate("box => box.tagName") == "SELECT" else box.fill(value)
        self.shot(page, f"{name}-form")
        form.locator("button[type=submit]").click()
        expect(page.locator("#proceeding > .notice")).to_have_attribute("role", "status")
        self.office.work()
        self.shot(page, f"{name}-done")
        return page

    def shot(self, page: Page, name: str) -> None:
        """A numbered picture, for people to look at."""
        self.shots += 1
        shot(page, f"story-{self.shots:02d}-{name}")


@pytest.fixture
def story(browser: Browser, tmp_path: Path, problems: list[str]) -> Iterator[Story]:
    """Centre, portal and bank, each on its port, over one PostgreSQL database."""
    if problem := databases.postgres_problem():
        pytest.skip(problem)
    portal_port, bank_port = free_port(), free_port()
    portal, bank = address_of(portal_port), address_of(bank_port)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "secret").write_text(SECRET)
    with ExitStack() as stack:
        office = stack.enter_context(
            running_office(
                tmp_path,
                database=stack.enter_context(databases.throwaway_postgres()),
                registry={"sample_file": Path(__file__).with_name("register.yaml")},
                office={"portal": portal},
                signing=make_seal(tmp_path),
                payment={
                    "url": bank,
                    "token_file": tmp_path / "token",
                    "secret_file": tmp_path / "secret",
                    "bank_bin": "970403",
                    "bank_account": "0011012345678",
                },
            )
        )
        create_key(office.settings.centre_key_file)
        hire(office)
        doors = create_portal(office.settings)
        stack.callback(doors.state.engine.dispose)
        stack.enter_context(served(doors, portal_port))
        told = teller(f"{portal}/payment/told", SECRET.encode(), _now)
        books = Bank(tmp_path / "books.json", TOKEN, told, _now)
        stack.enter_context(served(create_bank(books, bank), bank_port))
        yield Story(office, portal, browser, problems)


def hire(office: Office) -> None:
    """Who carries a case on: the device's user, the signer with power, the clerk."""
    thiet = office.hire("thiet", "Đỗ Quang Thiết", Role.DEVICE_USER)
    tham = office.hire("tham", "Vũ Văn Thẩm", Role.SIGNER)
    office.hire("thu", "Ngô Thị Thư", Role.CLERK)
    with transaction(office.app.state.engine) as session:
        years = devices.Interval(date(2025, 1, 1), date(2099, 12, 31))
        naming = devices.Naming(thiet.id or 0, "15/QĐ-CAT", "CC-001", years)
        devices.name_user(session, NODE.node, CAMERA.id, naming, "test", _now())
        power = Power("division_head", valid_from=date(2026, 1, 1))
        grant_power(session, law.book(session), tham.id or 0, power, "test")


def read_notice(page: Page, office_url: str) -> tuple[str, str]:
    """Number and code, as the owner reads them on the paper that came by post."""
    link = page.get_by_role("link", name=re.compile("^Thông báo")).first
    pdf = page.request.get(office_url + (link.get_attribute("href") or "")).body()
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages)
    number = re.search(r"\d+/\d{4}/TB-\w+|\d+/TB-\w+", text)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text)
    assert number, text
    assert code, text
    return number[0], code[0]


def test_a_red_light_is_admitted_paid_and_closed(story: Story, browser: Browser) -> None:
    office = story.office
    office.send(BIKE, timedelta(days=2))
    operator = story.at("lan")
    wait_for_case(operator, 1)
    operator.keyboard.press("a")
    expect(operator.get_by_role("heading", name="Không còn hồ sơ nào chờ")).to_be_visible()
    office.work()
    officer = story.at("hung")
    officer.goto(f"{office.url}/confirm")
    wait_for_case(officer, 1)
    story.shot(officer, "confirm")
    officer.keyboard.press("c")
    expect(officer.locator("#live")).to_contain_text("Đã xác nhận.")
    office.work()

    story.do("thiet", "Ký kết quả thu thập bằng thiết bị")
    story.do("hung", "Soạn thông báo")
    story.do("tham", "Ký thông báo")
    number, code = read_notice(story.do("thu", "Gửi thông báo", how="post"), office.url)
    story.do("hung", "Công bố")

    owner = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi").new_page()
    owner.goto(f"{story.portal}/?c={code}")
    owner.locator("[name=number]").fill(number)
    owner.locator("[name=plate]").fill("98B1-234.56")
    owner.keyboard.press("Enter")
    expect(owner).to_have_url(re.compile(r"/cases/\d+$"))
    story.shot(owner, "owner")
    owner.get_by_role("link", name="Tôi đã lái xe").click()
    story.shot(owner, "admit")
    owner.get_by_role("button", name="Xác nhận tôi đã lái xe").click()
    expect(owner.get_by_role("status").first).to_contain_text("Đã nhận, số")
    office.work()

    story.do("hung", "Xác định người vi phạm", violator_as="owner")
    story.do("hung", "Lập biên bản", statement="Tôi vội nên không nhìn đèn.")
    story.do("hung", "Ký biên bản")
    story.do("hung", "Trình quyết định")
    story.do("tham", "Ký quyết định xử phạt")
    story.do("thu", "Gửi quyết định", how="electronic")
    story.do("thu", "Xác nhận đã giao")

    owner.reload()
    story.shot(owner, "owner-decided")
    owner.get_by_role("link", name="Xem cách nộp").click()
    owner.locator("form[action$='/pay'] button").click()
    expect(owner.get_by_label("VietQR")).to_be_visible()
    story.shot(owner, "owner-pays")
    owner.locator("a.primary").click()
    owner.get_by_role("button", name="Nộp đúng số tiền").click()
    expect(owner.get_by_role("row")).to_have_count(1)
    story.shot(owner, "bank")
    office.work()  # counted, then the next look at the cases finds it executed
    office.work(timedelta(minutes=3))
    owner.goto(f"{story.portal}/")
    owner.goto(owner.url)
    story.shot(owner, "owner-cases")
    owner.locator("a[href^='/cases/']").first.click()
    expect(owner.get_by_role("link", name="Biên lai")).to_be_visible()
    story.shot(owner, "owner-paid")

    story.do("hung", "Trừ điểm", before="12")
    story.do("hung", "Cập nhật trạng thái công bố")
    page = story.at("hung")
    expect(page.locator(".tracks li").first).to_contain_text("đã chấp hành xong")
    story.do("hung", "Kết thúc, lưu trữ")
    expect(page.locator(".tracks li").first).to_contain_text("đã kết thúc, lưu trữ")
    assert story.problems == []


def _now() -> datetime:
    return datetime.now(UTC)
