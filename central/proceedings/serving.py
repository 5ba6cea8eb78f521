"""Papers to be served besides notices and decisions (gửi văn bản): the party is notified in the portal and by
e-mail, and the clerk posts papers that were not opened there, with item number and proof.
"""

from datetime import date, datetime

from sqlmodel import Session

from central.documents import archive as documents
from central.documents.models import Document
from central.notifications import service as notifications
from central.notifications.models import Notification
from central.proceedings.models import Decision, Proceeding
from central.proceedings.papers.sheet import Records

SERVED = frozenset(
    {
        "no_sanction",
        "annulment",
        "correction",
        "suspension",
        "deferral",
        "reduction",
        "instalments",
        "complaint_taken_up",
        "complaint_not_taken_up",
        "relief_refused",
        "complaint_settled",
        "points_notice",
    }
)
"""Kinds of papers that are sent without a step of the tables."""


def tell(records: Records, proceeding: Proceeding, paper: Document | None, now: datetime) -> None:
    """Notifies the person concerned by such a paper; nobody who was never notified of the case, such as the
    owner of a copied plate.
    """
    if paper is None or paper.id is None or paper.kind not in SERVED:
        return
    party_id = _addressee(records, proceeding, paper)
    if party_id is not None:
        values = {"paper": paper.kind, "number": paper.number}
        key = f"paper:{paper.id}"
        notifications.tell(
            records.session, key, party_id, proceeding.case_id, notifications.SERVED, values, now, paper.id
        )


def _addressee(records: Records, proceeding: Proceeding, paper: Document) -> int | None:
    if paper.decision_id is not None:
        return records.session.get_one(Decision, paper.decision_id).party_id
    notices = documents.of_case(records.session, proceeding.case_id, "notice")
    if not any(notice.sent_at is not None for notice in notices):
        return None
    owner = records.parties.of_case(proceeding.case_id, "owner")
    return proceeding.violator_id or (owner.party_id if owner is not None else None)


def note_posted(
    session: Session, row: Notification, reference: str, on: date, actor: str, now: datetime
) -> None:
    """Records that a paper was posted under an item number.

    Raises:
        ConflictError: it was already posted, or its file is still being made.
    """
    notifications.note_posted(session, row, reference, on, actor)
    if row.kind == notifications.SERVED and row.document_id is not None:
        documents.sent(session, row.document_id, "post", now)
