"""What came from citizens at the clerk's desk: accepted, returned, entered from letters; its sender is told,
in the portal, by post where there is no mail, with proof."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.accounts import passwords
from central.accounts.models import User
from central.app import create_app
from central.citizens.files import LARGEST_FILE
from central.citizens.models import Attachment, Submission
from central.db import transaction
from central.documents.archive import FILE
from central.documents.filing import make_file
from central.jobs.models import Job
from central.notifications import service as notifications
from central.notifications.models import Notification
from tests.central.casework import PASSWORD, Casework
from tests.central.citizens.test_files import jpeg, pdf
from tests.central.portal.conftest import site as site  # the portal beside this console
from tests.central.portal.site import PortalSite, text_of

DRIVER = {"name": "Trần Thị Bình", "identity": "024000000002", "address": "Bắc Ninh"}


@pytest.fixture
def desk(site: PortalSite) -> Iterator[Casework]:
    """The console over the portal's database, its people signed in with the tests' password."""
    centre = create_app(site.portal.state.settings, clock=lambda: site.office.now)
    with transaction(site.office.engine) as session:
        for user in session.exec(select(User)):
            user.password_hash = passwords.hash_of(PASSWORD)
    yield Casework(centre, site.office)
    centre.state.engine.dispose()


def answered(site: PortalSite, kind: str = "name_driver", **data: str) -> tuple[int, TestClient]:
    """A case whose owner answered over the portal, and their browser."""
    case_id = site.noticed()
    browser = site.enter(case_id)
    sent = browser.post(f"{site.page_of(case_id)}/answer/{kind}", data=data or DRIVER)
    assert sent.status_code == 200, sent.text
    return case_id, browser


def told(site: PortalSite) -> list[Notification]:
    """Everything people were told, the oldest first."""
    with transaction(site.office.engine) as session:
        return list(session.exec(select(Notification).order_by(Notification.id)))  # type: ignore[arg-type]


def make_replies(site: PortalSite) -> None:
    """What the worker does: papers get their files, who has no mail address is found out."""
    engine, now = site.office.engine, site.office.now
    with transaction(engine) as session:
        asked = [int(job.payload["document"]) for job in session.exec(select(Job).where(Job.kind == FILE))]
    for document in asked:
        make_file(engine, site.archive, None, document, now)
    for row in told(site):
        notifications.send(engine, None, row.id or 0, now)


def test_an_answer_waits_for_the_clerk_who_accepts_it_and_the_sender_is_told(
    site: PortalSite, desk: Casework
) -> None:
    case_id, browser = answered(site)
    clerk = desk.at("van-thu")
    assert "Văn bản đến chờ tiếp nhận 1" in text_of(clerk.get("/desk").text)
    assert "Người khác đã lái xe" in clerk.get("/incoming").text
    page = clerk.get("/incoming/1").text
    assert DRIVER["name"] not in page, "its words open for a purpose only"
    assert "người gửi được báo" in clerk.post("/incoming/1/accept", data={"words": "Cảm ơn."}).text
    assert clerk.post("/incoming/1/accept").status_code == 409
    assert "Không có văn bản nào" in clerk.get("/incoming").text
    assert site.office.state(case_id, "answer") == "named_driver"
    inbox = text_of(browser.get("/inbox").text)
    assert "đã được tiếp nhận" in inbox
    assert "2 thư chưa đọc" in inbox
    assert "Cảm ơn." in browser.get(site.page_of(case_id)).text


def test_a_returned_answer_can_be_given_again_and_nobody_is_alerted(site: PortalSite, desk: Casework) -> None:
    case_id, browser = answered(site, "deny_driving", text="Không phải tôi")
    clerk = desk.at("van-thu")
    assert clerk.post("/incoming/1/return", data={"reason": ""}).status_code == 422
    assert clerk.post("/incoming/1/return", data={"reason": "other", "words": " "}).status_code == 422
    clerk.post("/incoming/1/return", data={"reason": "papers_missing", "words": "Gửi kèm hộ chiếu."})
    assert site.office.state(case_id, "answer") == "returned"
    site.office.wait(25)
    assert "Thông báo cảnh báo" not in desk.at("thu-ly").get(f"/proceedings/{case_id}").text
    site.enter(case_id, browser)
    page = text_of(browser.get(site.page_of(case_id)).text)
    assert "thiếu giấy tờ kèm theo" in page
    assert "Gửi kèm hộ chiếu." in page
    browser.post(f"{site.page_of(case_id)}/answer/admit")
    assert site.office.state(case_id, "answer") == "admitted"


def test_what_has_a_step_of_its_own_is_not_returned(site: PortalSite, desk: Casework) -> None:
    case_id, browser = answered(site, "admit")
    site.office.identify(case_id)
    assert desk.at("van-thu").post("/incoming/1/return", data={"reason": "unsigned"}).status_code == 409
    site.office.do(case_id, "make_record", "thu-ly", 1)
    site.enter(case_id, browser)
    browser.post(f"{site.page_of(case_id)}/answer/ask_hearing")
    clerk = desk.at("van-thu")
    assert "bước giải quyết riêng" in clerk.get("/incoming/2").text
    assert clerk.post("/incoming/2/return", data={"reason": "unsigned"}).status_code == 409
    assert site.office.state(case_id, "explanation") == "hearing_asked"


def test_an_explanation_is_returned_only_while_another_can_be_sent(site: PortalSite, desk: Casework) -> None:
    case_id, browser = answered(site, "admit")
    site.office.identify(case_id)
    site.office.do(case_id, "make_record", "thu-ly", 1)
    site.enter(case_id, browser)
    browser.post(f"{site.page_of(case_id)}/answer/explain", data={"text": "Đường trơn"})
    clerk = desk.at("van-thu")
    clerk.post("/incoming/2/return", data={"reason": "unsigned"})
    assert site.office.state(case_id, "explanation") == "open"
    browser.post(f"{site.page_of(case_id)}/answer/explain", data={"text": "Đường trơn, có ký tên"})
    site.office.wait(12)
    late = desk.at("van-thu").post("/incoming/3/return", data={"reason": "unsigned"})
    assert late.status_code == 409
    assert site.office.state(case_id, "explanation") == "given"


def letter(site: PortalSite, case_id: int, days: int, **changes: str) -> dict[str, str]:
    """The form of a letter that was posted some days ago."""
    form = {"about": str(case_id), "sender": "owner", "via": "post", "kind": "admit"}
    return form | {"day": (site.office.now.date()).isoformat()} | changes


def test_a_letter_counts_for_the_day_it_was_sent_once_it_is_accepted(
    site: PortalSite, desk: Casework
) -> None:
    case_id = site.noticed()
    clerk, posted = desk.at("van-thu"), desk.today()
    number = site.keys[case_id]["number"]
    assert 'value="owner"' in clerk.get(f"/incoming/new?about={number}").text
    assert clerk.get("/incoming/new?about=999").status_code == 404
    site.office.wait(5)
    form = letter(site, case_id, 0, day=posted, about=number)
    entered = desk.at("van-thu").post("/incoming/new", data=form, files={"files": ("thư.pdf", pdf())})
    assert entered.status_code == 303, entered.text
    assert site.office.state(case_id, "answer") == "waiting"
    page = desk.at("van-thu").get(entered.headers["location"]).text
    assert "kèm 1 tệp" in page
    desk.at("van-thu").post("/incoming/1/accept")
    assert site.office.state(case_id, "answer") == "admitted"
    with transaction(site.office.engine) as session:
        row = session.exec(select(Submission)).one()
        assert (row.via, row.signed_by, row.came_on.isoformat()) == ("post", "letter", posted)
    history = desk.at("thu-ly").get(f"/proceedings/{case_id}").text
    assert f"Văn bản đến, số {row.number}" in history


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"day": "2026-01-01"}, 422),
        ({"sender": "driver"}, 404),
        ({"kind": "nonsense"}, 422),
        ({"kind": "deny_driving", "text": " "}, 422),
        ({"about": "999"}, 404),
    ],
)
def test_a_letter_that_can_not_be_is_refused_and_keeps_what_was_typed(
    site: PortalSite, desk: Casework, changes: dict[str, str], status: int
) -> None:
    case_id = site.noticed()
    form = letter(site, case_id, 0, text="Tôi xin trình bày") | changes
    answer = desk.at("van-thu").post("/incoming/new", data=form)
    assert answer.status_code == status
    if form["about"] != "999" and form["text"].strip():
        assert "Tôi xin trình bày" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "vi", "en"),
    [
        ("quét 2.pdf", b"", "trống; hãy chọn lại", "is empty; choose"),
        ("quét 2.jpg", b"MZ", "hãy lưu lại theo một trong các dạng này", "save it as one of these"),
        ("quét 2.jpg", b"\xff\xd8\xff rubbish", "không mở được ảnh", "save it again"),
        ("quét 2.pdf", pdf(locked=True), "không đặt mật khẩu", "without a password"),
        ("quét 2.jpg", jpeg() + bytes(LARGEST_FILE), "lớn hơn 5 MB; hãy", "larger than 5 MB; save"),
    ],
)
def test_a_wrong_scan_is_named_and_the_letter_stays_as_it_was_typed(
    site: PortalSite, desk: Casework, name: str, content: bytes, vi: str, en: str
) -> None:
    form = letter(site, site.noticed(), 0, text="Tôi xin trình bày", via="counter")
    scans = [("files", ("quét 1.pdf", pdf())), ("files", (name, content))]
    clerk = desk.at("van-thu")
    for language, words in (("vi", vi), ("en", en)):
        clerk.cookies.set("lang", language)
        answer = clerk.post("/incoming/new", data=form, files=scans)
        assert answer.status_code == 422
        assert f"“{name}”" in answer.text
        assert words in answer.text
        assert "Tôi xin trình bày" in answer.text
        assert '<option value="counter" selected>' in answer.text
    with transaction(site.office.engine) as session:
        assert session.exec(select(Submission)).all() == []


def test_a_pdf_that_calls_itself_a_picture_is_kept_as_what_it_is(site: PortalSite, desk: Casework) -> None:
    form = letter(site, site.noticed(), 0)
    entered = desk.at("van-thu").post("/incoming/new", data=form, files={"files": ("thư.jpg", pdf())})
    assert entered.status_code == 303
    with transaction(site.office.engine) as session:
        row = session.exec(select(Attachment)).one()
    assert (row.name, row.media_type) == ("thư.pdf", "application/pdf")


def test_who_has_no_mail_is_told_on_paper_with_proof(site: PortalSite, desk: Casework) -> None:
    case_id, _browser = answered(site)
    clerk = desk.at("van-thu")
    clerk.post("/incoming/1/return", data={"reason": "illegible"})
    make_replies(site)
    page = clerk.get("/outgoing").text
    assert "được trả lại: không đọc được" in page
    row = told(site)[-1]
    paper = clerk.get(f"/proceedings/{case_id}/papers/{row.document_id}")
    assert paper.content.startswith(b"%PDF")
    item = {"reference": "EB123VN", "day": desk.today()}
    assert "EB123VN" in clerk.post(f"/outgoing/{row.id}/posted", data=item).text
    assert clerk.post(f"/outgoing/{row.id}/posted", data=item).status_code == 409
    early = {"day": desk.today(-1)}
    assert clerk.post(f"/outgoing/{row.id}/delivered", data=early).status_code == 422
    handed = clerk.post(f"/outgoing/{row.id}/delivered", data={"day": desk.today()})
    assert "đã giao" in handed.text
    assert "EB123VN" in desk.at("thu-ly").get(f"/proceedings/{case_id}").text


def test_what_was_opened_in_the_portal_need_not_be_posted(site: PortalSite, desk: Casework) -> None:
    _case_id, browser = answered(site)
    desk.at("van-thu").post("/incoming/1/accept")
    make_replies(site)
    row = told(site)[-1]
    opened = browser.post(f"/inbox/{row.id}")
    assert opened.headers["content-type"] == "application/pdf"
    assert told(site)[-1].read_at is not None
    assert "Không có gì phải gửi" in desk.at("van-thu").get("/outgoing").text


def test_nobody_opens_another_s_inbox(site: PortalSite, desk: Casework) -> None:
    answered(site)
    stranger = site.browser()
    assert stranger.post("/inbox/1").status_code in (401, 200)
    assert told(site)[0].read_at is None
    other = site.enter(site.noticed())
    assert other.post("/inbox/999").status_code == 404


def test_the_desk_is_the_clerk_s_and_speaks_english(site: PortalSite, desk: Casework) -> None:
    answered(site)
    for path in ("/incoming", "/incoming/1", "/incoming/new", "/outgoing"):
        assert desk.at("kho-bac").get(path).status_code == 403
    clerk = desk.at("van-thu")
    clerk.get("/language/en")
    assert "To accept" in clerk.get("/incoming").text
    assert "Return" in clerk.get("/incoming/1").text
    assert "Messages to post" in clerk.get("/outgoing").text
