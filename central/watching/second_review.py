"""Blind second review (thẩm định lại độc lập): a share of what operators decide goes back to the queue as if
nobody had seen it, to another operator; two who agree let the case go on, two who differ bring it to the
shift lead.

The second operator can't tell the case from a new one: it goes through the very steps of one, stands as the
node told it, and its history is kept from operators meanwhile (`blind`). It counts as waiting all the time,
so that its limitation runs and its deadline decides its place in the queue; when that comes near, or nobody
looks for `PATIENCE`, the first decision counts for nothing and the case is simply one that waits.
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
"""Nothing is looked at a second time when its notice is due sooner."""

PATIENCE = timedelta(days=2)
"""How long a case waits for its second look."""

UNSETTLED = ("open", "disputed")


def after_decision(session: Session, case: Case, now: datetime, draw: Draw = by_lot) -> None:
    """Plans what follows an operator's decision once it can't be taken back: a second review, the comparison
    with the first or with a known answer, else for an accepted case the look-up of its owner."""
    assert case.id is not None
    at, review = now + UNDO_TIME, of_case(session, case.id)
    compared = case.exercise_of is not None or (review is not None and review.state == "open")
    if compared or (review is None and _is_drawn(session, case, now, draw)):
        jobs.enqueue(session, DECIDED, str(case.id), {"case": case.id}, at)
    elif case.state == State.ACCEPTED:
        plan_look_up(session, case.id, at)


def cancel(session: Session, case_id: int) -> None:
    """The decision was taken back: nothing follows from it."""
    jobs.cancel(session, DECIDED, str(case_id))
    cancel_look_up(session, case_id)


def go_on(session: Session, case_id: int, now: datetime) -> None:
    """The decision stands: begins the second review of the case, or compares both, or with a known answer."""
    if not cases_by_id(session, [case_id]):
        return  # a copy of a case, for an exercise, that is done with
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
    """A decided, locked case goes to another operator, once; one that two have looked at stays as it is.
    Raises as `central.cases.service.take_step` does."""
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
    """The second review of a case, if there was or is one."""
    return session.exec(select(SecondReview).where(SecondReview.case_id == case_id)).one_or_none()


def not_for(user: User) -> SelectOfScalar[int]:
    """A query of the cases that this person may not be given: they decided them the first time."""
    return select(SecondReview.case_id).where(SecondReview.state == "open", SecondReview.first_id == user.id)


def lapse(session: Session, now: datetime) -> int:
    """Ends second reviews that nobody has made in time, and those of cases that ended otherwise; returns how
    many."""
    query = select(SecondReview).where(col(SecondReview.state).in_(UNSETTLED))
    reviews = session.exec(query.with_for_update(skip_locked=True)).all()
    cases = cases_by_id(session, [review.case_id for review in reviews])
    over = [review for review in reviews if _is_over(review, cases[review.case_id], now)]
    for review in over:
        review.state, review.settled_at = "lapsed", now
        audit.record(session, "system", "second_review.lapse", f"case:{review.case_id}", {})
    return len(over)


def forget(session: Session, case_id: int) -> None:
    """Takes out what names the vehicle; that two looked, and whether they agreed, stays."""
    review = of_case(session, case_id)
    if review is not None:
        review.first, review.second, review.note = {}, {}, ""


def _is_drawn(session: Session, case: Case, now: datetime, draw: Draw) -> bool:
    present = rules.present(session)
    share = present.second_accepted if case.state == State.ACCEPTED else present.second_rejected
    if share <= 0 or case.notice_due_at - now < MARGIN or not draw(share):
        return False
    assert case.id is not None
    # What the police sent back has been looked at by two already, and says so on the screen.
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
        return False  # just decided: the comparison is planned
    if case.state not in (State.RECEIVED, State.IN_REVIEW):
        return True
    near = case.notice_due_at - now < MARGIN - timedelta(days=1)
    return near or now - review.begun_at > PATIENCE
