"""Papers up to the record: device result, notice, transfer, slip, sessions, record."""

from datetime import datetime, time, timedelta

from sqlmodel import col, select

from central.cases.models import Case
from central.cases.queries import evidence_row, manifest_of
from central.deadlines import service as deadlines
from central.devices import service as devices
from central.documents.archive import About
from central.documents.models import Document
from central.documents.phrases import clock, short_day
from central.proceedings import access
from central.proceedings.dossier_words import VIETNAMESE, official_of, vehicle_of
from central.proceedings.models import NoticeAccess, ProceedingStep
from central.proceedings.papers.sheet import Sheet, Values, last_of, number_of, signature
from configs.law_tables import LawBook
from contract.local_time import VIETNAM, local_day
from contract.manifest import EvidenceFile, ViolationManifest
from contract.types import FileRole

_BY_DEVICE = "kết quả thu thập được bằng phương tiện, thiết bị kỹ thuật nghiệp vụ"
STILLS: tuple[FileRole, ...] = ("before", "over", "continuing", "plate", "context")


def result_values(sheet: Sheet) -> Values:
    """Kết quả thu thập: device, act, pictures and hashes."""
    case, session = sheet.case, sheet.session
    assert case.id is not None
    manifest = manifest_of(session, case.id)
    valid = devices.validity(session, case.node, case.camera, case.occurred_at)
    device = valid.device
    assert device is not None
    users = devices.users(session, case.node, case.camera)
    naming = next((user for user in users if user.user_id == sheet.by.person), None)
    stills = stills_of(manifest)
    red = manifest.signal.elapsed_red_ms if manifest.signal is not None else None
    measured = (
        (("Thời gian đèn đỏ khi vượt vạch", f"{red / 1000:.2f} giây".replace(".", ",")),) if red else ()
    )
    source = VIETNAMESE(f"clock.{manifest.clock.source}")
    return {
        "device": device.name,
        "serial": device.serial,
        "approval": _paper_words(valid, "approval"),
        "certificate": _paper_words(valid, "certificate"),
        "site_decision": _paper_words(valid, "site_decision"),
        "user": official_of(session, sheet.by.person, device.unit),
        "user_decision": f"{naming.decision}; {naming.training}" if naming is not None else "—",
        "vehicle": vehicle_of(session, case),
        "act": sheet.act() if sheet.offence is not None else bare_act(case),
        "measured": measured,
        "clock": f"{source}, sai số ± {manifest.clock.uncertainty_ms} ms",
        "conclusion": sheet.said(
            "conclusion", sheet.offence.act_vi if sheet.offence is not None else rule_words(case)
        ),
        "confirmed_by": tuple(
            official_of(session, person, "").name for person in (case.operator_id, case.officer_id) if person
        ),
        "pictures": tuple(picture(file) for file in stills),
        "files": (
            *((file.name, file.sha256) for file in manifest.files),
            ("manifest", evidence_row(session, case.id).manifest_sha256),
        ),
    }


def stills_of(manifest: ViolationManifest) -> list[EvidenceFile]:
    """The pictures shown in a paper; that of the plate from the camera that read it."""
    return [file for role in STILLS if (file := manifest.shown(role)) is not None][:4]


def rule_words(case: Case) -> str:
    """The camera's finding, if no offence was recorded."""
    return VIETNAMESE(f"rule.{case.rule}")


def bare_act(case: Case) -> Values:
    """The act of a case without an offence (military, diplomatic vehicles)."""
    return {
        "words": rule_words(case),
        "article": "—",
        "at": case.occurred_at,
        "place": case.site_name,
        "number": str(case.id),
    }


_ROLES = {
    "before": "Trước khi vi phạm",
    "over": "Thời điểm vi phạm",
    "continuing": "Sau thời điểm vi phạm",
    "plate": "Biển số",
    "context": "Toàn cảnh",
}


def picture(file: EvidenceFile) -> Values:
    taken = clock(file.captured_at, seconds=True)
    by = f" (camera {file.camera})" if file.camera is not None else ""
    caption = f"{_ROLES.get(file.role, file.role)}{by}, {taken}"
    return {"name": file.name, "caption": caption, "sha256": file.sha256}


def _paper_words(valid: devices.Validity, kind: devices.PaperKind) -> str:
    paper = valid.paper(kind)
    if paper is None:
        return "—"
    until = f", có giá trị đến {short_day(paper.valid_to)}" if paper.valid_to is not None else ""
    return f"{paper.number} ({paper.issuer}), từ {short_day(paper.valid_from)}{until}"


def draw_notice(sheet: Sheet, about: About) -> Document:
    """The notice with a new code; the codes of the case's earlier notices become invalid."""
    code = access.new_code()
    party_id = sheet.addressee()
    assert party_id is not None
    values = notice_values(sheet, code)
    archive = sheet.records.archive
    document = archive.draw(sheet.session, "notice", about, values, sheet.now, final=False)
    assert document.id is not None
    assert sheet.proceeding.id is not None
    access.end_access(sheet.session, sheet.proceeding.id, sheet.now)
    access.remember(
        sheet.session,
        sheet.records.parties.index,
        NoticeAccess(
            document_id=document.id,
            proceeding_id=sheet.proceeding.id,
            party_id=party_id,
            number=document.number,
            plate=sheet.case.plate or "",
            at=sheet.now,
        ),
        code,
    )
    return document


def signed_notice(sheet: Sheet) -> Document:
    """The drafted notice with its signer: its file is made again, and now signed."""
    document = last_of(sheet, "notice")
    changes = {"signature": signature(sheet)}
    return sheet.records.archive.complete(sheet.session, document, changes, sheet.now, sheet.by.audit_name)


def notice_values(sheet: Sheet, code: str) -> Values:
    """Thông báo (Mẫu 01)."""
    office = sheet.records.office
    come_at = sheet.proceeding.appointment_at
    if come_at is None or come_at <= sheet.now:
        come_at = sheet.proceeding.appointment_at = appointment(sheet.book, sheet.now)
    result = last_of(sheet, "detection_result")
    attached = f"{_BY_DEVICE} số {result.number}"
    unit = office.words
    return {
        "to": sheet.person(sheet.addressee()),
        "owner": sheet.person(sheet.owner_id()),
        "named_driver": sheet.addressee() != sheet.owner_id(),
        "detected_by": unit,
        "transferred_by": unit if sheet.proceeding.handled_by != sheet.proceeding.unit else None,
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "act": sheet.act(),
        "come_at": come_at,
        "portal": {"address": office.portal, "code": code, "link": f"{office.portal}?c={code}"},
        "attached": attached,
        "recipients": (
            "Như trên",
            "Công an cấp xã nơi cư trú, đặt trụ sở",
            f"Lưu: VT, {sheet.proceeding.unit}",
        ),
        "signature": {"titles": ("NGƯỜI CÓ THẨM QUYỀN",), "name": "(chờ ký)"},
    }


def appointment(book: LawBook, now: datetime) -> datetime:
    """The owner's appointment: 8:30 on the first working day from the 14th day on, within the twenty days."""
    day = book.calendar.next_working(local_day(now) + timedelta(days=14))
    return datetime.combine(day, time(8, 30), VIETNAM)


def transfer_values(sheet: Sheet) -> Values:
    """Phiếu chuyển (Mẫu 03), or the letter to another authority."""
    handover = sheet.step.action == "hand_over"
    act = sheet.act() if sheet.offence is not None else bare_act(sheet.case)
    return {
        "title": "CÔNG VĂN CHUYỂN" if handover else "PHIẾU CHUYỂN",
        "to": sheet.said("unit", "Đơn vị có thẩm quyền"),
        "reason": sheet.step.note,
        "cases": ((vehicle_of(sheet.session, sheet.case), act),),
        "attached": ("01 kết quả thu thập", "hình ảnh, đoạn video"),
        "recipients": ("Như trên", "Lưu: VT"),
        "signature": signature(sheet),
    }


def slip_values(sheet: Sheet) -> Values:
    """Phiếu Công an cấp xã (Mẫu 04)."""
    notice = number_of(sheet, "notice")
    return {
        "to": sheet.said("unit", "Công an cấp xã nơi chủ phương tiện cư trú, đặt trụ sở"),
        "person": sheet.person(sheet.owner_id()),
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "act": sheet.act(),
        "notice": (notice or "—").removeprefix("số "),
        "answer_until": local_day(sheet.now) + timedelta(days=20),
        "recipients": ("Như trên", "Lưu: VT"),
        "signature": signature(sheet),
    }


def record_values(sheet: Sheet) -> Values:
    """Biên bản vi phạm hành chính."""
    rows = {row.code: row.last_day for row in deadlines.of_case(sheet.session, sheet.proceeding.case_id)}
    opens = "explanation" in rows
    bases = [f"{_BY_DEVICE} {number_of(sheet, 'detection_result')}"]
    session_record = number_of(sheet, "session_record")
    bases += [f"biên bản làm việc {session_record}"] if session_record else []
    office = sheet.records.office
    return {
        "made_at": sheet.now,
        "made_where": f"trụ sở {office.words}",
        "why_here": "Biên bản được lập tại trụ sở vì vi phạm được phát hiện bằng phương tiện, thiết bị "
        "kỹ thuật nghiệp vụ.",
        "basis": tuple(bases),
        "author": official_of(sheet.session, sheet.by.person, office.words),
        "violator": sheet.person(sheet.proceeding.violator_id),
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "act": sheet.act(),
        "pictures": ("hình ảnh và đoạn video kèm kết quả thu thập",),
        "damage": sheet.said("damage", "không"),
        "statement": sheet.said("statement"),
        "witness_statement": sheet.said("witness_statement"),
        "measures": sheet.said("measures", "Không áp dụng."),
        "explain_to": sheet.said("explain_to", f"Thủ trưởng {office.words}") if opens else None,
        "explain_until": rows.get("explanation"),
        "hearing_until": rows.get("explanation_oral"),
        "deliver_to": sheet.said("deliver_to", "bưu chính công ích đến nơi ở, trụ sở nêu trên"),
    }


_SESSIONS = {
    "open_session": "BIÊN BẢN LÀM VIỆC",
    "finish_verification": "BIÊN BẢN XÁC MINH",
    "correct_record": "BIÊN BẢN XÁC MINH TÌNH TIẾT CỦA VỤ VIỆC",
    "explain": "VĂN BẢN GIẢI TRÌNH",
    "hear": "BIÊN BẢN PHIÊN GIẢI TRÌNH TRỰC TIẾP",
    "refuse_receipt": "BIÊN BẢN VỀ VIỆC KHÔNG NHẬN QUYẾT ĐỊNH",
    "leave_record_unsigned": "BIÊN BẢN VỀ VIỆC KHÔNG KÝ BIÊN BẢN VI PHẠM HÀNH CHÍNH",
}


def session_values(sheet: Sheet) -> Values:
    """Biên bản làm việc, xác minh, giải trình, từ chối; văn bản giải trình."""
    party_id = sheet.proceeding.violator_id or sheet.owner_id()
    witness = sheet.said("witness")
    written = sheet.step.action == "explain"
    official = official_of(sheet.session, sheet.by.person, sheet.records.office.words)
    return {
        "title": _SESSIONS[sheet.step.action],
        "held_at": sheet.now,
        "held_where": f"trụ sở {sheet.records.office.words}",
        "officials": () if written else (official,),
        "person": sheet.person(party_id) if party_id is not None else None,
        "attended": sheet.step.action in ("open_session", "hear"),
        "received": (sheet.step.note or "nộp tại trụ sở")[:300] if written else "",
        "act": sheet.act(),
        "content": sheet.detail.get("content") or _told(sheet),
        "shown": sheet.detail.get("shown") or (),
        "others": (witness,) if witness else (),
        "requests": sheet.said("requests"),
        "ended_at": sheet.now,
    }


def _told(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """Statements of a record that nobody dictated: the matter to be verified and the finding, or the reason
    for a refusal.
    """
    note = sheet.step.note or "—"
    if sheet.step.action in ("refuse_receipt", "leave_record_unsigned"):
        return (("Lý do", note),)
    if sheet.step.action != "finish_verification":
        return (("Nội dung", note),)
    query = select(ProceedingStep).where(
        ProceedingStep.proceeding_id == sheet.proceeding.id, ProceedingStep.action == "start_verification"
    )
    begun = sheet.session.exec(query.order_by(col(ProceedingStep.id).desc()).limit(1)).one()
    return (("Nội dung cần xác minh", begun.note or "—"), ("Kết quả xác minh", note))
