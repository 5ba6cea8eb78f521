"""The amount owed on a decision and the payments: computed from payments, relief, delivery and
suspensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Entries:
    """The rows from which a decision's money is computed, each kind in order: payments and refunds, requests
    for relief, the days of valid events, the steps that suspended and resumed it.
    """

    payments: list[DecisionPayment] = field(default_factory=list)
    reliefs: list[Relief] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)
    turns: list[ProceedingStep] = field(default_factory=list)

    @property
    def granted(self) -> list[Relief]:
        """The granted requests for relief."""
        return [relief for relief in self.reliefs if relief.granted is True]

    @property
    def parts(self) -> list[Part]:
        """The granted instalments by their days; none if the fine is paid at once."""
        granted = [relief.parts for relief in self.granted if relief.kind == "instalments"]
        parts = (Part(int(one["amount"]), date.fromisoformat(one["due"])) for one in (granted or [[]])[-1])
        return sorted(parts, key=lambda part: part.last_day)


def entries_of(session: Session, decisions: Sequence[Decision]) -> dict[int, Entries]:
    """The entries of these decisions by their ids, in four queries however many decisions there are."""
    found = {decision.id: Entries() for decision in decisions if decision.id is not None}
    payment, relief, event, step = DecisionPayment, Relief, ProceedingEvent, ProceedingStep
    payments = select(payment).where(col(payment.decision_id).in_(found))
    for paid in session.exec(payments.order_by(col(payment.paid_on), col(payment.id))):
        found[paid.decision_id].payments.append(paid)
    for asked in session.exec(
        select(relief).where(col(relief.decision_id).in_(found)).order_by(col(relief.id))
    ):
        found[asked.decision_id].reliefs.append(asked)
    events = select(event).where(col(event.decision_id).in_(found), col(event.ended_at).is_(None))
    for row in session.exec(events.order_by(col(event.id))):
        found[row.decision_id or 0].days[row.event] = row.day
    turns = select(step).where(col(step.decision_id).in_(found), col(step.action).in_(("suspend", "resume")))
    for turn in session.exec(turns.order_by(col(step.id))):
        found[turn.decision_id or 0].turns.append(turn)
    return found


def stand(session: Session, book: LawBook, decision: Decision, on: date) -> Money:
    """The fine, the payments, and the late fee if the rest is paid on that day."""
    return stand_by(book, decision, _entries(session, decision), on)


def stand_by(book: LawBook, decision: Decision, entries: Entries, on: date) -> Money:
    """The same from loaded entries."""
    fine = _fine(decision, entries)
    payments = [Paid(row.paid_on, row.amount) for row in entries.payments]
    last_day = last_day_by(book, decision, entries)
    paid = sum(payment.amount for payment in payments)
    if last_day is None:
        return Money(fine, paid, 0)
    parts = entries.parts or [Part(fine, last_day)]
    pauses = _pauses(entries, on)
    return Money(fine, paid, fee_until(parts, payments, on, pauses, book.sanctions(on)))


def beyond(decision: Decision, stand: Money) -> int:
    """The overpaid amount of a decision; once it has ended, everything paid."""
    return stand.paid if decision.ended_on is not None else stand.beyond


def fine_of(session: Session, decision: Decision) -> int:
    """The fine after a granted reduction."""
    return _fine(decision, _entries(session, decision))


def _fine(decision: Decision, entries: Entries) -> int:
    reduced = [relief.reduced_to for relief in entries.granted if relief.reduced_to is not None]
    return reduced[-1] if reduced else decision.fine


def granted_last(session: Session, decision: Decision) -> Relief:
    """The relief granted last; only for a decision that has one."""
    return _entries(session, decision).granted[-1]


def payments_of(session: Session, decision: Decision) -> list[DecisionPayment]:
    """Payments and refunds, by day."""
    query = select(DecisionPayment).where(DecisionPayment.decision_id == decision.id)
    return list(session.exec(query.order_by(col(DecisionPayment.paid_on), col(DecisionPayment.id))))


def last_payment_day(session: Session, book: LawBook, decision: Decision) -> date | None:
    """The last day without a late fee; None while the decision has neither been delivered nor can count as
    received."""
    return last_day_by(book, decision, _entries(session, decision))


def last_day_by(book: LawBook, decision: Decision, entries: Entries) -> date | None:
    """The same from loaded entries."""
    days = entries.days
    if "decision_delivered" in days:
        found = running(book, days, _last_days(book, decision, entries, days))
        return next((found[code].last_day for code in _PAYMENT_CODES if code in found), None)
    if "decision_sent" in days:
        wait = book.sanctions(decision.signed_on).late_fee_without_proof_days
        return decision.signed_on + timedelta(days=wait - 1)
    return None


def last_days(session: Session, book: LawBook, decision: Decision, days: dict[str, date]) -> dict[str, date]:
    """The last days set by people: a longer time to pay in the decision itself, the end of a deferral, and
    the day of the next instalment.
    """
    return _last_days(book, decision, _entries(session, decision), days)


def _last_days(book: LawBook, decision: Decision, entries: Entries, days: dict[str, date]) -> dict[str, date]:
    found: dict[str, date] = {}
    start = days.get("decision_delivered")
    if start is not None and decision.pay_within_days > book.deadlines(start)["payment"].amount:
        found["payment"] = book.calendar.next_working(start + timedelta(days=decision.pay_within_days))
    if entries.parts:
        found["instalments"] = next_day(entries.parts, sum(row.amount for row in entries.payments))
    deferred = [relief.until for relief in entries.granted if relief.kind == "deferral"]
    if deferred and deferred[-1] is not None:
        found["deferral"] = deferred[-1]
    return found


def relief_open(book: LawBook, decision: Decision) -> frozenset[str]:
    """The kinds of relief the law allows for a fine of this amount (Law Art 76, 77, 79)."""
    rules, organisation = book.sanctions(decision.signed_on), decision.organisation
    found = set()
    if decision.fine >= (rules.defer_from_organisation if organisation else rules.defer_from):
        found |= {"deferral", "reduction"}
    if decision.fine >= (rules.instalments_from_organisation if organisation else rules.instalments_from):
        found.add("instalments")
    return frozenset(found)


def _entries(session: Session, decision: Decision) -> Entries:
    assert decision.id is not None
    return entries_of(session, [decision])[decision.id]


def _pauses(entries: Entries, on: date) -> list[Pause]:
    found: list[Pause] = [(relief.asked_on, relief.answered_on or on) for relief in entries.reliefs]
    suspended: date | None = None
    for step in entries.turns:
        if step.action == "suspend":
            suspended = step.day
        elif suspended is not None:
            found.append((suspended, step.day))
            suspended = None
    return [*found, (suspended, on)] if suspended is not None else found
