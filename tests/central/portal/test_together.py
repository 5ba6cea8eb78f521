"""A decision on several violations: its code opens every case it names and no other; it is paid once."""

import pytest
from sqlmodel import select

from central.db import transaction
from central.documents.filing import make_file
from central.documents.models import Document
from central.payments.models import PaymentOrder
from central.proceedings import decisions, desk
from central.proceedings.models import NoticeAccess
from central.proceedings.papers.sheet import Records
from central.proceedings.payments import Receipt
from contract.local_time import local_day
from tests.central.portal.site import SETTINGS, PortalSite, text_of
from tests.central.proceedings.office import BINH

LANE = {"name": "wrong_lane", "version": 1}


def two_and_one(site: PortalSite) -> tuple[int, int, int]:
    """Two cases that are decided together later, and one of the same owner that is not."""
    first, second = site.noticed(), site.noticed(rule=LANE)
    return first, second, site.noticed()


def test_the_code_of_the_decision_opens_the_cases_it_names_and_no_other(any_site: PortalSite) -> None:
    site = any_site
    first, second, alone = two_and_one(site)
    browser = site.browser()
    opened = browser.post("/open", data=site.decided_together(first, second))
    assert opened.url.path == site.page_of(first)
    assert f'href="{site.page_of(second)}"' in opened.text
    beside = browser.get(site.page_of(second))
    assert f'href="{site.page_of(first)}"' in beside.text
    for case_id in (first, second):
        page = site.page_of(case_id)
        assert len(browser.get(f"{page}/seals").json()["files"]) == 2
        assert browser.get(f"{page}/evidence.zip").status_code == 200
    assert browser.get(site.page_of(alone)).status_code == 404
    assert site.page_of(alone) not in browser.get("/").text
    assert browser.get(f"{site.page_of(alone)}/evidence.zip").status_code == 404


def test_the_notice_of_one_case_opens_no_other_and_says_how(site: PortalSite) -> None:
    first, second, _ = two_and_one(site)
    site.decided_together(first, second)
    browser = site.enter(second)
    assert browser.get(site.page_of(first)).status_code == 404
    page = browser.get(site.page_of(second)).text
    assert site.page_of(first) not in page
    assert "1 vi phạm khác của quyết định chưa mở ở đây" in text_of(page)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_several_violations_are_paid_once(site: PortalSite, language: str) -> None:
    first, second, _ = two_and_one(site)
    key = site.decided_together(first, second)
    browser = site.browser()
    browser.get(f"/language/{language}")
    browser.post("/open", data=key)
    once = {
        "vi": "Một quyết định cho 2 vi phạm: chỉ nộp một lần.",
        "en": "One decision on 2 violations: pay only once.",
    }
    for case_id in (first, second):
        assert once[language] in text_of(browser.get(site.page_of(case_id)).text)
        paying = browser.post(f"{site.page_of(case_id)}/pay")
        assert once[language] in text_of(paying.text)
    with transaction(site.office.engine) as session:
        decision = decisions.by_number(session, key["number"])
        assert decision is not None
        fines = [act.fine for act in decisions.acts_of(session, decision)]
        (order,) = session.exec(select(PaymentOrder)).all()
        assert order.amount == sum(fines) == decision.fine
    shown = text_of(paying.text)
    for fine in fines:
        assert f"{fine:,}".replace(",", "." if language == "vi" else ",") in shown
    pay(site, key["number"])
    for case_id in (first, second):
        assert {"vi": "Biên lai", "en": "Receipt"}[language] in text_of(
            browser.get(site.page_of(case_id)).text
        )
        assert browser.get(f"{site.page_of(case_id)}/pay").text.count(once[language]) == 0


def pay(site: PortalSite, number: str) -> None:
    """The whole decision is paid, and the receipt's file made."""
    office = site.office
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), site.archive, SETTINGS)
        decision = decisions.by_number(session, number)
        assert decision is not None
        receipt = Receipt("T1", decision.fine, local_day(office.now), "kho bạc")
        desk.receive_money(records, decision.id or 0, receipt, office.now)
    with transaction(office.engine) as session:
        paper = session.exec(select(Document.id).where(Document.kind == "receipt")).one()
    make_file(office.engine, site.archive, None, paper or 0, office.now)


def test_an_annulled_decision_opens_only_the_case_it_was_drawn_up_in(site: PortalSite) -> None:
    """The other cases may be decided anew, and against somebody else."""
    first, second, _ = two_and_one(site)
    browser = site.browser()
    browser.post("/open", data=site.decided_together(first, second))
    assert browser.get(site.page_of(second)).status_code == 200
    site.do(first, "annul_decision", "truong-phong")
    assert browser.get(site.page_of(second)).status_code == 404
    page = browser.get(site.page_of(first))
    assert page.status_code == 200
    assert site.page_of(second) not in page.text
    assert "vi phạm khác" not in text_of(page.text)


def test_who_is_not_fined_is_told_nothing_of_the_other_violations(site: PortalSite) -> None:
    """The holder of a notice whose vehicle another person drove."""
    first, second, _ = two_and_one(site)
    elsewhere = site.noticed(owner=BINH)
    key = site.decided_together(first, second)
    assert "2 vi phạm" in text_of(site.enter(second).get(site.page_of(second)).text)
    with transaction(site.office.engine) as session:
        decision = decisions.by_number(session, key["number"])
        assert decision is not None
        number = site.keys[elsewhere]["number"]
        of_other = select(NoticeAccess.party_id).where(NoticeAccess.number == number)
        decision.party_id = session.exec(of_other).one()
    assert "2 vi phạm" not in text_of(site.enter(second).get(site.page_of(second)).text)
