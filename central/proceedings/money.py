"""What a decision asks for and what came in: read from its payments, its relief, and the days it was
delivered and suspended."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from central.deadlines.rules import running
from central.proceedings.dossier import Money
from central.proceedings.late import Paid, Part, Pause, fee_until, next_day
from central.proceedings.models import (
    Decision,
    DecisionPayment,
    ProceedingEvent,
    ProceedingStep,
    Relief,
)
from configs.law_tables import LawBook

NOTHING = Money()

_PAYMENT_CODES = ("deferral", "instalments", "payment")


def stand(session: Session, book: LawBook, decision: Decision, on: date) -> Money:
    """The fine, what was paid, and the late fee if the rest were paid on that day."""
    fine = fine_of(session, decision)
    payments = [Paid(row.paid_on, row.amount) for row in payments_of(session, decision)]
    last_day = last_payment_day(session, book, decision)
    paid = sum(payment.amount for payment in payments)
    if last_day is None:
        return Money(fine, paid, 0)
    parts = _parts(session, decision) or [Part(fine, last_day)]
    pauses = _pauses(session, decision, on)
    return Money(fine, paid, fee_until(parts, payments, on, pauses, book.sanctions(on)))


def beyond(decision: Decision, stand: Money) -> int:
    """What came in for a decision beyond what it asks for; everything, once it has ended."""
    return stand.paid if decision.ended_on is not None else stand.beyond


def fine_of(session: Session, decision: Decision) -> int:
    """The fine after a reduction that was granted."""
    reduced = [relief.reduced_to for relief in _granted(session, decision) if relief.reduced_to is not None]
    return reduced[-1] if reduced else decision.fine


def payments_of(session: Session, decision: Decision) -> list[DecisionPayment]:
    """What came in and went back, in the order of its days."""
    query = select(DecisionPayment).where(DecisionPayment.decision_id == decision.id)
    return list(session.exec(query.order_by(col(DecisionPayment.paid_on), col(DecisionPayment.id))))


def last_payment_day(session: Session, book: LawBook, decision: Decision) -> date | None:
    """The last day without a late fee; None while the decision has neither been delivered nor can count as
    received."""
    days = _days(session, decision)
    if "decision_delivered" in days:
        found = running(book, days, last_days(session, book, decision, days))
        return next((found[code].last_day for code in _PAYMENT_CODES if code in found), None)
    if "decision_sent" in days:
        wait = book.sanctions(decision.signed_on).late_fee_without_proof_days
        return decision.signed_on + timedelta(days=wait - 1)
    return None


def last_days(session: Session, book: LawBook, decision: Decision, days: dict[str, date]) -> dict[str, date]:
    """The last days that people set: where the decision itself gives longer to pay than the law, until when
    payment is deferred, and when the next instalment is due."""
    found: dict[str, date] = {}
    start = days.get("decision_delivered")
    if start is not None and decision.pay_within_days > book.deadlines(start)["payment"].amount:
        found["payment"] = book.calendar.next_working(start + timedelta(days=decision.pay_within_days))
    parts = _parts(session, decision)
    if parts:
        paid = sum(row.amount for row in payments_of(session, decision))
        found["instalments"] = next_day(parts, paid)
    deferred = [relief.until for relief in _granted(session, decision) if relief.kind == "deferral"]
    if deferred and deferred[-1] is not None:
        found["deferral"] = deferred[-1]
    return found


def _parts(session: Session, decision: Decision) -> list[Part]:
    """The instalments that were granted, in the order of their days; none where the fine is paid at once."""
    granted = [relief.parts for relief in _granted(session, decision) if relief.kind == "instalments"]
    parts = (Part(int(one["amount"]), date.fromisoformat(one["due"])) for one in (granted or [[]])[-1])
    return sorted(parts, key=lambda part: part.last_day)


def relief_open(book: LawBook, decision: Decision) -> frozenset[str]:
    """Which relief the law opens for a fine of this size (Law Art 76, 77, 79)."""
    rules, organisation = book.sanctions(decision.signed_on), decision.organisation
    found = set()
    if decision.fine >= (rules.defer_from_organisation if organisation else rules.defer_from):
        found |= {"deferral", "reduction"}
    if decision.fine >= (rules.instalments_from_organisation if organisation else rules.instalments_from):
        found.add("instalments")
    return frozenset(found)


def _days(session: Session, decision: Decision) -> dict[str, date]:
    query = select(ProceedingEvent).where(
        ProceedingEvent.decision_id == decision.id, col(ProceedingEvent.ended_at).is_(None)
    )
    return {row.event: row.day for row in session.exec(query.order_by(col(ProceedingEvent.id)))}


def _granted(session: Session, decision: Decision) -> list[Relief]:
    query = select(Relief).where(Relief.decision_id == decision.id, col(Relief.granted).is_(True))
    return list(session.exec(query.order_by(col(Relief.id))))


def _pauses(session: Session, decision: Decision, on: date) -> list[Pause]:
    reliefs = session.exec(select(Relief).where(Relief.decision_id == decision.id))
    found: list[Pause] = [(relief.asked_on, relief.answered_on or on) for relief in reliefs]
    suspended: date | None = None
    query = select(ProceedingStep).where(
        ProceedingStep.decision_id == decision.id, col(ProceedingStep.action).in_(("suspend", "resume"))
    )
    for step in session.exec(query.order_by(col(ProceedingStep.id))):
        if step.action == "suspend":
            suspended = step.day
        elif suspended is not None:
            found.append((suspended, step.day))
            suspended = None
    return [*found, (suspended, on)] if suspended is not None else found
