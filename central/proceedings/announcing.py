"""Messages of a step to other authorities: alerts, points, and events for the province."""

from datetime import datetime

from sqlmodel import Session

from central.dispatches import service as dispatches
from central.dispatches.port import ALERT_SYSTEMS, LICENCES
from central.dispatches.service import Message
from central.documents import archive as documents
from central.notifications import service as notifications
from central.proceedings.loading import Loaded
from central.proceedings.models import Decision, ProceedingStep
from central.proceedings.rows import Moved
from central.proceedings.tracks import Track
from central.sharing import service as sharing
from central.sharing.events import HappenedType

_ALERTS = {"raised": "alert_raised", "lifted": "alert_lifted"}
_SHARED: tuple[tuple[Track, str, HappenedType], ...] = (
    (Track.NOTICE, "sent", "notice.sent"),
    (Track.DECISION, "signed", "decision.signed"),
    (Track.PAYMENT, "paid", "fine.paid"),
    (Track.ALERT, "raised", "alert.raised"),
    (Track.ALERT, "lifted", "alert.lifted"),
    (Track.CASE, "executed", "case.executed"),
)
"""Events reported to the province, by the state that a track has reached."""

_POINTS = {"deducted": "points_deducted", "given_back": "points_returned"}


def announce(session: Session, loaded: Loaded, step: ProceedingStep, moved: Moved, now: datetime) -> None:
    """Queues the messages to the authorities that a step concerns; once for each step."""
    case_id = loaded.proceeding.case_id
    alert = _ALERTS.get(moved.reached(Track.ALERT))
    if alert is not None:
        for system in ALERT_SYSTEMS:
            key = f"{system}:{step.id}:{alert}"
            dispatches.post(session, Message(system, f"case:{case_id}", alert, key, case_id), now)
    for track, state, kind in _SHARED:
        if moved.reached(track) == state:
            sharing.happened(session, case_id, kind, f"{step.id}:{kind}", now)
    if step.action == "send_decision":
        _tell_of_decision(session, loaded, step, now)
    if moved.reached(Track.DELIVERY) == "delivered":
        _note_delivery(session, loaded, step)
    points, decision = _POINTS.get(moved.reached(Track.POINTS)), loaded.decision
    if points is not None and decision is not None and decision.points:
        subject, key = f"decision:{decision.id}", f"{LICENCES}:{step.id}:{points}"
        message = Message(LICENCES, subject, points, key, case_id, _content(decision))
        dispatches.post(session, message, now)


def _content(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.number,
        "signed_on": decision.signed_on.isoformat(),
        "party": decision.party_id,
        "points": decision.points,
        "licence_for": decision.licence_class,
    }


def _tell_of_decision(session: Session, loaded: Loaded, step: ProceedingStep, now: datetime) -> None:
    """Notifies the person that the decision was sent, and how: in the portal and by e-mail, besides the
    paper.
    """
    decision, case_id = loaded.decision, loaded.proceeding.case_id
    if decision is None or decision.id is None:
        return
    papers = documents.of_decision(session, decision.id, "decision")
    key, values = f"decision_sent:{decision.id}", {"number": decision.number}
    paper_id = papers[-1].id if papers else None
    notifications.tell(session, key, decision.party_id, case_id, "decision_sent", values, now, paper_id)
    row, how = notifications.by_key(session, key), step.detail.get("how") or "post"
    if row is not None and how == "post" and row.posted_on is None:
        reference = str(step.detail.get("reference") or "")
        notifications.note_posted(session, row, reference, step.day, step.actor)


def _note_delivery(session: Session, loaded: Loaded, step: ProceedingStep) -> None:
    """Records delivery of the decision as proof for its notification too."""
    if loaded.decision is not None:
        row = notifications.by_key(session, f"decision_sent:{loaded.decision.id}")
        if row is not None:
            row.delivered_on = row.delivered_on or step.day
