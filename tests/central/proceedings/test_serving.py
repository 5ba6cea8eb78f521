"""Papers no step sends: who is told of them, what waits for the post until it was opened or posted."""

from io import BytesIO
from pathlib import Path

import pytest

from central.db import transaction
from central.documents.archive import Archive, of_case
from central.documents.samples import OFFICE
from central.errors import ConflictError
from central.media.store import MediaStore
from central.notifications import service as notifications
from central.notifications.models import Notification
from central.proceedings import desk, payments, serving
from central.proceedings.papers.sheet import Records
from contract.local_time import local_day
from tests.central.evidence import clip, picture
from tests.central.proceedings.office import VAULT, Office
from tests.central.proceedings.test_desk import SETTINGS, PaperOffice


@pytest.fixture
def papers(office: Office, tmp_path: Path) -> PaperOffice:
    store = MediaStore(tmp_path / "media")
    for sequence in range(1, 4):
        store.put(BytesIO(picture(sequence)))
        store.put(BytesIO(clip(sequence)))
    return PaperOffice(office, Archive(VAULT, store, OFFICE, "BN"))


def noticed(papers: PaperOffice) -> int:
    """A case whose notice went out on paper."""
    case_id = papers.office.confirmed()
    papers.do(case_id, "sign_result", "thiet-bi")
    papers.do(case_id, "draw_notice", "thu-ly", 1)
    papers.do(case_id, "sign_notice", "truong-phong")
    papers.make_files()
    papers.do(case_id, "send_notice", "van-thu")
    return case_id


def to_post(papers: PaperOffice) -> list[Notification]:
    """What waits at the clerk's desk for the post."""
    with transaction(papers.office.engine) as session:
        rows = notifications.to_post(session)
        session.expunge_all()
        return rows


def post(papers: PaperOffice, row: Notification) -> None:
    """The clerk posts it."""
    office = papers.office
    with transaction(office.engine) as session:
        found = notifications.get(session, row.id or 0)
        serving.note_posted(session, found, "EB1VN", local_day(office.now), "user:van-thu", office.now)


def test_a_decision_not_to_sanction_waits_for_the_post_until_it_went(papers: PaperOffice) -> None:
    case_id = noticed(papers)
    paper = papers.do(case_id, "decide_no_sanction", "truong-phong", reason="not_proved")
    assert paper is not None
    [row] = to_post(papers)
    assert (row.kind, row.document_id) == (notifications.SERVED, paper.id)
    assert paper.number in notifications.words_of(row, "vi")
    with pytest.raises(ConflictError):
        post(papers, row)  # its file is still being made
    papers.make_files()
    post(papers, row)
    assert to_post(papers) == []
    with transaction(papers.office.engine) as session:
        sent = of_case(session, case_id, "no_sanction")[-1]
        assert (sent.sent_how, sent.sent_at is not None) == ("post", True)


def test_a_mail_alone_delivers_no_paper_but_opening_it_in_the_portal_does(papers: PaperOffice) -> None:
    case_id = noticed(papers)
    papers.do(case_id, "decide_no_sanction", "truong-phong", reason="not_proved")
    [row] = to_post(papers)
    with transaction(papers.office.engine) as session:
        notifications.get(session, row.id or 0).sent_at = papers.office.now
    assert len(to_post(papers)) == 1
    with transaction(papers.office.engine) as session:
        notifications.note_read(session, notifications.get(session, row.id or 0), papers.office.now)
    assert to_post(papers) == []


def test_nobody_is_told_of_a_case_they_never_heard_of(papers: PaperOffice) -> None:
    case_id = papers.office.confirmed()
    papers.do(case_id, "decide_no_sanction", "truong-phong", reason="not_proved")
    assert to_post(papers) == []


def test_every_answer_to_a_complaint_and_to_a_request_goes_out(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, case_id)
        by = office.by(session, "citizen")
        payments.ask_relief(session, proceeding, "deferral", "khó khăn", by, office.now)
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        desk.answer_relief(
            records,
            office.proceeding(session, case_id),
            "refuse_relief",
            None,
            "không có xác nhận của xã",
            office.by(session, "truong-phong"),
            office.now,
        )
    papers.do(case_id, "complain", "citizen", 1)
    papers.do(case_id, "accept_complaint", "thu-ly", 1)
    papers.do(case_id, "settle_complaint", "truong-phong", 1)
    rows = to_post(papers)
    assert [row.values["paper"] for row in rows] == [
        "relief_refused",
        "complaint_taken_up",
        "complaint_settled",
    ]
    assert {row.party_id for row in rows} == {decision.party_id}
    papers.make_files()
    with transaction(office.engine) as session:
        refused = of_case(session, case_id, "relief_refused")[-1]
    assert "không được chấp nhận, lý do: không có xác nhận của xã" in papers.text(refused)
