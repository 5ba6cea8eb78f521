"""Forms that load a new page: what is tapped twice, or sent by a key held too long, is done once."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from central.accounts.models import User
from central.cases.models import CaseEvent
from central.db import reading
from central.exemptions.models import Exemption
from tests.browser.junction import Offender
from tests.browser.office import Office, running_office
from tests.browser.people import Staff

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def staff(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staff]:
    with running_office(tmp_path_factory.mktemp("office")) as office:
        office.send(Offender("98A12345"), timedelta(days=2))
        yield Staff(browser, office, [])


def tapped_twice(page: Page, button: Locator) -> None:
    button.dblclick()


def entered_three_times(page: Page, button: Locator) -> None:
    button.focus()
    for _ in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")


TWICE = pytest.mark.parametrize("send", [tapped_twice, entered_three_times])
Send = Callable[[Page, Locator], None]


def stored(office: Office, model: type) -> int:
    with reading(office.app.state.engine) as session:
        return len(session.exec(select(model)).all())


@TWICE
def test_a_note(staff: Staff, send: Send) -> None:
    page, words = staff.go("lan", "/cases/1"), send.__name__
    page.locator("textarea[name=text]").fill(words)
    before = stored(staff.office, CaseEvent)
    send(page, page.locator("form[action$='/comments'] button"))
    expect(page.get_by_text(words)).to_have_count(1)
    page.wait_for_timeout(500)
    assert stored(staff.office, CaseEvent) == before + 1


@TWICE
def test_a_new_person_whose_password_is_shown_once(staff: Staff, send: Send) -> None:
    page, name = staff.go("quan", "/users"), send.__name__.replace("_", ".")
    form = page.locator("form[action='/users']")
    form.locator("[name=username]").fill(name)
    form.locator("[name=full_name]").fill("Người Mới")
    form.locator("[name=role]").select_option("officer")
    before = stored(staff.office, User)
    send(page, form.locator("button[type=submit]"))
    expect(page.locator(".one-time")).to_be_visible()
    assert stored(staff.office, User) == before + 1


@TWICE
def test_police_directing_traffic(staff: Staff, send: Send) -> None:
    page = staff.go("hung", "/exemptions")
    form = page.locator("form[action='/exemptions']")
    day = staff.office.clock().date().isoformat()
    form.locator("[name=since]").fill(f"{day}T07:00")
    form.locator("[name=until]").fill(f"{day}T08:00")
    form.locator("[name=why]").fill("ùn tắc")
    before = stored(staff.office, Exemption)
    send(page, form.locator("button[type=submit]"))
    expect(page.get_by_text("ùn tắc").first).to_be_visible()
    page.wait_for_timeout(500)
    assert stored(staff.office, Exemption) == before + 1
