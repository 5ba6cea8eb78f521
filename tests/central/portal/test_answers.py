"""Answering over the portal: what is offered, what becomes of it, nothing lost."""

from functools import partial

import pytest

from central.citizens import answers
from central.db import transaction
from central.portal.views import due_days
from central.proceedings.loading import load
from central.proceedings.papers.sheet import Records
from contract.local_time import local_day
from tests.central.portal.site import SETTINGS, PortalSite, text_of
from tests.central.proceedings.office import FIRM
from tests.central.strangers import strange_pages

DRIVER = {"name": "Trần Thị Bình", "identity": "024000000002", "address": "Bắc Ninh"}


@pytest.mark.parametrize(
    ("kind", "data", "state"),
    [
        ("admit", {}, "admitted"),
        ("name_driver", DRIVER, "named_driver"),
        ("deny_driving", {"text": "Hôm đó tôi ở nước ngoài"}, "denied"),
        ("say_sold", {"name": "Lê Văn C", "address": "Bắc Ninh"}, "sold"),
        ("say_stolen", {"text": "Mất xe ngày 1/11"}, "stolen"),
        ("contest", {"ground": "wrong_vehicle"}, "contested"),
    ],
)
def test_an_answer_is_a_step_and_its_words_are_kept(
    site: PortalSite, kind: str, data: dict[str, str], state: str
) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    assert browser.get(f"{page}/answer/{kind}").status_code == 200
    answered = browser.post(f"{page}/answer/{kind}", data=data)
    assert "Đã nhận, số 1/2026/TL-BN" in text_of(answered.text)
    assert site.office.state(case_id, "answer") == state
    with transaction(site.office.engine) as session:
        office = site.office
        records = Records(session, office.parties(session), site.archive, SETTINGS)
        row = answers.of_case(session, office.proceeding(session, case_id).id or 0)[0]
        content = answers.read(records, row.id or 0, "user:thu-ly", "thụ lý")
        assert {**content["fields"], "text": content["text"]} == {"text": "", **data}
        assert not any(value.encode() in row.sealed for value in data.values())


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("deny_driving", {"text": "  "}, "hãy ghi nội dung"),
        ("contest", {"text": "không phải xe tôi"}, "hãy chọn lý do"),
        ("contest", {"ground": "other"}, "hãy ghi nội dung"),
        ("name_driver", DRIVER | {"identity": ""}, "hãy điền đủ"),
    ],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(
    site: PortalSite, kind: str, data: dict[str, str], words: str
) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    answer = browser.post(f"{page}/answer/{kind}", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(value in answer.text for value in data.values())
    assert site.office.state(case_id, "answer") == "waiting"


def test_an_organisation_can_not_say_that_it_drove(site: PortalSite) -> None:
    case_id = site.noticed(owner=FIRM)
    browser, page = site.enter(case_id), site.page_of(case_id)
    offered = browser.get(page).text
    assert "/answer/name_nobody" in offered
    assert "/answer/admit" not in offered
    assert browser.post(f"{page}/answer/admit").status_code == 409
    browser.post(f"{page}/answer/name_nobody")
    assert site.office.state(case_id, "answer") == "organisation_silent"


def test_several_notices_are_contested_in_one_form(any_site: PortalSite) -> None:
    cases = [any_site.noticed(), any_site.noticed(), any_site.noticed(owner=FIRM)]
    browser = any_site.browser()
    for case_id in cases:
        any_site.enter(case_id, browser)
    page = any_site.page_of(cases[0])
    others = [any_site.page_of(case_id).rpartition("/")[2] for case_id in cases[1:]]
    form = browser.get(f"{page}/answer/contest").text
    assert f'value="{others[0]}"' in form
    assert f'value="{others[1]}"' not in form, "another party's notice"
    browser.post(f"{page}/answer/contest", data={"ground": "cloned_plate", "also": others[:1]})
    states = [any_site.office.state(case_id, "answer") for case_id in cases]
    assert states == ["contested", "contested", "waiting"]


def test_a_request_for_another_place_is_no_step_and_gets_its_number(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    answered = browser.post(f"{page}/answer/ask_place", data={"text": "Công an xã Yên Phong"})
    assert "số 1/2026/TL-BN" in text_of(answered.text)
    assert site.office.state(case_id, "answer") == "waiting"


def test_an_explanation_is_offered_when_it_opens_and_becomes_a_paper(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    assert "/answer/explain" not in browser.get(page).text
    browser.post(f"{page}/answer/admit")
    site.office.identify(case_id)
    site.office.do(case_id, "make_record", "thu-ly", 1)
    site.enter(case_id, browser)
    assert "/answer/explain" in browser.get(page).text
    browser.post(f"{page}/answer/explain", data={"text": "Đèn vừa chuyển, đường trơn"})
    assert site.office.state(case_id, "explanation") == "given"


def test_the_page_is_in_english_too(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    browser.get("/language/en")
    said = text_of(browser.get(page).text)
    assert "I disagree with the pictures" in said
    assert "Answer wanted" in said


def test_every_page_of_an_owner_is_in_either_language(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    browser.post(f"{page}/answer/contest", data={"ground": "wrong_vehicle"})
    assert strange_pages(browser, start=page) == {}


def test_rights_that_are_over_and_answers_nobody_waits_for_are_not_dated(site: PortalSite) -> None:
    """What must be done stays with its day, however late; a right that is gone is none any more."""
    office = site.office
    case_id = office.confirmed()
    office.to_delivery(case_id)
    view = partial(due_of, site, case_id)
    assert view() == ["payment", "complaint", "court"]
    office.wait(91 + 2)  # the ninetieth day may roll on over a weekend
    assert view() == ["payment", "court"]
    office.wait(275)
    assert view() == ["payment"]


def test_nobody_asks_for_an_answer_once_the_record_is_made(site: PortalSite) -> None:
    office = site.office
    case_id = office.confirmed()
    office.to_notice(case_id)
    office.wait(22)
    assert due_of(site, case_id) == ["appearance"], "late, and still to be given"
    office.do(case_id, "raise_alert", "thu-ly")
    office.identify(case_id)
    office.do(case_id, "make_record", "thu-ly")
    assert due_of(site, case_id) == ["explanation"]


def due_of(site: PortalSite, case_id: int) -> list[str]:
    """The deadlines that the page of a case shows its owner, now."""
    office = site.office
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, case_id)
        dossier = load(session, proceeding, local_day(office.now)).dossier
        return [code for code, _ in due_days(session, proceeding, dossier, local_day(office.now))]
