"""One act that undoes everything a camera found in a time (its line was wrong, its amber, its clock):
nobody pays for it.

Every case of the camera and period is listed, whatever became of it. Those still with the operators or
officers are for the review room to end; those with proceedings are stopped here: notices withdrawn,
decisions annulled, money and points due back, and the people who were told of the case are to be told of
its end.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.cases.models import Case
from central.errors import InvalidError
from central.proceedings.loading import load
from central.proceedings.models import Proceeding, Withdrawal, WithdrawnCase
from central.proceedings.people import Mover
from central.proceedings.service import Doing, lock, take
from central.proceedings.tracks import Track
from contract.local_time import local_day


@dataclass(frozen=True)
class Scope:
    """What is withdrawn: a camera, a time (from included, until excluded), one rule or all (None)."""

    node_id: str
    camera_id: str
    from_at: datetime
    until_at: datetime
    rule: str | None = None


def affected(session: Session, scope: Scope) -> list[Case]:
    """Every case the camera found in that time: what a withdrawal would touch."""
    query = select(Case).where(
        Case.node == scope.node_id,
        Case.camera == scope.camera_id,
        col(Case.occurred_at) >= scope.from_at,
        col(Case.occurred_at) < scope.until_at,
    )
    if scope.rule is not None:
        query = query.where(Case.rule == scope.rule)
    return list(session.exec(query.order_by(col(Case.id))))


def withdraw(
    session: Session, scope: Scope, reason: str, by: Mover, now: datetime
) -> tuple[Withdrawal, list[WithdrawnCase]]:
    """Stops everything of the scope that has proceedings and lists every case of it.

    Raises:
        InvalidError: an empty time, or no reason.
        StepRefusedError: not by somebody who signs.
    """
    if scope.until_at <= scope.from_at or not reason.strip():
        raise InvalidError("withdrawal", field="reason" if reason.strip() == "" else "until_at")
    assert by.person is not None
    act = Withdrawal(
        node_id=scope.node_id,
        camera_id=scope.camera_id,
        rule=scope.rule,
        from_at=scope.from_at,
        until_at=scope.until_at,
        reason=reason,
        by_id=by.person,
        at=now,
    )
    session.add(act)
    session.flush()
    rows = [_stop(session, act, case, by, now) for case in affected(session, scope)]
    session.add_all(rows)
    session.flush()
    detail = {"id": act.id, "cases": len(rows), "reason": reason[:200]}
    audit.record(
        session, by.audit_name, "proceeding.withdraw", f"camera:{scope.node_id}/{scope.camera_id}", detail
    )
    return act, rows


def _stop(session: Session, act: Withdrawal, case: Case, by: Mover, now: datetime) -> WithdrawnCase:
    assert act.id is not None
    assert case.id is not None
    row = WithdrawnCase(withdrawal_id=act.id, case_id=case.id, stood_at=case.state)
    proceeding = session.exec(select(Proceeding).where(Proceeding.case_id == case.id)).one_or_none()
    if proceeding is None or proceeding.id is None:
        return row
    lock(session, proceeding.id)
    before = load(session, proceeding, local_day(now))
    row.stood_at = f"{case.state}/{before.dossier.at(Track.CASE)}"
    if before.dossier.is_at(Track.CASE, "expired", "cancelled", "stopped", "handed_over", "time_over"):
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


def listed(session: Session, withdrawal_id: int) -> list[WithdrawnCase]:
    """Every case of a withdrawal."""
    query = select(WithdrawnCase).where(WithdrawnCase.withdrawal_id == withdrawal_id)
    return list(session.exec(query.order_by(col(WithdrawnCase.case_id))))


def told(session: Session, withdrawal_id: int, case_id: int, now: datetime) -> None:
    """The people of a case were told that it was withdrawn."""
    row = session.get(WithdrawnCase, (withdrawal_id, case_id))
    if row is not None:
        row.told_at = now
