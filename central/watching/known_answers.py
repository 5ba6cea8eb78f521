"""Cases with a known answer (hồ sơ có đáp án): settled cases chosen by the shift lead are occasionally copied
into an operator's work, unmarked. The operator can't recognise them: the copy comes from the queue like
any case, its deadline is not over, and nobody gets a case they have seen before.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases import exercises
from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.queries import cases_by_id, get_case, history_of
from central.errors import ConflictError, NotFoundError
from central.watching import rules
from central.watching.models import KnownAnswer, KnownAnswerResult
from central.watching.rules import by_lot
from central.watching.verdicts import Verdict, acceptance_of, verdict_of

ONE_TURN = 100


@dataclass(frozen=True)
class Score:
    """One person's answers. `let_through`: accepted instead of rejected; `missed`: rejected instead of
    accepted; `misread`: accepted under another plate or kind of vehicle.
    """

    person: int
    answered: int
    right: int
    let_through: int
    missed: int
    misread: int

    @property
    def share(self) -> float:
        """The share of correct answers."""
        return self.right / self.answered


def mark(session: Session, lead: User, case_id: int, now: datetime) -> KnownAnswer:
    """Confirms how a case was settled, so that it may be given to operators as an exercise.

    Raises:
        NotFoundError: no such case.
        ConflictError: it is not settled, is past its deadline, is restricted to the police, or was
            already chosen.
    """
    case = get_case(session, case_id)
    if not exercises.is_suitable(case, now) or case.exercise_of is not None:
        raise ConflictError("not_suitable", id=case_id)
    if session.exec(select(KnownAnswer.id).where(KnownAnswer.case_id == case_id)).first() is not None:
        raise ConflictError("chosen_already", id=case_id)
    assert lead.id is not None
    row = KnownAnswer(
        case_id=case_id,
        rule=case.rule,
        queue=case.queue,
        right=_right(case).model_dump(),
        marked_by=lead.id,
        marked_at=now,
    )
    session.add(row)
    audit.record(session, lead.actor, "exercise.mark", f"case:{case_id}", {})
    return row


def end(session: Session, lead: User, known_id: int, now: datetime) -> None:
    """Stops issuing copies of it. Raises NotFoundError."""
    row = session.get(KnownAnswer, known_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise NotFoundError("known_answer", id=known_id)
    row.ended_at = now
    audit.record(session, lead.actor, "exercise.end", f"case:{row.case_id}", {})


def draw(session: Session, user: User, queue: str, now: datetime) -> Case | None:
    """Randomly, a copy for this person, who is about to get a case from the queue; usually None."""
    percent = rules.present(session).known_answers
    if percent <= 0 or not by_lot(percent):
        return None
    assert user.id is not None
    answered = select(KnownAnswerResult.known_id).where(KnownAnswerResult.user_id == user.id)
    query = select(KnownAnswer).where(
        KnownAnswer.queue == queue,
        col(KnownAnswer.ended_at).is_(None),
        col(KnownAnswer.id).not_in(answered),
    )
    rows = session.exec(query).all()
    sources = cases_by_id(session, [row.case_id for row in rows])
    known = exercises.seen_by(session, user.id, sources)
    fit = [
        case for number, case in sources.items() if number not in known and exercises.is_suitable(case, now)
    ]
    return exercises.open_copy(session, secrets.choice(fit)) if fit else None


def answer(session: Session, case: Case, now: datetime) -> None:
    """Records the operator's decision on a copy, once it can no longer be taken back."""
    known = session.exec(select(KnownAnswer).where(KnownAnswer.case_id == case.exercise_of)).one_or_none()
    verdict = verdict_of(case)
    if known is None or not known.right or verdict is None or case.operator_id is None:
        return
    same = (KnownAnswerResult.known_id == known.id, KnownAnswerResult.user_id == case.operator_id)
    if session.exec(select(KnownAnswerResult.id).where(*same)).first() is not None:
        return
    right = Verdict.model_validate(known.right)
    assert known.id is not None
    assert case.id is not None
    looked = history_of(session, case.id)[-1].detail.get("looked_ms")
    row = KnownAnswerResult(
        known_id=known.id,
        user_id=case.operator_id,
        at=case.operator_at or now,
        decided=verdict.decided,
        expected=right.decided,
        right=verdict.agrees(right),
        looked_ms=looked,
    )
    session.add(row)
    detail = {"of": known.case_id, "right": row.right}
    audit.record(session, "system", "exercise.answer", f"case:{case.id}", detail)


def tidy(session: Session, now: datetime) -> bool:
    """Deletes copies that are no longer needed; True if there may be more."""
    past = exercises.past(session, now, ONE_TURN)
    for case in past:
        answer(session, case, now)
        exercises.remove(session, case)
    return len(past) == ONE_TURN


def present(session: Session) -> list[KnownAnswer]:
    """Cases that may be issued, the latest first."""
    query = select(KnownAnswer).where(col(KnownAnswer.ended_at).is_(None))
    return list(session.exec(query.order_by(col(KnownAnswer.id).desc())))


def candidates(session: Session, now: datetime, limit: int = 50) -> list[Case]:
    """Settled cases that could be chosen, the latest first."""
    chosen = set(session.exec(select(KnownAnswer.case_id)))
    return exercises.suitable(session, now, chosen, limit)


def scores(session: Session, since: datetime) -> list[Score]:
    """Everybody's answers since then, the most often wrong first."""
    wrong = col(KnownAnswerResult.right).is_(False)
    accepted = col(KnownAnswerResult.decided) == "accepted"
    to_accept = col(KnownAnswerResult.expected) == "accepted"
    parts = (~wrong, accepted & ~to_accept, ~accepted & to_accept, wrong & accepted & to_accept)
    counts = [func.count().filter(part) for part in parts]
    query: Any = select(col(KnownAnswerResult.user_id), func.count(), *counts)
    rows = session.exec(
        query.where(col(KnownAnswerResult.at) >= since).group_by(col(KnownAnswerResult.user_id))
    )
    return sorted((Score(*row) for row in rows), key=lambda score: (score.share, -score.answered))


def forget(session: Session, case_id: int) -> None:
    """Deletes whatever identifies the vehicle; no more copies of the case are issued."""
    for row in session.exec(select(KnownAnswer).where(KnownAnswer.case_id == case_id)):
        row.right, row.ended_at = {}, row.ended_at or row.marked_at


def _right(case: Case) -> Verdict:
    """The correct decision of an operator, from how the case was settled."""
    if case.state in (State.REJECTED, State.REFUSED):
        return Verdict(decided="rejected", reason=case.reason)
    return acceptance_of(case)
