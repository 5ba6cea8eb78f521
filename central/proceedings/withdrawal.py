"""Withdraws everything a camera found in a period because its lines, amber time or clock were wrong.

Every case of the camera and period is listed, whatever its state. All that had not ended in another way end:
notices are withdrawn, decisions annulled, money and points are to be returned, and people who were notified
of a case are informed of its end. Evidence of the period that a node delivers only later ends as it comes in.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.models import Case
from central.cases.queries import Arrivals, CaseFilter, arrivals_since, list_cases
from central.cases.service import lock_case
from central.cases.service import withdraw as end_case
from central.db import among
from central.errors import InvalidError, NotFoundError
from central.proceedings.engine import STEPS
from central.proceedings.loading import load
from central.proceedings.models import Withdrawal, WithdrawnCase
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, StepRefusedError, lock, of_case, take
from central.proceedings.tracks import Actor, Track
from contract.local_time import local_day

LATEST_COMMIT = timedelta(minutes=15)
"""Longest time from the moment a case is dated as received until every process sees it, clocks that differ
included.
"""


@dataclass(frozen=True)
class Scope:
    """The scope of a withdrawal: a camera, a period (from included, until excluded), one rule or all
    (None).
    """

    node_id: str
    camera_id: str
    from_at: datetime
    until_at: datetime
    rule: str | None = None


def affected(session: Session, scope: Scope, received_from: datetime | None = None) -> list[Case]:
    """Every case the camera recorded within that period, all of which a withdrawal would affect."""
    wanted = CaseFilter(
        camera=(scope.node_id, scope.camera_id),
        first=scope.from_at,
        until=scope.until_at,
        rule=scope.rule,
        received_from=received_from,
    )
    return list_cases(session, wanted, limit=None, order="oldest")


def withdraw(
    session: Session, scope: Scope, reason: str, by: Mover, now: datetime
) -> tuple[Withdrawal, list[WithdrawnCase]]:
    """Ends everything in the scope and lists every case of it. The papers for the parties are drawn up by
    `desk.withdraw`.

    Raises:
        InvalidError: an empty period, or no reason.
        StepRefusedError: the person may not sign.
    """
    if scope.until_at <= scope.from_at or not reason.strip():
        raise InvalidError("withdrawal", field="reason" if reason.strip() == "" else "until_at")
    if Actor.SIGNER not in by.actors or by.person is None:
        raise StepRefusedError("wrong_role", action="stop", problems=("wrong_role",))
    act = Withdrawal(
        node_id=scope.node_id,
        camera_id=scope.camera_id,
        rule=scope.rule,
        from_at=scope.from_at,
        until_at=scope.until_at,
        reason=reason.strip(),
        by_id=by.person,
        at=now,
    )
    session.add(act)
    session.flush()
    rows = [_end(session, act, case, by, now) for case in affected(session, scope)]
    session.add_all(rows)
    session.flush()
    _audit(session, act, by, {"id": act.id, "cases": len(rows), "reason": reason[:200]})
    return act, rows


def end_late(session: Session, now: datetime, since: datetime | None = None) -> int:
    """Ends cases that came in after the withdrawal of their camera and period and lists them with it; returns
    how many.

    `since`: an earlier call has done this for everything that had come in by then. Without it every
    withdrawal is gone through.
    """
    if since is None:
        acts = session.exec(select(Withdrawal)).all()
        return sum(_end_late(session, act, act.at, now) for act in acts)
    begin = since - LATEST_COMMIT
    acts = _touched(session, arrivals_since(session, begin))
    return sum(_end_late(session, act, begin, now) for act in acts)


def _touched(session: Session, arrivals: Sequence[Arrivals]) -> list[Withdrawal]:
    """The withdrawals that may cover one of the acts whose evidence came in."""
    if not arrivals:
        return []
    first, last = min(each.first for each in arrivals), max(each.last for each in arrivals)
    over = (col(Withdrawal.from_at) <= last, col(Withdrawal.until_at) > first)
    came = {each.camera: each for each in arrivals}
    return [
        act
        for act in session.exec(select(Withdrawal).where(*over).order_by(col(Withdrawal.id)))
        if (of := came.get((act.node_id, act.camera_id)))
        and of.first < act.until_at
        and act.from_at <= of.last
    ]


def _end_late(session: Session, act: Withdrawal, begin: datetime, now: datetime) -> int:
    assert act.id is not None
    scope = Scope(act.node_id, act.camera_id, act.from_at, act.until_at, act.rule)
    came = affected(session, scope, received_from=begin)
    known = {row.case_id for row in listed(session, act.id)} if came else set[int]()
    late = [case for case in came if case.id not in known]
    if not late:
        return 0
    signer = session.get_one(User, act.by_id)
    by = Mover(signer.full_name, frozenset({Actor.SIGNER}), PROGRAMME.audit_name, act.by_id)
    session.add_all([_end(session, act, case, by, now) for case in late])
    _audit(session, act, by, {"id": act.id, "cases": len(late), "late": True})
    session.flush()
    return len(late)


def _audit(session: Session, act: Withdrawal, by: Mover, detail: dict[str, Any]) -> None:
    subject = f"camera:{act.node_id}/{act.camera_id}"
    audit.record(session, by.audit_name, "proceeding.withdraw", subject, detail)


def _end(session: Session, act: Withdrawal, case: Case, by: Mover, now: datetime) -> WithdrawnCase:
    """Ends the proceedings first, which may have a decision to annul; then the case itself."""
    row = _stop(session, act, case, by, now)
    assert case.id is not None
    end_case(session, lock_case(session, case.id), now, by.name, act.reason)
    return row


def _stop(session: Session, act: Withdrawal, case: Case, by: Mover, now: datetime) -> WithdrawnCase:
    assert act.id is not None
    assert case.id is not None
    row = WithdrawnCase(withdrawal_id=act.id, case_id=case.id, stood_at=case.state)
    proceeding = of_case(session, case.id)
    if proceeding is None or proceeding.id is None:
        return row
    lock(session, proceeding.id)
    before = load(session, proceeding, local_day(now))
    row.stood_at = f"{case.state}/{before.dossier.at(Track.CASE)}"
    if before.dossier.at(Track.CASE) not in STEPS["stop"].sources:
        return row
    take(session, proceeding, Doing("stop", reason="withdrawn", note=act.reason), by, now)
    proceeding.withdrawal_id = act.id
    after = load(
        session, proceeding, local_day(now), before.decision.id if before.decision is not None else None
    )
    row.notice_withdrawn = before.dossier.is_at(Track.NOTICE, "sent")
    if after.dossier.is_at(Track.PAYMENT, "refund_due"):
        row.money_back = before.dossier.money.paid
    if after.dossier.is_at(Track.POINTS, "to_give_back"):
        row.points_back = before.decision.points if before.decision is not None else 0
    return row


def get(session: Session, withdrawal_id: int) -> Withdrawal:
    """The withdrawal with that id. Raises NotFoundError."""
    act = session.get(Withdrawal, withdrawal_id)
    if act is None:
        raise NotFoundError("withdrawal", id=withdrawal_id)
    return act


def acts(session: Session, limit: int = 100) -> list[Withdrawal]:
    """Every withdrawal, the newest first."""
    return list(session.exec(select(Withdrawal).order_by(col(Withdrawal.id).desc()).limit(limit)))


def standing(session: Session, scope: Scope) -> dict[str, int]:
    """Cases that a withdrawal would affect, counted by state before anybody decides on it."""
    return dict(Counter(case.state for case in affected(session, scope)))


def listed(session: Session, withdrawal_id: int) -> list[WithdrawnCase]:
    """Every case of a withdrawal."""
    query = select(WithdrawnCase).where(WithdrawnCase.withdrawal_id == withdrawal_id)
    return list(session.exec(query.order_by(col(WithdrawnCase.case_id))))


def told(session: Session, withdrawal_id: int, case_id: int, now: datetime) -> WithdrawnCase:
    """Records that the parties of a case were informed of the withdrawal. Raises NotFoundError."""
    row = session.get(WithdrawnCase, (withdrawal_id, case_id))
    if row is None:
        raise NotFoundError("withdrawn_case", id=case_id)
    row.told_at = now
    return row


def of_cases(session: Session, case_ids: Collection[int]) -> list[WithdrawnCase]:
    """The withdrawals of these cases."""
    query = select(WithdrawnCase).where(among(session, WithdrawnCase.case_id, case_ids))
    return list(session.exec(query.order_by(col(WithdrawnCase.case_id))))
