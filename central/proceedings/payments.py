"""Payments of a decision: each counts once and moves the payment track; overpayments and late payments are
reported.

This module does not transfer money: payment adapters call `received` and `paid_back`, each with the bank's
reference of the payment. A reference counts once, however often it is reported.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.errors import ConflictError, InvalidError, NotFoundError
from central.law import service as law
from central.proceedings import decisions, money
from central.proceedings.dossier import Money
from central.proceedings.late import Part
from central.proceedings.loading import living_decision
from central.proceedings.models import (
    Decision,
    DecisionAct,
    DecisionPayment,
    Proceeding,
    ProceedingStep,
    Relief,
)
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, by_programme, lock, take
from contract.local_time import local_day

PAID_UP = "pay_in_full"
"""The step of a payment that leaves nothing to pay."""

FROM_BANK = "bank:"
"""Prefix of a reference reported by the bank itself."""

Outcome = Literal["part", "full", "again", "to_refund", "overpaid"]
"""`again`: already known, nothing changed. `to_refund`: the decision is no longer in force. `overpaid`: paid
in full, and more.
"""


@dataclass(frozen=True)
class Receipt:
    """A payment as reported by the bank or a person: its reference, amount, day and channel."""

    reference: str
    amount: int
    paid_on: date
    source: str


@dataclass(frozen=True)
class Counted:
    """Result of a payment: the outcome, the amount still owed, the step taken (None: none)."""

    outcome: Outcome
    payment: DecisionPayment
    stand: Money
    step: ProceedingStep | None = None


def stand(session: Session, decision: Decision, on: date) -> Money:
    """The fine, the payments, and the late fee if the rest is paid on that day."""
    return money.stand(session, law.book(session), decision, on)


def parts_of(session: Session, decision: Decision) -> list[Part]:
    """The granted instalments by their days; none if the fine is paid at once."""
    assert decision.id is not None
    return money.entries_of(session, [decision])[decision.id].parts


def received(
    session: Session, decision_id: int, receipt: Receipt, now: datetime, by: Mover = PROGRAMME
) -> Counted:
    """Counts a payment.

    Raises:
        InvalidError: no amount, or an impossible day.
        ConflictError: the reference is known with another amount or for another decision.
    """
    lead, decision = _locked(session, decision_id)
    if receipt.amount <= 0 or not decision.signed_on <= receipt.paid_on <= local_day(now):
        raise InvalidError("payment", field="amount" if receipt.amount <= 0 else "paid_on")
    known = _known(session, decision_id, receipt.reference, receipt.amount)
    if known is not None:
        return Counted("again", known, stand(session, decision, receipt.paid_on))
    before = _reckoned(session, decision, receipt)
    payment = _store(session, decision_id, receipt, now, by)
    after = _reckoned(session, decision, receipt)
    _share_out(session, decision, payment, after)
    if decision.ended_on is not None:
        return Counted("to_refund", payment, after)
    full, step = after.owed == 0, None
    if before.owed > 0:
        detail = {"reference": receipt.reference, "amount": receipt.amount, "fee": payment.fee}
        action = PAID_UP if full else "pay_part"
        step = take(session, lead, Doing(action, receipt.paid_on, detail=detail), by, now)
    if money.beyond(decision, after):
        return Counted("overpaid", payment, after, step)
    return Counted("full" if full else "part", payment, after, step)


def promise_back(session: Session, decision_id: int, amount: int, now: datetime) -> None:
    """Reserves money for one refund: no other refund can use it until `paid_back` or `release`.

    Raises:
        NotFoundError: no such decision.
        InvalidError: more than the unreserved overpayment.
    """
    decision = _decision(session, decision_id)  # locked: else both of two requests would be granted
    if not 0 < amount <= _free(decision, stand(session, decision, local_day(now))):
        raise InvalidError("refund", field="amount")
    decision.promised_back += amount


def release(session: Session, decision_id: int, amount: int) -> None:
    """Releases a withdrawn refund's reservation: the money may be refunded in another way."""
    _decision(session, decision_id).promised_back -= amount


def _free(decision: Decision, after: Money) -> int:
    """The overpayment not reserved for a refund yet."""
    return money.beyond(decision, after) - decision.promised_back


def paid_back(
    session: Session,
    decision_id: int,
    receipt: Receipt,
    now: datetime,
    by: Mover = PROGRAMME,
    promised: int = 0,
) -> Counted:
    """Counts a refund (`amount` as a positive number); a decision that ended is settled once everything is
    refunded. `promised`: the amount reserved for this refund, which is released.

    Raises:
        InvalidError: more than was reserved or overpaid, or an impossible day.
        ConflictError: the reference is known with another amount or for another decision.
    """
    lead, decision = _locked(session, decision_id)
    known = _known(session, decision_id, receipt.reference, -receipt.amount)
    if known is not None:
        return Counted("again", known, stand(session, decision, receipt.paid_on))
    if not decision.signed_on <= receipt.paid_on <= local_day(now):
        raise InvalidError("payment", field="paid_on")
    before = _reckoned(session, decision, receipt)
    if not 0 < receipt.amount <= min(before.paid, max(promised, _free(decision, before))):
        raise InvalidError("refund", field="amount")
    decision.promised_back -= promised
    back = Receipt(receipt.reference, -receipt.amount, receipt.paid_on, receipt.source)
    payment = _store(session, decision_id, back, now, by)
    after = _reckoned(session, decision, receipt)
    _share_out(session, decision, payment, after)
    step = None
    if decision.ended_on is not None and after.paid == 0:
        doing = Doing("pay_back", detail={"reference": receipt.reference}, decision_id=decision_id)
        step = take(session, lead, doing, by, now)
    return Counted("full" if after.paid == 0 else "part", payment, after, step)


def _decision(session: Session, decision_id: int) -> Decision:
    found = decisions.find(session, decision_id, locked=True)
    if found is None:
        raise NotFoundError("decision", id=decision_id)
    return found


def _locked(session: Session, decision_id: int) -> tuple[Proceeding, Decision]:
    decision = _decision(session, decision_id)
    lead = session.exec(select(DecisionAct.proceeding_id).where(DecisionAct.decision_id == decision_id)).all()
    return lock(session, min(lead)), decision


def _known(session: Session, decision_id: int, reference: str, amount: int) -> DecisionPayment | None:
    """The entry known under a reference, with or without `FROM_BANK`: at the counter the bank's number is
    typed as printed on the transfer.
    """
    bare = reference.removeprefix(FROM_BANK)
    query = select(DecisionPayment).where(col(DecisionPayment.reference).in_((bare, FROM_BANK + bare)))
    found = session.exec(query).first()
    if found is not None and (found.decision_id, found.amount) != (decision_id, amount):
        raise ConflictError("payment_reference", reference=reference)
    return found


def _reckoned(session: Session, decision: Decision, receipt: Receipt) -> Money:
    """The state of the decision on the last day of any known payment: an earlier payment reported late still
    changes the fee of a later one.
    """
    days = [row.paid_on for row in money.payments_of(session, decision)]
    return stand(session, decision, max([receipt.paid_on, *days]))


def _store(session: Session, decision_id: int, receipt: Receipt, now: datetime, by: Mover) -> DecisionPayment:
    payment = DecisionPayment(
        decision_id=decision_id,
        reference=receipt.reference,
        amount=receipt.amount,
        paid_on=receipt.paid_on,
        source=receipt.source,
        entered_at=now,
    )
    session.add(payment)
    session.flush()
    detail = {"reference": receipt.reference, "amount": receipt.amount, "source": receipt.source}
    audit.record(session, by.audit_name, "decision.money", f"decision:{decision_id}", detail)
    return payment


def _share_out(session: Session, decision: Decision, payment: DecisionPayment, after: Money) -> None:
    """Payments count towards the fine first; the rest is fee, which is refunded last."""
    rows = money.payments_of(session, decision)
    fee = max(0, min(after.paid - after.fine, after.late_fee))
    if payment.amount < 0:
        payment.fee = min(0, fee - sum(row.fee for row in rows))
    elif decision.ended_on is None:
        payment.fee = max(0, fee - sum(row.fee for row in rows))
    _mark(rows, money.beyond(decision, after))


def _mark(rows: list[DecisionPayment], beyond: int) -> None:
    """Marks the decision's newest payments that exceed the amount owed; none if there is no excess."""
    if not beyond:
        for row in rows:
            row.beyond = False
    elif rows:
        max(rows, key=lambda row: row.id or 0).beyond = True


def settle_up(session: Session, proceeding: Proceeding, now: datetime) -> None:
    """Recomputes the payment state after the amount owed fell, by a reduction or a corrected day: the
    payments may now be enough, or too much.
    """
    decision = living_decision(session, proceeding.id or 0)
    if decision is None:
        return
    after = stand(session, decision, local_day(now))
    _mark(money.payments_of(session, decision), money.beyond(decision, after))
    if after.owed == 0:
        by_programme(session, proceeding.id or 0, Doing(PAID_UP), now)


@dataclass(frozen=True)
class Grant:
    """A grant of relief: until when, to which amount, or in which parts (`{"due": day, "amount": dong}`)."""

    until: date | None = None
    reduced_to: int | None = None
    parts: tuple[dict[str, Any], ...] = ()


def ask_relief(
    session: Session,
    proceeding: Proceeding,
    kind: str,
    reason: str,
    by: Mover,
    now: datetime,
    day: date | None = None,
) -> Relief:
    """Records a person's request for deferral, reduction or instalments, within the time to pay; `day`: when,
    today unless given. Raises StepRefusedError.
    """
    doing = Doing("ask_relief", day, note=reason, detail={"relief": kind})
    step = take(session, proceeding, doing, by, now)
    assert step.decision_id is not None
    relief = Relief(decision_id=step.decision_id, kind=kind, asked_on=step.day)
    session.add(relief)
    session.flush()
    return relief


ANSWERS = {"deferral": "defer", "reduction": "reduce", "instalments": "grant_instalments"}
"""The step that grants each kind of relief."""


def answer_relief(
    session: Session,
    proceeding: Proceeding,
    relief: Relief,
    grant: Grant | None,
    reason: str,
    by: Mover,
    now: datetime,
) -> ProceedingStep:
    """A signer grants relief, or refuses it (`grant` None). A fine that is thereby paid up moves on at once.

    Raises:
        InvalidError: the grant is more than the law allows.
        StepRefusedError: the tables refuse.
    """
    if grant is not None:
        _check_grant(session, relief, grant, local_day(now))
    action = ANSWERS[relief.kind] if grant is not None else "refuse_relief"
    relief.answered_on, relief.granted = local_day(now), grant is not None
    if grant is not None:  # before the step: the deadlines it sets depend on the grant
        relief.until, relief.reduced_to, relief.parts = grant.until, grant.reduced_to, list(grant.parts)
    session.flush()
    step = take(session, proceeding, Doing(action, note=reason), by, now)
    settle_up(session, proceeding, now)
    return step


def _check_grant(session: Session, relief: Relief, grant: Grant, today: date) -> None:
    book = law.book(session)
    decision = session.get_one(Decision, relief.decision_id)
    rules, fine = book.sanctions(decision.signed_on), money.fine_of(session, decision)
    if relief.kind == "reduction":
        if grant.reduced_to is None or not 0 <= grant.reduced_to < fine:
            raise InvalidError("reduction", field="reduced_to")
        return
    last = book.calendar.last_day(book.deadlines(today)[relief.kind], today)
    if grant.until is None or not today < grant.until <= last:
        raise InvalidError("relief_until", field="until", last=last.isoformat())
    if relief.kind == "instalments":
        days = [date.fromisoformat(part["due"]) for part in grant.parts]
        if days != sorted(set(days)) or not all(today <= day <= last for day in days):
            raise InvalidError("instalments", field="parts")
        parts = [int(part["amount"]) for part in grant.parts]
        enough = bool(parts) and parts[0] * 100 >= fine * rules.first_instalment_percent
        if sum(parts) != fine or not enough or len(parts) > rules.instalments_most:
            raise InvalidError("instalments", field="parts")


def open_relief(session: Session, decision_id: int) -> Relief | None:
    """Requested relief that nobody has answered yet."""
    query = select(Relief).where(Relief.decision_id == decision_id, Relief.answered_on == None)  # noqa: E711
    return session.exec(query).one_or_none()
