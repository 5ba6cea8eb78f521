"""Papers from the decision on: decision, orders, points, receipts."""

from datetime import date
from typing import Any
from urllib.parse import quote

from sqlmodel import select

from central.cases.queries import get_case
from central.documents.archive import About
from central.documents.models import Document
from central.documents.phrases import clock, dong, dong_in_words, short_day, span
from central.law.service import known_reasons
from central.offences import service as offences
from central.offences.models import Offence
from central.proceedings import access, decisions, money
from central.proceedings.dossier_words import (
    act_of,
    official_of,
    signature_of,
    title_words,
    vehicle_of,
)
from central.proceedings.loading import living_decision
from central.proceedings.models import (
    Decision,
    DecisionAct,
    DecisionPayment,
    NoticeAccess,
    Withdrawal,
    WithdrawnCase,
)
from central.proceedings.papers.sheet import Sheet, Values, delegation_of, number_of, sent_of, signature
from central.proceedings.payments import FROM_BANK
from central.settings import OfficeSettings
from configs.law_tables import LawBook
from contract.local_time import local_day

_LAW = "Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung năm 2020, 2025)"


Covered = list[tuple[DecisionAct, Offence]]
"""The acts that a decision punishes, with their offences, in the order its paper names them."""


def decision_of(sheet: Sheet) -> Decision:
    """The decision of a step."""
    assert sheet.proceeding.id is not None
    if sheet.step.decision_id is not None:
        return sheet.session.get_one(Decision, sheet.step.decision_id)
    found = living_decision(sheet.session, sheet.proceeding.id)
    assert found is not None
    return found


def signer_values(sheet: Sheet, decision: Decision | None = None) -> Values:
    user = decision.signer_id if decision is not None else sheet.by.person
    unit, power = sheet.records.office.words, sheet.by.power
    if power is None:
        title = "Người có thẩm quyền"
        signature: Any = {"titles": (title.upper(),), "name": sheet.by.name}
    else:
        title = title_words(sheet.book, power, local_day(sheet.now))
        signature = signature_of(sheet.book, power, sheet.by.name, local_day(sheet.now))
    return {"signer": official_of(sheet.session, user, unit, title), "signature": signature}


def draw_decision(sheet: Sheet, about: About) -> Document:
    """The decision with its own code, so that its recipient need not have kept the notice."""
    decision, code = decision_of(sheet), access.new_code()
    values = decision_values(sheet) | {"access_code": code}
    values["portal"] = values["portal"] | {"link": f"{values['portal']['link']}&c={code}"}
    numbered = (decision.sequence, decision.number)
    document = sheet.records.archive.draw(sheet.session, "decision", about, values, sheet.now, numbered)
    opens = NoticeAccess(
        document_id=document.id or 0,
        proceeding_id=sheet.proceeding.id or 0,
        party_id=decision.party_id,
        number=decision.number,
        plate=sheet.case.plate or "",
        at=sheet.now,
    )
    access.remember(sheet.session, sheet.records.parties.index, opens, code)
    return document


def decision_values(sheet: Sheet) -> Values:
    """Quyết định xử phạt (MQĐ02)."""
    decision = decision_of(sheet)
    office = sheet.records.office
    circumstances = [sheet.book.circumstances[code] for code in decision.circumstances]
    person = sheet.person(decision.party_id)
    covered = _covered(sheet, decision)
    return {
        "bases": _bases(sheet, covered),
        **signer_values(sheet, decision),
        "violator": person,
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "acts": _acts(sheet, covered),
        "mitigating": tuple(row.text_vi for row in circumstances if row.effect == "mitigating"),
        "aggravating": tuple(row.text_vi for row in circumstances if row.effect == "aggravating"),
        "warning": decision.fine == 0,
        "fine": decision.fine,
        "confiscation": f"tịch thu biển số (Điều {decision.confiscation})" if decision.confiscation else None,
        "points": decision.points,
        "licence": person.licence,
        "effective": decision.signed_on,
        "pay_within": decision.pay_within_days,
        "treasury": office.treasury,
        "account": office.account,
        "portal": _portal(office, decision.number),
        "executed_by": office.words,
        "complain_within": complain_within(sheet.book, decision.signed_on),
        "recipients": ("Như Điều 3", "Lưu: Hồ sơ"),
    }


def _bases(sheet: Sheet, covered: Covered) -> tuple[str, ...]:
    """The grounds of the decision: the law, the record of each of its acts, explanations and verifications, a
    delegation.
    """
    cases = [offence.case_id for _, offence in covered]
    found = {
        kind: [f"{words} {number}" for case_id in cases if (number := number_of(sheet, kind, case_id))]
        for kind, words in (
            ("record", "Biên bản vi phạm hành chính"),
            ("explanation", "biên bản, văn bản giải trình"),
            ("verification", "kết quả xác minh"),
        )
    }
    return (
        f"Điều 57, Điều 68, Điều 70, Điều 78, Điều 85 {_LAW}",
        "Nghị định số 168/2024/NĐ-CP ngày 26/12/2024 của Chính phủ",
        *(base for bases in found.values() for base in bases),
        *delegation_of(sheet),
    )


def _covered(sheet: Sheet, decision: Decision) -> Covered:
    rows = decisions.acts_of(sheet.session, decision)
    return [(row, offences.get(sheet.session, row.offence_id)) for row in rows]


def _acts(sheet: Sheet, covered: Covered) -> tuple[dict[str, Any], ...]:
    """Its acts with their bands and fines; each with its vehicle if there were several."""
    acts, cases = [], []
    for row, offence in covered:
        cases.append(get_case(sheet.session, offence.case_id))
        act = act_of(cases[-1], offence)
        acts.append({"act": act, "low": row.low, "high": row.high, "fine": row.fine})
    vehicles = [vehicle_of(sheet.session, case) for case in cases]
    if any(vehicle != vehicles[0] for vehicle in vehicles):
        return tuple(act | {"vehicle": vehicle} for act, vehicle in zip(acts, vehicles, strict=True))
    return tuple(acts)


def complain_within(book: LawBook, day: date) -> str:
    """The periods for a complaint and a lawsuit, by the law of the day of signing."""
    rows = book.deadlines(day)
    return (
        f"khiếu nại trong thời hạn {span(rows['complaint'])}, khởi kiện trong thời hạn "
        f"{span(rows['court'])} kể từ ngày nhận được quyết định"
    )


def _portal(office: OfficeSettings, number: str) -> Values:
    return {"address": office.portal, "code": number, "link": f"{office.portal}?q={quote(number)}"}


_ORDERS: dict[str, tuple[str, str, str]] = {
    "decide_no_sanction": (
        "Về việc không ra quyết định xử phạt vi phạm hành chính",
        "Điều 11, Điều 65",
        "Không ra quyết định xử phạt vi phạm hành chính đối với vụ việc số {number}, lý do: {reason}.",
    ),
    "annul_decision": (
        "Hủy bỏ quyết định xử phạt vi phạm hành chính",
        "Điều 18",
        "Hủy bỏ toàn bộ quyết định xử phạt vi phạm hành chính số {decision}, lý do: {reason}. Tiền phạt đã "
        "nộp được hoàn trả, điểm giấy phép lái xe đã trừ được khôi phục, thông báo và cảnh báo được gỡ.",
    ),
    "correct_decision": (
        "Đính chính quyết định xử phạt vi phạm hành chính",
        "Điều 18",
        "Đính chính quyết định xử phạt vi phạm hành chính số {decision}: {reason}.",
    ),
    "suspend": (
        "Tạm đình chỉ thi hành quyết định xử phạt vi phạm hành chính",
        "Điều 15",
        "Tạm đình chỉ thi hành quyết định xử phạt vi phạm hành chính số {decision}, lý do: {reason}.",
    ),
    "defer": (
        "Hoãn thi hành quyết định phạt tiền",
        "Điều 76",
        "Hoãn thi hành quyết định phạt tiền số {decision}. {reason}",
    ),
    "reduce": (
        "Giảm, miễn tiền phạt vi phạm hành chính",
        "Điều 77",
        "Giảm, miễn tiền phạt theo quyết định số {decision}. {reason}",
    ),
    "grant_instalments": (
        "Cho phép nộp tiền phạt nhiều lần",
        "Điều 79",
        "Cho phép nộp tiền phạt theo quyết định số {decision} nhiều lần. {reason}",
    ),
    "order_enforcement": (
        "Cưỡng chế thi hành quyết định xử phạt vi phạm hành chính",
        "Điều 86, Điều 87, Điều 88",
        "Cưỡng chế thi hành quyết định xử phạt vi phạm hành chính số {decision}. {reason}",
    ),
}


def order_values(sheet: Sheet) -> Values:
    """Other decisions, in articles."""
    title, articles, text = _ORDERS[sheet.step.action]
    number = decision_of(sheet).number if "{decision}" in text else ""
    reason = known_reasons(sheet.session).get(sheet.step.reason)
    ground = reason.text_vi[:1].lower() + reason.text_vi[1:] if reason else ""
    words = "; ".join(filter(None, (ground, sheet.step.note))).rstrip(".")
    first = text.format(
        number=sheet.offence.number if sheet.offence is not None else sheet.case.id,
        decision=number,
        reason=words or "—",
    )
    if sheet.step.action in _GRANTED:
        first = f"{first.rstrip('. ')}. {_granted(sheet)}"
    carried_out_by, recipients = _concerned(sheet)
    return {
        "title": title,
        "bases": (f"{articles} {_LAW}", *delegation_of(sheet)),
        **signer_values(sheet),
        "articles": (
            first,
            f"Quyết định có hiệu lực kể từ {clock(sheet.now).split(', ')[1]}.",
            f"{carried_out_by} chịu trách nhiệm thi hành quyết định này.",
        ),
        "recipients": (*recipients, "Lưu: Hồ sơ"),
    }


_GRANTED = ("defer", "reduce", "grant_instalments")


def _granted(sheet: Sheet) -> str:
    """What a decision on relief grants: the last day, the amount, or the parts and their days."""
    decision = decision_of(sheet)
    relief = money.granted_last(sheet.session, decision)
    if relief.reduced_to is not None:
        if relief.reduced_to == 0:
            return f"Miễn toàn bộ tiền phạt {dong(decision.fine)}."
        words = dong_in_words(relief.reduced_to)
        return f"Tiền phạt giảm từ {dong(decision.fine)} còn {dong(relief.reduced_to)} (bằng chữ: {words})."
    if relief.parts:
        days = [(int(part["amount"]), date.fromisoformat(part["due"])) for part in relief.parts]
        parts = [
            f"lần {number}: {dong(amount)}, chậm nhất ngày {short_day(day)}"
            for number, (amount, day) in enumerate(days, 1)
        ]
        return f"Tiền phạt {dong(sum(amount for amount, _ in days))} được nộp {'; '.join(parts)}."
    assert relief.until is not None
    return f"Thời hạn hoãn: đến hết ngày {short_day(relief.until)}."


def _concerned(sheet: Sheet) -> tuple[str, tuple[str, ...]]:
    """Who executes an order and who receives it: nobody who was never notified of the case, such as the owner
    of a plate copied by somebody else.
    """
    party_id = sheet.proceeding.violator_id or sheet.owner_id()
    if party_id is None or not sent_of(sheet, "notice"):
        return "Các đơn vị liên quan", ()
    name = sheet.person(party_id).name
    return f"{name}, các đơn vị liên quan", (name,)


def withdrawal_values(sheet: Sheet, act: Withdrawal, row: WithdrawnCase) -> Values | None:
    """Thông báo thu hồi: papers sent to the person no longer apply; None if nothing had been sent."""
    papers = [paper for kind in ("notice", "decision") for paper in sent_of(sheet, kind)]
    if not papers or sheet.addressee() is None:
        return None
    return {
        "to": sheet.person(sheet.addressee()),
        "withdrawn": tuple(
            f"{WITHDRAWN_WORDS[paper.kind]} số {paper.number} ngày {short_day(paper.dated)}"
            for paper in papers
        ),
        "vehicle": vehicle_of(sheet.session, sheet.case),
        "act": sheet.act(),
        "reason": act.reason.rstrip("."),
        "money_back": row.money_back,
        "points_back": row.points_back,
        "recipients": ("Như trên", "Lưu: VT, hồ sơ"),
        "signature": signature(sheet),
    }


WITHDRAWN_WORDS = {"notice": "thông báo vi phạm", "decision": "quyết định xử phạt vi phạm hành chính"}


def points_values(sheet: Sheet) -> Values:
    """Thông báo trừ điểm (Mẫu 02)."""
    decision = decision_of(sheet)
    person = sheet.person(decision.party_id)
    before = sheet.detail.get("before")
    return {
        "to": person,
        "decision": f"số {decision.number} ngày {short_day(decision.signed_on)}",
        "licence": person.licence or "theo cơ sở dữ liệu giấy phép lái xe",
        "before": int(before) if before is not None else None,
        "deducted": decision.points,
        "recipients": ("Như trên", "Lưu: Hồ sơ"),
        "signature": signature(sheet),
    }


def receipt_values(sheet: Sheet) -> Values:
    """Biên lai, chứng từ hoàn trả."""
    decision = decision_of(sheet)
    reference = sheet.said("reference")
    payment = sheet.session.exec(select(DecisionPayment).where(DecisionPayment.reference == reference)).one()
    amount, fee = abs(payment.amount), abs(payment.fee)
    stand = money.stand(sheet.session, sheet.book, decision, payment.paid_on)
    back = payment.amount < 0
    beyond = 0 if back else _beyond(sheet, decision, payment)
    return {
        "title": "CHỨNG TỪ HOÀN TRẢ TIỀN PHẠT" if back else "BIÊN LAI THU TIỀN PHẠT",
        "decision": f"số {decision.number} ngày {short_day(decision.signed_on)}",
        "payer": sheet.person(decision.party_id),
        "fine": amount - fee - beyond,
        "fee": fee,
        "beyond": beyond,
        "total": amount,
        "paid_on": payment.paid_on,
        "method": payment.source,
        "reference": reference.removeprefix(FROM_BANK),
        "collected_by": sheet.records.office.treasury,
        "left": 0 if decision.ended_on is not None else stand.owed,
        "portal": _portal(sheet.records.office, decision.number),
    }


def _beyond(sheet: Sheet, decision: Decision, payment: DecisionPayment) -> int:
    """The part of a payment that exceeded the amount owed on arrival: neither fine nor late fee."""
    rows = money.payments_of(sheet.session, decision)
    before = sum(row.amount - row.fee for row in rows if (row.id or 0) < (payment.id or 0))
    wanted = max(0, money.fine_of(sheet.session, decision) - before)
    return max(0, payment.amount - payment.fee - wanted)
