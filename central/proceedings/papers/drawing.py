"""Draws up the paper of a step: its kind, its values, its number."""

from collections.abc import Callable
from datetime import date, datetime

from central.cases.queries import get_case
from central.documents.archive import About
from central.documents.models import Document
from central.errors import ConflictError
from central.law import service as law
from central.offences import service as offences
from central.offences.models import Offence
from central.proceedings.models import (
    Decision,
    Proceeding,
    ProceedingStep,
    Withdrawal,
    WithdrawnCase,
)
from central.proceedings.papers import complaints, first, later, whole
from central.proceedings.papers.sheet import Records, Sheet, Values
from central.proceedings.people import Mover
from central.proceedings.service import history, last_step
from central.proceedings.signers import Act, Power, power_used
from configs.law_tables import LawBook
from contract.local_time import local_day


def paper_of(
    records: Records, proceeding: Proceeding, step: ProceedingStep, by: Mover, now: datetime
) -> Document | None:
    """Draws up the paper of a step, or completes the one being signed; None for steps without one."""
    if step.action == "sign_notice":
        return first.signed_notice(_sheet(records, proceeding, step, by, now))
    kind, build = _PAPERS.get(step.action, (None, None))
    if kind is None or build is None or (kind == "commune_slip" and step.decision_id is not None):
        return None  # the slip is for an owner who does not come, not for an overdue fine
    sheet = _sheet(records, proceeding, step, by, now)
    about = About(
        key=f"step:{step.id}:{kind}",
        case_id=proceeding.case_id,
        decision_id=step.decision_id,
        party_id=proceeding.violator_id,
        by=by.person,
    )
    if kind == "notice":
        return first.draw_notice(sheet, about)
    if kind == "decision":
        return later.draw_decision(sheet, about)
    return records.archive.draw(records.session, kind, about, build(sheet), now)


def withdrawal_paper(
    records: Records, proceeding: Proceeding, act: Withdrawal, row: WithdrawnCase, by: Mover, now: datetime
) -> Document | None:
    """The paper for the parties of a withdrawn case; None if nobody had been notified of it."""
    sheet = _sheet(records, proceeding, last_step(records.session, proceeding), by, now)
    values = later.withdrawal_values(sheet, act, row)
    if values is None:
        return None
    about = About(
        key=f"withdrawal:{act.id}:{row.case_id}",
        case_id=row.case_id,
        party_id=sheet.addressee(),
        by=by.person,
    )
    return records.archive.draw(records.session, "withdrawal", about, values, now)


def case_file(records: Records, proceeding: Proceeding, by: Mover, now: datetime) -> Document:
    """The case's file in its present state: one paper per version of the case, however often it is requested.

    Raises:
        ConflictError: a paper of the case has no file yet.
    """
    steps = history(records.session, proceeding.id or 0)
    if not steps:
        raise ConflictError("nothing_happened")
    sheet = _sheet(records, proceeding, steps[-1], by, now)
    values = whole.case_file_values(sheet, steps)
    about = About(
        key=f"case_file:{proceeding.case_id}:{proceeding.version}", case_id=proceeding.case_id, by=by.person
    )
    return records.archive.draw(records.session, "case_file", about, values, now)


def _sheet(records: Records, proceeding: Proceeding, step: ProceedingStep, by: Mover, now: datetime) -> Sheet:
    session = records.session
    case = get_case(session, proceeding.case_id)
    offence = offences.get(session, proceeding.offence_id) if proceeding.offence_id else None
    book = law.book(session)
    decision = session.get(Decision, step.decision_id) if step.decision_id is not None else None
    power = _power(book, by, offence, decision, local_day(now))
    return Sheet(records, proceeding, step, by.signing_by(power), now, case, offence, book)


def _power(
    book: LawBook, by: Mover, offence: Offence | None, decision: Decision | None, day: date
) -> Power | None:
    """The power by which a paper is signed: that of its decision if the person holds it; otherwise their
    first that covers the act.
    """
    of_decision = (decision.signer_title, decision.delegation) if decision is not None else None
    for power in by.powers:
        if (power.title, power.delegation) == of_decision:
            return power
    acts = [Act(offence.article, offence.fine_max, offence.points)] if offence is not None else []
    of_firm = decision is not None and decision.organisation
    return power_used(book, by.powers, acts, day, organisation=of_firm)


_PAPERS: dict[str, tuple[str, Callable[[Sheet], Values]]] = {
    "sign_result": ("detection_result", first.result_values),
    "draw_notice": ("notice", lambda sheet: first.notice_values(sheet, "")),
    "transfer": ("transfer", first.transfer_values),
    "hand_over": ("handover", first.transfer_values),
    "open_session": ("session_record", first.session_values),
    "finish_verification": ("verification", first.session_values),
    "correct_record": ("verification", first.session_values),
    "raise_alert": ("commune_slip", first.slip_values),
    "make_record": ("record", first.record_values),
    "explain": ("explanation", first.session_values),
    "hear": ("explanation", first.session_values),
    "refuse_receipt": ("refusal", first.session_values),
    "leave_record_unsigned": ("refusal", first.session_values),
    "sign_decision": ("decision", later.decision_values),
    "decide_no_sanction": ("no_sanction", later.order_values),
    "annul_decision": ("annulment", later.order_values),
    "correct_decision": ("correction", later.order_values),
    "suspend": ("suspension", later.order_values),
    "accept_complaint": ("complaint_taken_up", complaints.taken_up_values),
    "refuse_complaint": ("complaint_not_taken_up", complaints.not_taken_up_values),
    "settle_complaint": ("complaint_settled", complaints.settled_values),
    "settle_second": ("complaint_settled", complaints.settled_values),
    "refuse_relief": ("relief_refused", complaints.relief_refused_values),
    "defer": ("deferral", later.order_values),
    "reduce": ("reduction", later.order_values),
    "grant_instalments": ("instalments", later.order_values),
    "order_enforcement": ("enforcement", later.order_values),
    "deduct_points": ("points_notice", later.points_values),
    "pay_part": ("receipt", later.receipt_values),
    "pay_in_full": ("receipt", later.receipt_values),
    "pay_back": ("refund", later.receipt_values),
}
"""The paper of each step that has one."""
