"""For the treasury: unpaid or overpaid decisions, by number, without names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from central.law import service as law
from central.proceedings import money
from central.proceedings.dossier import Money
from central.proceedings.models import Decision, DecisionPayment, TrackState
from central.proceedings.tracks import START, Track
from contract.local_time import local_day

OPEN = ("due", "partly", "overdue", "refund_due")
"""States of the payment track in which a payment is expected or a refund is due."""

AT_ONCE = 200
"""How many decisions' entries are read in one query."""


@dataclass(frozen=True)
class OpenDecision:
    """A decision as the treasury sees it: the amount owed today (`stand`), the last day to pay it."""

    decision: Decision
    state: str
    stand: Money
    last_day: date | None

    @property
    def back(self) -> bool:
        """True if money must be refunded."""
        return self.state == "refund_due"


def open_decisions(
    session: Session, now: datetime, number: str = "", skip: int = 0, limit: int = 50
) -> list[OpenDecision]:
    """Decisions that are unpaid or overpaid, the oldest first; with `number`, those whose number begins
    with it, whatever their state."""
    query = select(Decision, TrackState.state).outerjoin(
        TrackState, (col(TrackState.decision_id) == col(Decision.id)) & (TrackState.track == Track.PAYMENT)
    )
    wanted = number.strip()
    if wanted:
        query = query.where(col(Decision.number) >= wanted, col(Decision.number) < wanted + "\uffff")
    else:
        query = query.where(col(TrackState.state).in_(OPEN))
    rows = session.exec(query.order_by(col(Decision.id)).offset(skip).limit(limit)).all()
    book, today = law.book(session), local_day(now)
    entries = money.entries_of(session, [decision for decision, _ in rows])
    return [
        OpenDecision(
            decision,
            state or START[Track.PAYMENT],
            money.stand_by(book, decision, behind, today),
            money.last_day_by(book, decision, behind),
        )
        for decision, state in rows
        for behind in (entries[decision.id or 0],)
    ]


@dataclass(frozen=True)
class PaidBeyond:
    """An overpaid decision: paid twice, too much, or the decision ended since. `beyond` in dong."""

    decision: Decision
    beyond: int


def paid_beyond(session: Session, now: datetime) -> Iterator[PaidBeyond]:
    """Overpaid decisions, the oldest first."""
    flagged = select(DecisionPayment.decision_id).where(col(DecisionPayment.beyond))
    ended = select(TrackState.decision_id).where(
        TrackState.track == Track.PAYMENT, TrackState.state == "refund_due"
    )
    query = select(Decision).where(col(Decision.id).in_(flagged) | col(Decision.id).in_(ended))
    book, today = law.book(session), local_day(now)
    found = session.exec(query.order_by(col(Decision.id))).all()
    for first in range(0, len(found), AT_ONCE):
        some = found[first : first + AT_ONCE]
        entries = money.entries_of(session, some)
        for decision in some:
            stand = money.stand_by(book, decision, entries[decision.id or 0], today)
            if (beyond := money.beyond(decision, stand)) > 0:
                yield PaidBeyond(decision, beyond)


def beyond_of(session: Session, decision: Decision, now: datetime) -> int:
    """The overpaid amount of a decision today; once it has ended, everything paid."""
    return money.beyond(decision, money.stand(session, law.book(session), decision, local_day(now)))
