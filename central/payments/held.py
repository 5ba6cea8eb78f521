"""What is held about the money of one decision: orders, messages of the bank, refunds, differences; for the
export to the person concerned.
"""

from collections.abc import Collection

from sqlmodel import Session, col, select

from central.payments.models import PaymentDifference, PaymentMessage, PaymentOrder, Refund


def orders_of(session: Session, decision_id: int) -> list[PaymentOrder]:
    """Orders to pay the decision, the oldest first."""
    query = select(PaymentOrder).where(PaymentOrder.decision_id == decision_id)
    return list(session.exec(query.order_by(col(PaymentOrder.at))))


def messages_of(session: Session, decision_id: int) -> list[PaymentMessage]:
    """The bank's messages about the decision, the oldest first."""
    query = select(PaymentMessage).where(PaymentMessage.decision_id == decision_id)
    return list(session.exec(query.order_by(col(PaymentMessage.id))))


def refunds_of(session: Session, decision_id: int) -> list[Refund]:
    """Money of the decision to be paid back, the oldest first."""
    query = select(Refund).where(Refund.decision_id == decision_id)
    return list(session.exec(query.order_by(col(Refund.asked_at))))


def differences_of(session: Session, transactions: Collection[str]) -> list[PaymentDifference]:
    """Differences between the bank's files and the centre about these transactions."""
    query = select(PaymentDifference).where(col(PaymentDifference.transaction).in_(transactions))
    return list(session.exec(query.order_by(col(PaymentDifference.id))))
