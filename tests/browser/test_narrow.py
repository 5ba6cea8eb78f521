"""Every page of the console on a telephone: nothing stands beyond its right edge."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from central.accounts import passwords
from central.accounts.permissions import Role
from central.db import transaction
from central.fleet.enrolment import enrol
from central.ingest.models import Quarantined
from central.reports import service as reports
from central.reports.periods import CutOffs
from central.reports.periods import Kind as ReportKind
from central.words.languages import LANGUAGES
from tests.browser.pictures import whole_page
from tests.central.casework import PASSWORD, Casework, give_work, with_key
from tests.central.evidence import enrolment
from tests.central.people import add_user
from tests.central.proceedings.office import PEOPLE
from tests.central.strangers import pages_from
from tests.serving import address_of, free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PHONE: Any = {"width": 390, "height": 844}
LONG_NAME = "nut-giao-ly-thai-to-nguyen-dang-dao-phuong-suoi-hoa-bac-ninh-01"
"""As long as a node's name may be."""
WHO = (*PEOPLE, "leader")


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    """A centre in which every list has a row, and the rows have long names."""
    for work in with_key(tmp_path_factory.mktemp("narrow"), NOW):
        give_work(work.office, NOW)
        with transaction(work.office.engine) as session:
            add_user(session, "leader", Role.LEADER, NOW).password_hash = passwords.hash_of(PASSWORD)
            enrol(session, enrolment(), NOW, "test")
            session.add(
                Quarantined(
                    node_id=LONG_NAME,
                    topic=f"ngatu/v1/{LONG_NAME}/chunk/{'5' * 64}/1234567890",
                    payload_sha256="0" * 64,
                    size=131_072,
                    head=b"{",
                    reason="bad_signature",
                    count=20_000,
                    first_at=NOW,
                    last_at=NOW,
                )
            )
            cut_offs = CutOffs(3, 14)
            week = cut_offs.around(ReportKind.WEEKLY, date(2026, 11, 10))
            reports.take(session, "BN", cut_offs, ReportKind.WEEKLY, week, NOW, "test")
        work.office.wait(40)
        yield work


@pytest.fixture(scope="module")
def phone(browser: Browser, casework: Casework) -> Iterator[tuple[Page, str]]:
    """A telephone's browser, and the address of the console."""
    listener = free_port()
    with served(casework.centre, listener):
        yield browser.new_context(viewport=PHONE).new_page(), address_of(listener)


def sign_in(page: Page, address: str, casework: Casework, name: str) -> None:
    """The telephone takes over the session of a person."""
    cookie = casework.at(name).cookies["ngatu"]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "ngatu", "value": cookie, "url": address}])


def beyond(page: Page) -> list[str]:
    """What makes the page wider than the screen, so that all of it moves sideways; what moves in a frame of
    its own is left out."""
    found: list[str] = page.evaluate(
        """() => {
            if (document.documentElement.scrollWidth <= innerWidth) return [];
            const framed = e => e.parentElement && e.parentElement !== document.body &&
                (getComputedStyle(e.parentElement).overflowX !== 'visible' || framed(e.parentElement));
            const right = e => Math.round(e.getBoundingClientRect().right);
            return [...document.querySelectorAll('body *')].filter(e => right(e) > innerWidth && !framed(e))
                .map(e => `${e.tagName} .${e.className} ${right(e)}`).slice(0, 4);
        }"""
    )
    return found


def test_a_message_in_quarantine_is_read_without_moving_sideways(
    casework: Casework, phone: tuple[Page, str]
) -> None:
    page, address = phone
    sign_in(page, address, casework, "quan-tri")
    page.goto(f"{address}/quarantine")
    frame = page.locator(".table-wrap")
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    whole_page(page, "narrow-quarantine")


@pytest.mark.parametrize("name", WHO)
def test_no_page_is_wider_than_a_telephone(casework: Casework, phone: tuple[Page, str], name: str) -> None:
    (page, address), client = phone, casework.at(name)
    sign_in(page, address, casework, name)
    paths = [path for path, html in pages_from(client, "/password").items() if "<html" in html]
    assert len(paths) > 1
    wide: dict[str, list[str]] = {}
    for language in LANGUAGES:
        page.goto(f"{address}/language/{language}")
        for path in sorted(paths):
            page.goto(address + path)
            expect(page.locator("#pane > p.empty")).to_have_count(0)  # a desk asks for its case
            if over := beyond(page):
                wide[f"{language} {path}"] = over
                whole_page(page, f"narrow-{language}-{name}-{path.strip('/').replace('/', '-')}")
    assert wide == {}, "\n".join(f"{where}: {parts}" for where, parts in wide.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_leader_sees_in_the_bar_which_page_is_open(
    casework: Casework, phone: tuple[Page, str], language: str
) -> None:
    """The bar of pages has room for one name; it is that of the open page, not of the first."""
    page, address = phone
    sign_in(page, address, casework, "leader")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{address}/language/{language}")
    page.goto(f"{address}/dashboard")
    begins, bar = (
        page.locator(where).bounding_box() for where in (".topbar nav [aria-current]", ".topbar nav")
    )
    assert begins is not None
    assert bar is not None
    assert begins["x"] == pytest.approx(bar["x"], abs=1)
    whole_page(page, f"narrow-dashboard-{language}-360")
    page.set_viewport_size(PHONE)
