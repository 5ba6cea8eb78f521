"""A case told from the camera to the archive, by the pages of everybody who has a part in it: centre, worker,
portal, papers and bank are real, the people are not."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from central.accounts.models import User
from central.accounts.permissions import Role
from central.db import transaction
from central.devices import service as devices
from central.keys import create_key
from central.law import service as law
from central.portal.app import create_portal
from central.proceedings.people import grant_power
from central.proceedings.signers import Power
from central.sandboxes.payment import Bank, create_bank, teller
from central.words.forms import number as formed
from central.words.languages import Language, language_of
from contract.reports import CameraInfo
from ngatu.demo_seal import make_seal
from tests.browser.junction import CAMERA, Offender
from tests.browser.office import NODE, REGISTER, Clock, Office, running_office
from tests.browser.people import Staff, wait_for_case
from tests.browser.pictures import paper_pictures, read_code, shot
from tests.central import databases
from tests.serving import address_of, free_port, served

SECRET, TOKEN = "one key of both sides", "a-token"
BEGINS = datetime(2026, 10, 5, 1, 30, tzinfo=UTC)
"""A Monday morning in Vietnam, with no holiday for weeks."""

UNIT = {
    "address": "Số 14 đường Lý Thái Tổ, phường Kinh Bắc, tỉnh Bắc Ninh",
    "phone": "0222 3000 000",
    "account": "3949.0.1054321.00000",
}

PHONE: Any = {"width": 390, "height": 844}

LANGUAGE = "NGATU_STORY_LANGUAGE"
"""In the environment: the language (vi, en) in which every story is told, instead of each in its own."""

TURN = "NGATU_STORY_TURN"
"""In the environment: at 1 each story is told in the language that is not its own; CI has it so at every
other commit."""


@dataclass
class Story:
    """The office, its portal, and its people at their browsers."""

    name: str
    office: Office
    portal: str
    browser: Browser
    staff: Staff
    shots: int = 0

    @property
    def problems(self) -> list[str]:
        """What the pages complained of."""
        return self.staff.problems

    @property
    def language(self) -> Language:
        """The language of all its pages."""
        return self.staff.language

    def says(self, vi: str, en: str) -> str:
        """What a page says in the story's language."""
        return vi if self.language == "vi" else en

    def amount(self, dong: int) -> str:
        """An amount as a page writes it, without its unit."""
        return formed(dong, self.language)

    def later(self, **time: float) -> None:
        """So much time passes (days, hours, minutes), in which everybody is at work now and then; the worker
        does what it brings about."""
        self.staff.go_home()
        self.office.clock.move(timedelta(**time))
        self.office.stay_known()
        self.office.work()
        for _ in range(2):  # what one sweep asked for, the next look finds done: paid, executed, lifted
            self.office.clock.move(timedelta(minutes=2))
            self.office.work()

    def captured(self, offender: Offender, at: datetime, camera: CameraInfo = CAMERA) -> int:
        """The camera's case on its way: an operator accepts it; returns its number."""
        self.office.send(offender, self.office.clock() - at, camera)
        case = self.office.sent
        page = self.staff.go("lan", "/review")
        wait_for_case(page, case)
        page.keyboard.press("a")
        expect(page.locator("#live")).not_to_be_empty()  # told, so done
        self.office.work()
        return case

    def confirmed(self, *cases: int) -> None:
        """An officer, another person, confirms them, in the order they are put before him."""
        left = set(cases)
        while left:
            page = self.staff.go("hung", "/confirm")
            shown = page.locator("[data-case]").first
            expect(shown).to_be_visible()
            number = int(shown.get_attribute("data-case") or 0)
            wait_for_case(page, number)
            self.shot(page, "confirm")
            page.keyboard.press("c")
            expect(page.locator("#live")).not_to_be_empty()
            left.remove(number)
        self.office.work()

    def do(self, name: str, action: str, case: int = 1, *, desk: str = "", **typed: str) -> Page:
        """A step that waits at somebody's desk: opened there, its form sent; then the worker's part."""
        page = self.staff.go(name, f"/desk?desk={desk}" if desk else "/desk")
        row = page.get_by_role("row").filter(has=page.locator(f"a[href='/proceedings/{case}']")).first
        row.get_by_role("link").click()
        return self._take(page, name, action, typed)

    def also(self, name: str, action: str, case: int = 1, **typed: str) -> Page:
        """A step that no desk asks for, from the page of the case."""
        return self._take(self.staff.go(name, f"/proceedings/{case}"), name, action, typed)

    def _take(self, page: Page, name: str, action: str, typed: dict[str, str]) -> Page:
        page.locator(f".offers [hx-get$='/steps/{action}']").click()
        form = page.locator(".step-form")
        expect(form).to_be_visible()
        for label, value in typed.items():
            box = form.locator(f"[name={label}]").first
            if box.evaluate("box => box.type") == "checkbox":
                form.locator(f"[name={label}][value='{value}']").check()
            elif box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        form.locator("button[type=submit]").click()
        expect(page.locator("#proceeding > .notice")).to_have_attribute("role", "status")
        self.office.work()
        self.shot(page, f"{name}-{action}")
        return page

    def paper(self, name: str, kind: str, case: int = 1) -> str:
        """The newest paper of a kind, opened from the case's page; its text in one line, and a picture of
        each sheet."""
        page = self.staff.go(name, f"/proceedings/{case}")
        link = page.locator(f"a[data-paper={kind}]").first
        pdf = page.request.get(self.office.url + (link.get_attribute("href") or "")).body()
        self.shots += 1
        paper_pictures(pdf, f"{self.name}-{self.shots:02d}-{kind}")
        sheets = (sheet.extract_text() for sheet in PdfReader(BytesIO(pdf)).pages)
        return " ".join(" ".join(sheets).split())  # where a line ends depends on the font

    def reads(self, notice: str, plate: str) -> "Owner":
        """Somebody at a telephone, with the notice that came by post: number and code stand on it."""
        number = re.search(r"\d+/\d{4}/TB-\w+|\d+/TB-\w+", notice)
        code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", notice)
        assert number, notice
        assert code, notice
        phone = self.browser.new_context(viewport=PHONE, locale=self.language).new_page()
        return Owner(self, phone, number[0], code[0], plate)

    def state(self, page: Page, track: str) -> str:
        """Where a track stands on the page of a case."""
        return page.locator(f"[data-track={track}]").get_attribute("data-state") or ""

    def shot(self, page: Page, name: str) -> None:
        """A numbered picture, for people to look at."""
        self.shots += 1
        shot(page, f"{self.name}-{self.shots:02d}-{name}")


@dataclass
class Owner:
    """An owner or driver at the portal."""

    story: Story
    phone: Page
    number: str
    code: str
    plate: str

    def opens(self) -> Page:
        """The portal's door: number, plate, and the code that the QR code brings along."""
        self.phone.goto(f"{self.story.portal}/?c={self.code}")
        if self.phone.locator("[name=code]").count() == 0:  # still open in this browser
            self.phone.goto(f"{self.story.portal}/open")
            self.phone.locator("[name=code]").fill(self.code)
        self.phone.locator("[name=number]").fill(self.number)
        self.phone.locator("[name=plate]").fill(self.plate)
        self.phone.keyboard.press("Enter")
        return self.phone

    def comes(self, shot: str) -> Page:
        """The page of the case."""
        page = self.opens()
        expect(page).to_have_url(re.compile(r"/cases/\d+$"))
        self.story.shot(page, shot)
        return page

    def answers(self, kind: str, **typed: str) -> None:
        """Chooses an answer on the page of the case, fills its form in and sends it."""
        page = self.comes(f"before-{kind}")
        page.locator(f"a[href$='/answer/{kind}']").click()
        for name, value in typed.items():
            box = page.locator(f"[name={name}]").first
            if box.evaluate("box => box.type") == "radio":
                page.locator(f"[name={name}][value='{value}']").check()
            else:
                box.fill(value)
        self.story.shot(page, kind)
        page.locator("form[data-draft] button.primary").click()
        expect(page.locator(".told.good")).to_be_visible()
        self.story.office.work()

    def pays(self, total: int) -> None:
        """By the portal's order, at the bank's page; `total` is the dong that it asks for."""
        page = self.comes("before-paying")
        page.locator("a[href$='/pay']").click()
        page.locator("form[action$='/pay'] button").click()
        expect(page.locator("main")).to_contain_text(self.story.amount(total))
        code = page.get_by_label("VietQR")
        expect(code).to_be_visible()
        transfer = read_code(code.screenshot())
        assert f"54{len(str(total)):02d}{total}5802VN" in transfer
        assert f"0812{page.locator('.reference').inner_text()}6304" in transfer
        self.story.shot(page, "pays")
        page.locator("a.primary").click()
        page.get_by_role("button", name="Nộp đúng số tiền").click()
        expect(page.get_by_role("row")).to_have_count(1)
        self.story.shot(page, "bank")
        self.story.later(minutes=3)  # counted; then the next look at the cases finds it executed


@contextmanager
def telling(
    name: str,
    browser: Browser,
    folder: Path,
    *,
    language: Language = "vi",
    cameras: tuple[CameraInfo, ...] = (CAMERA,),
    **settings: Any,
) -> Iterator[Story]:
    """Centre, portal and bank, each on its port, over one PostgreSQL database and by one clock; in `language`
    unless the environment wants all stories in another."""
    if os.environ.get(TURN) == "1":
        language = "en" if language == "vi" else "vi"
    language = language_of(os.environ.get(LANGUAGE, language))
    clock = Clock(BEGINS)
    portal_port, bank_port = free_port(), free_port()
    portal, bank = address_of(portal_port), address_of(bank_port)
    (folder / "token").write_text(TOKEN)
    (folder / "secret").write_text(SECRET)
    with ExitStack() as stack:
        office = stack.enter_context(
            running_office(
                folder,
                clock,
                cameras,
                database=stack.enter_context(databases.migrated_postgres()),
                registry={"sample_file": REGISTER},
                office=UNIT | {"portal": portal},
                signing=make_seal(folder),
                payment={
                    "url": bank,
                    "token_file": folder / "token",
                    "secret_file": folder / "secret",
                    "bank_bin": "970403",
                    "bank_account": "0011012345678",
                },
                **settings,
            )
        )
        create_key(office.settings.centre_key_file)
        hire(office)
        doors = create_portal(office.settings, clock)
        stack.callback(doors.state.engine.dispose)
        stack.enter_context(served(doors, portal_port))
        told = teller(f"{portal}/payment/told", SECRET.encode(), clock)
        books = Bank(folder / "books.json", TOKEN, told, clock)
        stack.enter_context(served(create_bank(books, bank), bank_port))
        yield Story(name, office, portal, browser, Staff(browser, office, [], language))


def hire(office: Office) -> None:
    """Who carries a case on: the device's user, the signer with power, the clerk, the treasury."""
    thiet = office.hire("thiet", "Đỗ Quang Thiết", Role.DEVICE_USER)
    tham = office.hire("tham", "Vũ Văn Thẩm", Role.SIGNER)
    office.hire("thu", "Ngô Thị Thư", Role.CLERK)
    office.hire("kho", "Lý Thị Kho", Role.TREASURY)
    with transaction(office.app.state.engine) as session:
        for camera in office.cameras:
            devices.name_user(session, NODE.node, camera.id, _naming(thiet), "test", office.clock())
        power = Power("division_head", valid_from=date(2026, 1, 1))
        grant_power(session, law.book(session), tham.id or 0, power, "test")


def _naming(person: User) -> devices.Naming:
    years = devices.Interval(date(2025, 1, 1), date(2099, 12, 31))
    return devices.Naming(person.id or 0, "15/QĐ-CAT", "CC-001", years)
