"""Papers that answer a person about a decision: complaints accepted, not accepted, settled (Luật Khiếu nại,
Điều 27 to 41), relief refused (Luật XLVPHC, Điều 76 to 79).
"""

from datetime import date

from sqlmodel import col, select

from central.documents.phrases import clock, short_day, span
from central.proceedings.models import Decision, ProceedingStep
from central.proceedings.papers.later import decision_of, signer_values
from central.proceedings.papers.sheet import Sheet, Values, signature

_LAW = "Luật Khiếu nại ngày 11 tháng 11 năm 2011 (sửa đổi, bổ sung năm 2025)"


def taken_up_values(sheet: Sheet) -> Values:
    """Thông báo về việc thụ lý khiếu nại."""
    decision = decision_of(sheet)
    within = span(sheet.book.deadlines(sheet.step.day)["complaint_settle"])
    return _letter(
        sheet,
        decision,
        "Về việc thụ lý giải quyết khiếu nại",
        f"Khiếu nại được thụ lý kể từ {_day(sheet)}. Thời hạn giải quyết không quá {within} kể từ ngày "
        "thụ lý; vụ việc phức tạp có thể kéo dài hơn theo quy định.",
        "Trong thời gian giải quyết khiếu nại, quyết định xử phạt vẫn phải được chấp hành, trừ trường hợp có "
        "quyết định tạm đình chỉ; tiền chậm nộp vẫn được tính.",
    )


def not_taken_up_values(sheet: Sheet) -> Values:
    """Thông báo về việc không thụ lý khiếu nại."""
    return _letter(
        sheet,
        decision_of(sheet),
        "Về việc không thụ lý giải quyết khiếu nại",
        f"Khiếu nại không đủ điều kiện thụ lý, lý do: {_reason(sheet)}.",
        "Ông/bà, tổ chức có quyền khởi kiện vụ án hành chính tại Tòa án theo quy định của Luật Tố tụng hành "
        "chính.",
    )


def _letter(sheet: Sheet, decision: Decision, subject: str, *after: str) -> Values:
    filed = _filed(sheet, decision, "complain")
    person = sheet.person(decision.party_id)
    return {
        "subject": subject,
        "to": person,
        "paragraphs": (
            f"Ngày {short_day(filed)}, {sheet.records.office.words} nhận được khiếu nại của {person.name} "
            f"đối với quyết định xử phạt vi phạm hành chính số {decision.number} ngày "
            f"{short_day(decision.signed_on)}.",
            *after,
        ),
        "recipients": ("Như trên", "Lưu: Hồ sơ"),
        "signature": signature(sheet),
    }


def relief_refused_values(sheet: Sheet) -> Values:
    """Trả lời: the requested relief is not granted, why, and the person's further remedies."""
    decision = decision_of(sheet)
    rows = sheet.book.deadlines(sheet.step.day)
    return {
        "subject": "Về việc đề nghị hoãn, giảm, miễn hoặc nộp tiền phạt nhiều lần",
        "to": sheet.person(decision.party_id),
        "paragraphs": (
            f"Ngày {short_day(_filed(sheet, decision, 'ask_relief'))}, {sheet.records.office.words} nhận "
            f"được đề nghị của ông/bà, tổ chức đối với quyết định xử phạt vi phạm hành chính số "
            f"{decision.number} ngày {short_day(decision.signed_on)}.",
            f"Đề nghị không được chấp nhận, lý do: {_reason(sheet)}.",
            "Quyết định xử phạt tiếp tục được thi hành. Ông/bà, tổ chức có quyền khiếu nại trong thời hạn "
            f"{span(rows['complaint'])} hoặc khởi kiện vụ án hành chính trong thời hạn {span(rows['court'])} "
            "kể từ ngày nhận được văn bản này.",
        ),
        "recipients": ("Như trên", "Lưu: Hồ sơ"),
        "signature": signature(sheet),
    }


def settled_values(sheet: Sheet) -> Values:
    """Quyết định giải quyết khiếu nại: the decision is upheld, with the reason, and the person's further
    remedies.
    """
    decision, second = decision_of(sheet), sheet.step.action == "settle_second"
    person = sheet.person(decision.party_id).name
    filed = _filed(sheet, decision, "complain_again" if second else "complain")
    return {
        "title": f"Về việc giải quyết khiếu nại {'lần hai' if second else 'lần đầu'}",
        "bases": (
            f"{'Điều 36 đến Điều 41' if second else 'Điều 27 đến Điều 32'} {_LAW}",
            f"Đơn khiếu nại {'lần hai ' if second else ''}ngày {short_day(filed)} của {person}",
        ),
        **signer_values(sheet),
        "articles": (
            f"Giữ nguyên quyết định xử phạt vi phạm hành chính số {decision.number} ngày "
            f"{short_day(decision.signed_on)} đối với {person}. Lý do: {_reason(sheet)}.",
            _after(sheet, person, second),
            f"Quyết định có hiệu lực kể từ {_day(sheet)}. {person} và các đơn vị liên quan chịu trách nhiệm "
            "thi hành quyết định này.",
        ),
        "recipients": (person, "Lưu: Hồ sơ"),
    }


def _after(sheet: Sheet, person: str, second: bool) -> str:
    court = "khởi kiện vụ án hành chính tại Tòa án theo quy định của Luật Tố tụng hành chính"
    if second:
        return f"Không đồng ý với quyết định này, {person} có quyền {court}."
    within = span(sheet.book.deadlines(sheet.step.day)["complaint_second"])
    return (
        f"Trong thời hạn {within} kể từ ngày nhận được quyết định này, nếu không đồng ý, {person} có "
        f"quyền khiếu nại lần hai đến cấp trên trực tiếp của người ra quyết định, hoặc {court}."
    )


def _filed(sheet: Sheet, decision: Decision, action: str) -> date:
    """The day the complaint was filed."""
    steps = select(ProceedingStep).where(
        ProceedingStep.decision_id == decision.id, ProceedingStep.action == action
    )
    return sheet.session.exec(steps.order_by(col(ProceedingStep.id).desc()).limit(1)).one().day


def _reason(sheet: Sheet) -> str:
    return sheet.step.note.strip().rstrip(".") or "—"


def _day(sheet: Sheet) -> str:
    return clock(sheet.now).split(", ")[1]
