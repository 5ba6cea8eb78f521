"""Citizens' answers at the desk: sent in the portal, read with their files for a purpose that is kept."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.accounts import passwords
from central.accounts.models import User
from central.app import create_app
from central.audit.models import AuditEntry
from central.db import transaction
from tests.central.casework import PASSWORD, Casework
from tests.central.citizens.test_files import pdf
from tests.central.portal.conftest import site as site  # the portal beside this console
from tests.central.portal.site import PortalSite

DRIVER = {"name": "Trần Thị Bình", "identity": "024000000002", "address": "Bắc Ninh"}
PURPOSE = {"purpose": "xem trả lời của chủ xe"}


@pytest.fixture
def desk(site: PortalSite) -> Iterator[Casework]:
    """The console over the portal's database, its people signed in with the tests' password."""
    centre = create_app(site.portal.state.settings, clock=lambda: site.office.now)
    with transaction(site.office.engine) as session:
        for user in session.exec(select(User)):
            user.password_hash = passwords.hash_of(PASSWORD)
    yield Casework(centre, site.office)
    centre.state.engine.dispose()


def named(site: PortalSite) -> int:
    """A case whose owner named the driver, with a paper beside it."""
    case_id = site.noticed()
    browser: TestClient = site.enter(case_id)
    form = f"{site.page_of(case_id)}/answer/name_driver"
    assert browser.post(f"{form}/files", files={"file": ("hợp đồng.pdf", pdf())}).status_code == 200
    assert browser.post(form, data=DRIVER).status_code == 200
    return case_id


def test_an_answer_and_its_file_are_read_for_a_purpose_that_is_kept(site: PortalSite, desk: Casework) -> None:
    case_id = named(site)
    clerk, page = desk.at("van-thu"), f"/proceedings/{case_id}"
    before = clerk.get(page).text
    assert "1/2026/TL-BN" in before
    assert DRIVER["name"] not in before
    words = clerk.post(f"{page}/submissions/1", data=PURPOSE)
    assert words.status_code == 200
    assert all(value in words.text for value in (*DRIVER.values(), "hợp đồng.pdf"))
    sent = clerk.post(f"{page}/submissions/1/files/1", data=PURPOSE)
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.headers["content-disposition"].startswith("attachment")
    assert sent.content.startswith(b"%PDF")
    with transaction(site.office.engine) as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.actor == "user:van-thu")).all()
        read = {row.action: row.detail["purpose"] for row in rows if "purpose" in row.detail}
    assert read == {"submission.read": PURPOSE["purpose"], "attachment.read": PURPOSE["purpose"]}


def test_no_purpose_no_permission_another_case_no_answer(site: PortalSite, desk: Casework) -> None:
    mine, other = named(site), site.noticed()
    for path in ("", "/files/1"):
        assert desk.at("van-thu").post(f"/proceedings/{mine}/submissions/1{path}").status_code == 422
        there = f"/proceedings/{other}/submissions/1{path}"
        assert desk.at("van-thu").post(there, data=PURPOSE).status_code == 404
        here = f"/proceedings/{mine}/submissions/1{path}"
        assert desk.at("lan").post(here, data=PURPOSE).status_code == 403
    missing = f"/proceedings/{mine}/submissions/1/files/9"
    assert desk.at("van-thu").post(missing, data=PURPOSE).status_code == 404
