"""A test goes from the set-up page to the page of the node: page, commands, broker and database are real."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Screen
from sqlmodel import Session

from central.accounts import passwords
from central.accounts import service as accounts
from central.accounts.permissions import Role
from central.app import create_app
from central.clock import utc_now
from central.db import make_engine, transaction
from central.ingest import sent_tests
from central.settings import CentralSettings
from tests.brokers import Mosquitto
from tests.browser.people import OWN_PASSWORD
from tests.browser.pictures import shot
from tests.edge.setup.page import Page
from tests.edge.setup.test_sent_test import sent_from
from tests.serving import address_of, free_port, served
from tests.test_whole_system import NODE, System, ended_processes

pytestmark = [pytest.mark.broker, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def system(tmp_path: Path, mosquitto_broker: Mosquitto) -> Iterator[System]:
    with ended_processes(System(tmp_path, mosquitto_broker)) as made:
        made.enrol()
        yield made


@contextmanager
def console(folder: Path, browser: Browser, problems: list[str], role: Role) -> Iterator[Screen]:
    """A browser at the console of a centre, somebody with this role signed in."""
    centre = create_app(CentralSettings(data_dir=folder, secure_cookies=False))
    with transaction(centre.state.engine) as session:
        made = accounts.create_user(session, role.value, role.value, role, utc_now(), "test")
        made.user.password_hash = passwords.hash_of(OWN_PASSWORD)
        made.user.must_change_password = False
    listener = free_port()
    with served(centre, listener):
        page = browser.new_context(base_url=address_of(listener), locale="vi").new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
        who = {"username": role.value, "password": OWN_PASSWORD}
        assert page.request.post("/api/v1/session", data=who).ok
        yield page
        page.context.close()
    centre.state.engine.dispose()


def test_a_test_comes_through_is_checked_and_becomes_no_case(
    system: System, browser: Browser, problems: list[str]
) -> None:
    system.start_ingest()
    system.start("worker", "central", "worker")
    text = sent_from(Page(system.folder / "cameras"))
    assert text.count("✓") == 4, (text, system.log("ingest"), system.log("worker"))
    assert "thông suốt" in text
    assert system.column("SELECT id FROM case_file") == []
    assert system.column("SELECT state FROM node") == ["unknown"]  # it says nothing of the node itself
    with Session(make_engine(f"sqlite:///{system.folder / 'centre' / 'central.db'}")) as session:
        [shown] = sent_tests.newest(session, NODE)
    assert (shown.package.state, shown.package.test_camera) == ("stored", "nut-thu")
    assert shown.manifest.reasons[0].values == {"by": "Hùng"}

    with console(system.folder / "centre", browser, problems, Role.OFFICER) as page:
        page.goto(f"/nodes/{NODE}")
        card = page.locator("section", has=page.get_by_role("heading", name="Hồ sơ thử"))
        expect(card).to_contain_text("nut-thu")
        picture = card.locator("img")
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth") > 0
        shot(page, "node-sent-test")
        page.goto("/cases")
        expect(page.locator("main")).not_to_contain_text("nut-thu")
    assert problems == []
