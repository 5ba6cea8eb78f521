"""Steps with their papers: each drawn up once with what the case says, sent only when signed, opened by
the notice's code."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import select

from central.db import transaction
from central.documents.archive import FILE, Archive, of_case
from central.documents.filing import make_file
from central.documents.models import Document
from central.documents.samples import OFFICE
from central.errors import ConflictError
from central.jobs.models import Job
from central.media.store import MediaStore
from central.proceedings import access, desk
from central.proceedings.desk import PaperMissingError
from central.proceedings.papers.later import complain_within
from central.proceedings.papers.sheet import Records
from central.proceedings.payments import FROM_BANK, Receipt
from central.proceedings.service import Doing
from central.settings import OfficeSettings
from configs.law_tables import shipped
from contract.local_time import local_day
from tests.central.copying import make_asked_copies
from tests.central.evidence import clip, picture
from tests.central.proceedings.office import INDEX, VAULT, Office

SETTINGS = OfficeSettings(portal="https://vipham.example.vn/t")


class PaperOffice:
    """An office that draws papers up, and makes their files when told to."""

    def __init__(self, office: Office, archive: Archive) -> None:
        self.office, self.archive = office, archive

    def do(self, case_id: int, action: str, name: str, days: float = 0, **doing: object) -> Document | None:
        """A step at the desk; its paper."""
        self.office.wait(days)
        with transaction(self.office.engine) as session:
            records = Records(session, self.office.parties(session), self.archive, SETTINGS)
            proceeding = self.office.proceeding(session, case_id)
            doing.setdefault("note", "vì")
            _, paper = desk.do(
                records,
                proceeding,
                Doing(action, **doing),
                self.office.by(session, name),
                self.office.now,  # type: ignore[arg-type]
            )
            return paper

    def make_files(self) -> int:
        """What the worker does: every file that is asked for, and the owners' copies."""
        make_asked_copies(self.office.engine, self.archive.store, self.office.now)
        with transaction(self.office.engine) as session:
            asked = session.exec(select(Job).where(Job.kind == FILE)).all()
            for job in asked:
                session.delete(job)
        for job in asked:
            make_file(self.office.engine, self.archive, None, int(job.payload["document"]), self.office.now)
        return len(asked)

    def text(self, document: Document | None) -> str:
        """What a paper says."""
        assert document is not None
        with transaction(self.office.engine) as session:
            _, pdf = self.archive.show(session, document.id or 0, "user:test", "kiểm tra")
        return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


@pytest.fixture
def papers(sqlite_engine: Engine, now: object, tmp_path: Path) -> PaperOffice:
    office = Office(sqlite_engine, now).open()  # type: ignore[arg-type]
    store = MediaStore(tmp_path / "media")
    for sequence in range(1, 4):
        store.put(BytesIO(picture(sequence)))
        store.put(BytesIO(clip(sequence)))
    return PaperOffice(office, Archive(VAULT, store, OFFICE, "BN"))


def test_a_case_on_paper_from_the_result_to_the_receipt(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    result = papers.do(case_id, "sign_result", "thiet-bi")
    notice = papers.do(case_id, "draw_notice", "thu-ly", 1)
    assert result is not None
    assert notice is not None
    papers.do(case_id, "sign_notice", "truong-phong")
    with pytest.raises(PaperMissingError):
        papers.do(case_id, "send_notice", "van-thu")
    assert papers.make_files() == 3  # the result, the notice as a draft, the notice as signed
    papers.do(case_id, "send_notice", "van-thu", detail={"how": "bưu chính"})
    papers.do(case_id, "publish", "thu-ly")
    session_record = papers.do(
        case_id,
        "open_session",
        "thu-ly",
        3,
        detail={"content": [["Hỏi", "Ai lái xe?"], ["Đáp", "Tôi lái xe."]]},
    )
    papers.do(case_id, "admit", "citizen")
    office.identify(case_id)
    record = papers.do(case_id, "make_record", "thu-ly", detail={"statement": "Tôi vội."})
    papers.do(case_id, "sign_record", "citizen")
    explanation = papers.do(case_id, "explain", "citizen", 1, note="xin giảm nhẹ")
    office.propose(case_id)
    office.wait(1)
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        decision, paper = desk.sign_decision(
            records, office.proceeding(session, case_id), office.by(session, "truong-phong"), office.now
        )
    papers.make_files()
    papers.do(case_id, "send_decision", "van-thu")
    papers.do(case_id, "deliver", "van-thu", 1)
    points = papers.do(case_id, "deduct_points", "thu-ly")
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        receipt = Receipt(FROM_BANK + "FT1", 19_000_000, local_day(office.now), "chuyển khoản")
        desk.receive_money(records, decision.id or 0, receipt, office.now)
        desk.receive_money(records, decision.id or 0, receipt, office.now)
    papers.make_files()
    with transaction(office.engine) as session:
        kinds = [document.kind for document in of_case(session, case_id)]
        last = of_case(session, case_id)[-1]
    assert kinds == [
        "detection_result", "notice", "session_record", "record", "explanation", "decision", "points_notice",
        "receipt",
    ]  # fmt: skip
    assert "SN-0001" in papers.text(result)
    assert "Nguyễn Văn An" in papers.text(notice)
    assert "Tôi lái xe." in papers.text(session_record)
    assert "Tôi vội." in papers.text(record)
    assert "chậm nhất ngày" in papers.text(record)
    assert "xin giảm nhẹ" in papers.text(explanation)
    told = papers.text(paper)
    for words in (
        "19.000.000 đồng",
        "04 điểm",
        decision.number,
        "Mười chín triệu đồng",
        "biên bản, văn bản giải",
    ):
        assert words in told
    assert "Số điểm bị trừ" in papers.text(points)
    assert "Mã giao dịch: FT1 " in papers.text(last)
    assert "Đồng hồ: Giờ của nút, sai số ± 20 ms" in papers.text(result)


def test_a_receipt_tells_what_was_paid_too_much_apart_from_the_fine(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        for reference, amount in (("FT1", 18_000_000), ("FT2", 1_500_000)):
            receipt = Receipt(reference, amount, local_day(office.now), "chuyển khoản")
            desk.receive_money(records, decision.id or 0, receipt, office.now)
    papers.make_files()
    with transaction(office.engine) as session:
        first, last = (paper for paper in of_case(session, case_id) if paper.kind == "receipt")
    assert "Tiền phạt vi phạm hành chính 18.000.000 đồng" in papers.text(first)
    assert "Nộp thừa" not in papers.text(first)
    told = papers.text(last)
    for words in (
        "Tiền phạt vi phạm hành chính 1.000.000 đồng",
        "Nộp thừa, được hoàn trả 500.000 đồng",
        "Cộng 1.500.000 đồng",
        "Còn phải nộp: 0 đồng",
    ):
        assert words in told


def test_the_code_on_a_notice_opens_its_case_until_the_notice_no_longer_stands(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    papers.do(case_id, "sign_result", "thiet-bi")
    notice = papers.do(case_id, "draw_notice", "thu-ly")
    assert notice is not None
    code = papers.archive.values_of(notice)["portal"]["code"]
    with transaction(office.engine) as session:
        plate = papers.archive.values_of(notice)["vehicle"]["plate"]
        opened = access.open_by_code(session, INDEX, notice.number, plate, code.lower())
        assert opened is not None
        assert opened.document_id == notice.id
        for wrong in (
            (notice.number, plate, "AAAA-AAAA"),
            (notice.number, "30A-000.00", code),
            ("999/2026/TB-BN", plate, code),
        ):
            assert access.open_by_code(session, INDEX, *wrong) is None
    papers.do(case_id, "redraw_notice", "thu-ly")
    with transaction(office.engine) as session:
        assert access.open_by_code(session, INDEX, notice.number, plate, code) is None


def test_a_notice_is_not_drawn_while_a_suspicion_stands(papers: PaperOffice) -> None:
    office = papers.office
    plate = {"text": "98A51863", "confidence": 0.97, "agreed": True, "colour": "white"}
    first = office.confirmed(plate=plate)
    office.to_notice(first)
    office.do(first, "suspect_clone", "thu-ly")
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        by = office.by(session, "thu-ly")
        desk.confirm_clone(records, office.proceeding(session, first), "biển giả", by, office.now)
    second = office.confirmed(plate=plate, rule={"name": "wrong_lane", "version": 1})
    papers.do(second, "sign_result", "thiet-bi")
    assert papers.do(second, "draw_notice", "thu-ly") is None
    assert office.state(second, "clone") == "suspected"
    assert office.state(second, "notice") == "none"


@pytest.mark.parametrize(
    ("action", "kind", "words"),
    [
        ("decide_no_sanction", "no_sanction", "Không ra quyết định xử phạt"),
        ("start_verification", None, ""),
        ("finish_verification", "verification", "BIÊN BẢN XÁC MINH"),
    ],
)
def test_papers_of_side_ways(papers: PaperOffice, action: str, kind: str | None, words: str) -> None:
    office = papers.office
    case_id = office.confirmed()
    office.to_notice(case_id)
    if action == "finish_verification":
        office.do(case_id, "start_verification", "thu-ly")
    name = "truong-phong" if action == "decide_no_sanction" else "thu-ly"
    paper = papers.do(case_id, action, name, reason="not_proved")
    assert (paper.kind if paper else None) == kind
    if paper is not None:
        papers.make_files()
        assert words in papers.text(paper)


def test_a_decision_says_how_long_complaints_are_open_by_the_law_of_its_day() -> None:
    """The table of the day, not the programme, says it: a new law changes what is printed."""
    table = shipped().deadlines_table
    day = date(2026, 11, 24)
    assert "90 ngày, khởi kiện trong thời hạn 01 năm kể" in complain_within(shipped(), day)
    rows = [
        row.model_copy(update={"amount": {"complaint": 45, "court": 2}.get(row.code, row.amount)})
        for row in table.deadlines
    ]
    newer = replace(shipped(), deadlines_table=table.model_copy(update={"deadlines": tuple(rows)}))
    assert "45 ngày, khởi kiện trong thời hạn 02 năm kể" in complain_within(newer, day)


def test_an_annulment_names_its_decision(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    paper = papers.do(case_id, "annul_decision", "truong-phong", note="sai người vi phạm")
    papers.make_files()
    text = papers.text(paper)
    assert decision.number in text.replace(" ", "")  # a line may end inside the number
    assert "sai người vi phạm" in text


def test_a_notice_bears_who_signed_it_and_is_no_draft_any_more(papers: PaperOffice) -> None:
    case_id = papers.office.confirmed()
    papers.do(case_id, "sign_result", "thiet-bi")
    draft = papers.do(case_id, "draw_notice", "thu-ly", 1)
    assert draft is not None
    papers.make_files()
    assert "(chờ ký)" in papers.text(draft)
    signed = papers.do(case_id, "sign_notice", "truong-phong")
    assert signed is not None
    assert (signed.id, signed.number, signed.final) == (draft.id, draft.number, True)
    papers.make_files()
    text = papers.text(signed)
    assert "TRƯỞNG PHÒNG CẢNH SÁT GIAO THÔNG" in text
    assert "Truong-Phong" in text
    assert "(chờ ký)" not in text


def test_the_case_file_binds_every_paper_to_the_byte(papers: PaperOffice) -> None:
    office = papers.office
    case_id = office.confirmed()
    papers.do(case_id, "sign_result", "thiet-bi")
    with transaction(office.engine) as session:
        records = Records(session, office.parties(session), papers.archive, SETTINGS)
        with pytest.raises(ConflictError):
            desk.bind_file(
                records, office.proceeding(session, case_id), office.by(session, "thu-ly"), office.now
            )
    papers.make_files()
    for _ in range(2):  # asked twice, made once
        with transaction(office.engine) as session:
            records = Records(session, office.parties(session), papers.archive, SETTINGS)
            by = office.by(session, "thu-ly")
            file = desk.bind_file(records, office.proceeding(session, case_id), by, office.now)
    papers.make_files()
    with transaction(office.engine) as session:
        result, paper = papers.archive.show(session, 1, "user:test", "kiểm tra")
        _, pdf = papers.archive.show(session, file.id or 0, "user:test", "kiểm tra")
        assert len(of_case(session, case_id)) == 2
    reader = PdfReader(BytesIO(pdf))
    assert reader.attachments == {"detection_result-1.pdf": [paper]}
    assert "/OutputIntents" in reader.trailer["/Root"].get_object()
    text = papers.text(file)
    for words in ("HỒ SƠ VỤ VIỆC", result.number, "Hình ảnh vi phạm (trang 1)", "KẾT QUẢ THU THẬP ĐƯỢC"):
        assert words in text
