"""The shift lead settles (phân xử) cases on which two operators disagree: a third person, who sees both
decisions.
"""

from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.cases import service as cases
from central.cases.errors import words_given
from central.cases.lifecycle import Action, State
from central.cases.models import Case
from central.cases.service import lock_case, take_step
from central.errors import ConflictError, ForbiddenError
from central.registry.service import plan_look_up
from central.watching.models import SecondReview
from central.watching.second_review import of_case
from central.watching.verdicts import Verdict

Whose = Literal["first", "second"]


def disputed(session: Session, limit: int = 200) -> list[SecondReview]:
    """Reviews whose two people disagree, the earliest begun first."""
    query = select(SecondReview).where(SecondReview.state == "disputed")
    return list(session.exec(query.order_by(col(SecondReview.id)).limit(limit)))


def settle(
    session: Session, lead: User, case_id: int, version: int, whose: Whose, note: str, now: datetime
) -> Case:
    """Settles the case as one of the two decided, with a reason.

    Raises:
        ReasonRequiredError: no reason.
        ConflictError: the two don't disagree (any more).
        ForbiddenError: the lead is one of the two.
        DomainError: see `central.cases.service.take_step`.
    """
    words = words_given(note)
    case = lock_case(session, case_id, version)
    review = of_case(session, case_id)
    if review is None or review.state != "disputed" or case.state != State.DISPUTED:
        raise ConflictError("not_disputed", id=case_id)
    if lead.id in (review.first_id, review.second_id):
        raise ForbiddenError("own_review")
    verdict = Verdict.model_validate(review.first if whose == "first" else review.second)
    _take(session, case, lead, verdict, note, now)
    review.state, review.settled_by, review.settled_at = "settled", lead.id, now
    review.outcome, review.note = whose, words
    return case


def _take(session: Session, case: Case, lead: User, verdict: Verdict, note: str, now: datetime) -> None:
    if verdict.decided == "rejected":
        take_step(session, case, Action.SETTLE_REJECT, lead, now, reason=verdict.reason, note=note)
        return
    assert case.id is not None
    cases.accept(session, case, lead, now, verdict.act, {}, Action.SETTLE_ACCEPT, note)
    plan_look_up(session, case.id, now)
