"""Blind second review (thẩm định lại độc lập): a share of decided cases returns to the queue for another
operator, without showing the first decision; if both agree the case continues, if they differ it goes to
the shift lead.

The second operator can't distinguish the case from a new one: it takes the same steps, has the values
reported by the node, and its history is hidden from operators meanwhile (`blind`). It counts as waiting all
the time, so that its limitation runs and its deadline determines its place in the queue; if the deadline
comes near, or nobody reviews it within `PATIENCE`, the first decision is dropped and the case is an ordinary
waiting one.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.cases.lifecycle import UNDO_TIME, Action, State
from central.cases.models import Case
from central.cases.queries import cases_by_id, history_of
from central.cases.service import lock_case, review_again, take_step
from central.jobs import queue as jobs
from central.registry.service import cancel_look_up, plan_look_up
from central.watching import known_answers, rules
from central.watching.models import SecondReview
from central.watching.rules import Draw, by_lot
from central.watching.verdicts import Verdict, verdict_of

DECIDED = "watching.decided"
"""Kind of job: a decision can't be taken back any more; its key is the case's id."""

MARGIN = timedelta(days=3)
"""There is no second review if the notice is due sooner."""

PATIENCE = timedelta(days=2)
"""How long a case waits for its second review."""

UNSETTLED = ("open", "disputed")


def after_decision(session: Session, case: Case, now: datetime, draw: Draw = by_lot) -> None:
    """Schedules the work after an operator's decision, once it can't be taken back: a second review, the
    comparison with the first or with a known answer, otherwise for an accepted case the look-up of its
    owner.
    """
    assert case.id is not None
    at, review = now + UNDO_TIME, of_case(session, case.id)
    compared = case.exercise_of is not None or (review is not None and review.state == "open")
    if compared or (review is None and _is_drawn(session, case, now, draw)):
        jobs.enqueue(session, DECIDED, str(case.id), {"case": case.id}, at)
    elif case.state == State.ACCEPTED:
        plan_look_up(session, case.id, at)


def cancel(session: Session, case_id: int) -> None:
    """Cancels that work, because the decision was taken back."""
    jobs.cancel(session, DECIDED, str(case_id))
    cancel_look_up(session, case_id)


def go_on(session: Session, case_id: int, now: datetime) -> None:
    """The decision is final: begins the second review of the case, compares both, or compares it with a known
    answer.
    """
    if not cases_by_id(session, [case_id]):
        return  # an exercise copy that was deleted
    case = lock_case(session, case_id)
    verdict = verdict_of(case)
    if verdict is None or case.operator_at is None or now < case.operator_at + UNDO_TIME:
        return
    review = of_case(session, case_id)
    if case.exercise_of is not None:
        known_answers.answer(session, case, now)
    elif review is None:
        begin(session, case, now)
    elif review.state == "open":
        _compare(session, review, case, verdict, now)


def begin(session: Session, case: Case, now: datetime) -> None:
    """Passes a decided, locked case to another operator, once; a case that two have reviewed stays as it is.
    Raises as `central.cases.service.take_step` does.
    """
    verdict = verdict_of(case)
    assert case.id is not None
    if verdict is None or of_case(session, case.id) is not None:
        return
    assert case.operator_id is not None
    assert case.operator_at is not None
    session.add(
        SecondReview(
            case_id=case.id,
            rule=case.rule,
            first_id=case.operator_id,
            first_at=case.operator_at,
            first_verdict=verdict.decided,
            first=verdict.model_dump(),
            begun_at=now,
        )
    )
    review_again(session, case, now)


def of_case(session: Session, case_id: int) -> SecondReview | None:
    """The second review of a case, past or present, if there is one."""
    return session.exec(select(SecondReview).where(SecondReview.case_id == case_id)).one_or_none()


def not_for(user: User) -> SelectOfScalar[int]:
    """A subquery of the cases that this person may not get, because they made the first decision."""
    return select(SecondReview.case_id).where(SecondReview.state == "open", SecondReview.first_id == user.id)


def lapse(session: Session, now: datetime) -> int:
    """Ends second reviews that were not made in time, and those of cases that ended otherwise; returns how
    many.
    """
    query = select(SecondReview).where(col(SecondReview.state).in_(UNSETTLED))
    reviews = session.exec(query.with_for_update(skip_locked=True)).all()
    cases = cases_by_id(session, [review.case_id for review in reviews])
    over = [review for review in reviews if _is_over(review, cases[review.case_id], now)]
    for review in over:
        review.state, review.settled_at = "lapsed", now
        audit.record(session, "system", "second_review.lapse", f"case:{review.case_id}", {})
    return len(over)


def forget(session: Session, case_id: int) -> None:
    """Deletes whatever identifies the vehicle; that two people reviewed it, and whether they agreed,
    stays.
    """
    review = of_case(session, case_id)
    if review is not None:
        review.first, review.second, review.note = {}, {}, ""


def _is_drawn(session: Session, case: Case, now: datetime, draw: Draw) -> bool:
    present = rules.present(session)
    share = present.second_accepted if case.state == State.ACCEPTED else present.second_rejected
    if share <= 0 or case.notice_due_at - now < MARGIN or not draw(share):
        return False
    assert case.id is not None
    # Two people have already seen a case that the police sent back, and the screen shows that.
    sent_back = any(event.action == Action.RETURN for event in history_of(session, case.id))
    return not sent_back and _others(session, case)


def _others(session: Session, case: Case) -> bool:
    people = accounts.list_users(session)
    able = [user.id for user in people if user.disabled_at is None and user.may(Permission.REVIEW_CASES)]
    return any(person != case.operator_id for person in able)


def _compare(session: Session, review: SecondReview, case: Case, verdict: Verdict, now: datetime) -> None:
    review.second_id, review.second_at = case.operator_id, case.operator_at
    review.second_verdict, review.second = verdict.decided, verdict.model_dump()
    if not verdict.agrees(Verdict.model_validate(review.first)):
        review.state = "disputed"
        take_step(session, case, Action.DISPUTE, None, now)
        return
    review.state, review.settled_at, review.outcome = "agreed", now, "both"
    if case.state == State.ACCEPTED:
        plan_look_up(session, review.case_id, now)


def _is_over(review: SecondReview, case: Case, now: datetime) -> bool:
    if review.state == "disputed":
        return case.state != State.DISPUTED
    if case.state in (State.ACCEPTED, State.REJECTED):
        return False  # just decided: the comparison is scheduled
    if case.state not in (State.RECEIVED, State.IN_REVIEW):
        return True
    near = case.notice_due_at - now < MARGIN - timedelta(days=1)
    return near or now - review.begun_at > PATIENCE
