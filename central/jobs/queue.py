"""Jobs as rows: created in the caller's transaction, leased by one worker at a time, retried, finally
dead-lettered.

A worker must finish or renew its lease before it expires. If it dies, the lease expires, so work may be done
twice and must be idempotent: its changes depend on a state or version that the first run has already
advanced.
"""

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from central.audit import service as audit
from central.db import insert
from central.errors import NotFoundError
from central.jobs.models import Job

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Claimed:
    """Work this worker may do until its lease ends; `attempt` counts from 1."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    revision: int
    owner: str


@dataclass(frozen=True)
class Count:
    """How much work of a kind there is: scheduled, due, in progress, dead; and the oldest due time."""

    kind: str
    later: int
    due: int
    running: int
    dead: int
    due_since: datetime | None


def enqueue(session: Session, kind: str, key: str, payload: Mapping[str, Any], run_at: datetime) -> None:
    """Enqueues work, if and when the caller's transaction commits.

    Work of the same kind and key is one job: enqueued again it gets the new payload and time and its attempts
    restart, even if it was dead.
    """
    values = {"payload": dict(payload), "state": "waiting", "run_at": run_at, "attempts": 0, "error": ""}
    statement = insert(session, Job).values(kind=kind, key=key, revision=1, created_at=run_at, **values)
    again = {**values, "revision": col(Job.revision) + 1}
    session.exec(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=again))


def ensure(session: Session, kind: str, key: str, run_at: datetime) -> None:
    """Enqueues work unless it is enqueued already; used for periodic work."""
    row = insert(session, Job).values(
        kind=kind, key=key, payload={}, state="waiting", revision=1, attempts=0, error="",
        run_at=run_at, created_at=run_at,
    )  # fmt: skip
    session.exec(row.on_conflict_do_nothing(index_elements=["kind", "key"]))


def cancel(session: Session, kind: str, key: str) -> bool:
    """Cancels work; True if there was any. Work in progress is not interrupted."""
    return session.exec(delete(Job).where(col(Job.kind) == kind, col(Job.key) == key)).rowcount > 0


def find_due(session: Session, kinds: Iterable[str], now: datetime) -> str | None:
    """The first of these kinds that has due work: a query that takes no lock."""
    for kind in kinds:
        if session.exec(_due(kind, now)).first() is not None:
            return kind
    return None


def claim(session: Session, kind: str, lease: timedelta, owner: str, now: datetime) -> Claimed | None:
    """The oldest due work of a kind, leased; None when there is none (any more).

    On PostgreSQL rows that others are claiming at this moment are skipped; SQLite allows one writer at a
    time.
    """
    job = session.exec(_due(kind, now).with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    assert job.id is not None
    job.lease_owner, job.lease_until = owner, now + lease
    job.attempts += 1
    return Claimed(job.id, job.kind, job.key, job.payload, job.attempts, job.revision, owner)


def renew(session: Session, held: Claimed, until: datetime) -> None:
    """Renews the lease until then, unless another worker has it meanwhile."""
    session.exec(update(Job).where(*_still(held)).values(lease_until=until))


def _due(kind: str, now: datetime) -> SelectOfScalar[Job]:
    """The index serves each kind separately: one query for several kinds would sort the long backlog of one
    for every claim.
    """
    query = select(Job).where(_waiting(), Job.kind == kind, col(Job.run_at) <= now, _free(now))
    return query.order_by(col(Job.run_at), col(Job.id)).limit(1)


def _waiting() -> ColumnElement[bool]:
    return col(Job.state) == "waiting"


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(col(Job.lease_until).is_(None), col(Job.lease_until) <= now)


def finish(session: Session, done: Claimed, again_at: datetime | None = None) -> None:
    """The work is done: deleted, or due again at `again_at`; if it was enqueued again meanwhile, it stays."""
    if again_at is None:
        gone = delete(Job).where(*_still(done), col(Job.revision) == done.revision)
        if session.exec(gone).rowcount:
            return
    same = update(Job).where(*_still(done)).values(lease_owner=None, lease_until=None)
    if again_at is not None:
        session.exec(
            same.where(col(Job.revision) == done.revision).values(run_at=again_at, attempts=0, error="")
        )
    session.exec(same)


def fail(session: Session, tried: Claimed, error: str, again_at: datetime | None) -> None:
    """The work failed: due again at `again_at`, or dead if that is None."""
    values: dict[str, Any] = {"error": error[:500], "lease_owner": None, "lease_until": None}
    same = update(Job).where(*_still(tried))
    present = same.where(col(Job.revision) == tried.revision)
    session.exec(
        present.values(state="dead", **values)
        if again_at is None
        else present.values(run_at=again_at, **values)
    )
    session.exec(same.values(**values))


def note(session: Session, held: Claimed, payload: Mapping[str, Any]) -> None:
    """Keeps for the next run of periodic work how far this one came, unless another worker has it
    meanwhile.
    """
    session.exec(update(Job).where(*_still(held)).values(payload=dict(payload)))


def postpone(session: Session, held: Claimed, why: str, until: datetime) -> None:
    """The work was not tried: due again at `until` without counting the attempt; at once if it was enqueued
    again meanwhile.
    """
    same = update(Job).where(*_still(held))
    later = same.where(col(Job.revision) == held.revision)
    session.exec(later.values(run_at=until, attempts=held.attempt - 1, error=why[:500]))
    session.exec(same.values(lease_owner=None, lease_until=None))


def _still(held: Claimed) -> tuple[Any, ...]:
    """The row, while this worker holds the lease: another may have it after the lease expired."""
    return (col(Job.id) == held.id, col(Job.lease_owner) == held.owner)


def pause_after(attempt: int, spread: float | None = None) -> timedelta:
    """The back-off after the `attempt`-th failure: doubled each time up to `LONGEST_PAUSE`, and varied by up
    to a fifth, so that jobs that failed together are not retried together.
    """
    doubled = min(FIRST_PAUSE * 2.0 ** min(attempt - 1, 20), LONGEST_PAUSE)
    factor: float = random.uniform(0.8, 1.2) if spread is None else spread
    return doubled * factor


def counts(session: Session, now: datetime) -> list[Count]:
    """How much work there is of each kind."""
    due = _waiting() & _free(now) & (col(Job.run_at) <= now)
    later = _waiting() & _free(now) & (col(Job.run_at) > now)
    runs = _waiting() & (col(Job.lease_until) > now)
    parts = [func.count().filter(part) for part in (later, due, runs, col(Job.state) == "dead")]
    since = func.min(col(Job.run_at)).filter(due)
    query = select(Job.kind, *parts, since).group_by(col(Job.kind)).order_by(col(Job.kind))  # type: ignore[call-overload]
    return [Count(*row) for row in session.exec(query)]


def find(session: Session, kind: str, key: str) -> Job | None:
    """The work of that kind and key, waiting or dead."""
    return session.exec(select(Job).where(Job.kind == kind, Job.key == key)).one_or_none()


def list_of(session: Session, kind: str, limit: int) -> list[Job]:
    """Unfinished work of a kind, dead or not, the oldest first."""
    query = select(Job).where(Job.kind == kind).order_by(col(Job.created_at), col(Job.id))
    return list(session.exec(query.limit(limit)))


def count_of(session: Session, kind: str) -> int:
    """How much work of a kind is unfinished, dead or not."""
    return session.exec(select(func.count()).where(Job.kind == kind)).one()


def hurry(session: Session, kinds: Collection[str], now: datetime) -> int:
    """Makes all scheduled or dead work of these kinds due now; returns how much."""
    idle = or_(col(Job.state) == "dead", col(Job.run_at) > now)
    again = update(Job).where(col(Job.kind).in_(kinds), idle, _free(now))
    return session.exec(again.values(state="waiting", run_at=now, attempts=0)).rowcount


def list_dead(session: Session, limit: int = 100) -> list[Job]:
    """Dead work, oldest first."""
    return list(session.exec(select(Job).where(Job.state == "dead").order_by(col(Job.id)).limit(limit)))


def revive(session: Session, job_id: int, now: datetime, actor: str) -> Job:
    """Makes work due now after a person has fixed the problem. Raises NotFoundError."""
    job = _dead(session, job_id)
    job.state, job.run_at, job.attempts = "waiting", now, 0
    audit.record(session, actor, "job.revive", f"job:{job.kind}:{job.key}", {})
    return job


def drop(session: Session, job_id: int, actor: str) -> Job:
    """Deletes work after a person has decided that it shall not be done. Raises NotFoundError."""
    job = _dead(session, job_id)
    session.delete(job)
    audit.record(session, actor, "job.drop", f"job:{job.kind}:{job.key}", {"error": job.error})
    return job


def _dead(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or job.state != "dead":
        raise NotFoundError("job", id=job_id)
    return job
