"""Hides the first review of a case from operators while it waits for its second."""

from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.cases import queries
from central.cases.lifecycle import Action
from central.cases.models import CaseEvent
from central.watching.second_review import of_case


def history_for(session: Session, user: User, case_id: int) -> list[CaseEvent]:
    """The steps and comments of a case that this person may see, oldest first."""
    events = queries.history_of(session, case_id)
    review = None if user.may(Permission.VIEW_WATCHING) else of_case(session, case_id)
    if review is None or review.state != "open":
        return events
    again = max(number for number, event in enumerate(events) if event.action == Action.SECOND_REVIEW)
    arrived = [event for event in events[:again] if event.action == Action.RECEIVE]
    return [*arrived, *events[again + 1 :]]
