"""Test cases (bài kiểm tra): copies of closed cases that operators review without knowing it. They look like
any other case and never become one. A copy exists from its claim until shortly after its decision; the
database refuses it every state that leads to an offence, lists omit it, and no register is queried for it.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from central.audit import service as audit
from central.cases.lifecycle import Action, State
from central.cases.models import REAL, Case, CaseEvent, CaseEvidence
from central.cases.queries import evidence_row, manifest_of
from central.cases.service import as_seen, write_event

SETTLED = (State.CONFIRMED, State.RECORDED, State.REJECTED, State.REFUSED)
"""States of cases whose answer is known."""

STAYS = timedelta(minutes=10)
"""How long a copy remains that is no longer on anybody's screen."""

_COPIED = frozenset(
    {
        "node", "camera", "site", "site_name", "node_decision", "occurred_at", "clock_uncertainty_ms",
        "received_at", "vehicle_kind_seen", "vehicle_colour", "plate_read", "plate_confidence",
        "notice_due_at", "limitation_at",
    }
)  # fmt: skip


def is_suitable(case: Case, now: datetime) -> bool:
    """Whether copies of a case look like new ones: its deadline is not over, it is settled, and it is not
    restricted to the police (then its evidence serves for sanctioning only).
    """
    return case.state in SETTLED and case.police_only_from is None and case.notice_due_at > now


def suitable(session: Session, now: datetime, but_not: Collection[int], limit: int) -> list[Case]:
    """Settled cases that could be copied, the latest first."""
    query = select(Case).where(
        col(Case.state).in_(SETTLED),
        col(Case.police_only_from).is_(None),
        REAL,
        col(Case.notice_due_at) > now,
        col(Case.id).not_in(but_not),
    )
    return list(session.exec(query.order_by(col(Case.id).desc()).limit(limit)))


def seen_by(session: Session, person: int, case_ids: Collection[int]) -> set[int]:
    """Those of these cases whose history contains the person."""
    query = select(CaseEvent.case_id).where(
        CaseEvent.actor_id == person, col(CaseEvent.case_id).in_(case_ids)
    )
    return set(session.exec(query))


def open_copy(session: Session, source: Case) -> Case:
    """A copy of the case as its node reported it, with its own number and event."""
    assert source.id is not None
    seen = as_seen(session, manifest_of(session, source.id), source.received_at, source.id)
    case = Case(
        **{name: getattr(source, name) for name in _COPIED},
        **seen,
        event_id=secrets.token_hex(16),
        state=State.RECEIVED,
        exercise_of=source.id,
    )
    session.add(case)
    session.flush()
    assert case.id is not None
    evidence = evidence_row(session, source.id)
    session.add(CaseEvidence(case_id=case.id, manifest_sha256=evidence.manifest_sha256, jws=evidence.jws))
    write_event(session, case, Action.RECEIVE, None, None, source.received_at, detail={"node": case.node})
    audit.record(session, "system", "exercise.open", f"case:{case.id}", {"of": source.id})
    return case


def past(session: Session, now: datetime, limit: int) -> list[Case]:
    """Copies that were decided a while ago or are on nobody's screen any more, locked. The one with the
    highest number stays until a later case exists: no number is issued twice.
    """
    idle = (col(Case.state) != State.IN_REVIEW) | (col(Case.lease_until) < now - STAYS)
    long_ago = col(Case.operator_at).is_(None) | (col(Case.operator_at) < now - STAYS)
    highest = select(func.max(Case.id)).scalar_subquery()
    query = select(Case).where(col(Case.exercise_of).is_not(None), idle, long_ago, col(Case.id) < highest)
    return list(session.exec(query.limit(limit).with_for_update(skip_locked=True)))


def remove(session: Session, case: Case) -> None:
    """Deletes a copy; the audit log records that it existed, and of which case."""
    assert case.exercise_of is not None
    for table in (CaseEvent, CaseEvidence):
        session.exec(delete(table).where(col(table.case_id) == case.id))
    audit.record(session, "system", "exercise.remove", f"case:{case.id}", {"of": case.exercise_of})
    session.delete(case)
    session.flush()
