"""Records actions in the log and proves that none was altered or removed.

`record` only stages an entry; the chain is sealed just before the transaction commits. The lock that orders
the entries of all processes is therefore held for a few milliseconds, never while waiting for another lock,
and an action and its record are committed together or not at all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col, select

from central.audit.models import AuditCut, AuditEntry
from central.db import clock_of, is_reading
from contract.canonical import canonical_bytes, sha256_hex

FIRST_PREVIOUS = "0" * 64
_LOCK_KEY = 0x4E675475  # "NgTu": one advisory lock number for the chain
_STAGED = "audit_staged"

CUT = "audit.cut"
"""The action that deletes the oldest entries after their retention period."""


@dataclass(frozen=True)
class _Staged:
    within: SessionTransaction | None
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class ChainReport:
    """Result of `verify_chain`: `broken_at` is the first entry that doesn't fit, None if all fit."""

    entries: int
    broken_at: int | None
    reason: str = ""


def record(session: OrmSession, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Records that `actor` (`user:lan`, `node:nut-1`, `system`) did `action` to `subject` (`case:17`).

    `detail` is JSON without floats beyond what RFC 8785 can write. The moment is the centre's clock's. Sealed
    and written when the transaction commits.

    Raises:
        RuntimeError: the session is read-only, so the action would not be recorded.
    """
    if is_reading(session):
        raise RuntimeError(f"{action} can't be recorded: the session only reads")
    within = session.get_nested_transaction() or session.get_transaction()
    entry = _Staged(within, clock_of(session), actor[:100], action, subject[:160], detail)
    session.info.setdefault(_STAGED, []).append(entry)
    if within is None:
        session.begin()  # otherwise a session that only records would have nothing to commit


@event.listens_for(OrmSession, "before_commit")
def _seal(session: OrmSession) -> None:
    if session.in_nested_transaction() or not session.info.get(_STAGED):
        return
    staged: list[_Staged] = session.info.pop(_STAGED)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    seq, previous = head(session)
    for item in staged:
        seq += 1
        entry = AuditEntry(
            seq=seq,
            at=item.at,
            actor=item.actor,
            action=item.action,
            subject=item.subject,
            detail=item.detail,
            previous=previous,
            hash="",
        )
        entry.hash = previous = entry_hash(entry)
        session.add(entry)


def head(session: OrmSession) -> tuple[int, str]:
    """Number and hash of the last entry: while the chain is intact, they identify the whole log."""
    query = select(AuditEntry.seq, AuditEntry.hash).order_by(col(AuditEntry.seq).desc())
    last = session.execute(query.limit(1)).first()
    return (last[0], last[1]) if last else (0, FIRST_PREVIOUS)


@event.listens_for(OrmSession, "after_soft_rollback")
def _forget(session: OrmSession, ended: SessionTransaction) -> None:
    staged: list[_Staged] = session.info.get(_STAGED, [])
    session.info[_STAGED] = [item for item in staged if not _is_within(item.within, ended)]


def _is_within(transaction: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while transaction is not None and transaction is not ended:
        transaction = transaction.parent
    return transaction is ended or ended.parent is None


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON of the entry without its own hash."""
    return sha256_hex(
        canonical_bytes(
            {
                "seq": entry.seq,
                "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "detail": entry.detail,
                "previous": entry.previous,
            }
        )
    )


def last_cut(session: Session) -> AuditCut | None:
    """The latest cut of the log."""
    return session.exec(select(AuditCut).order_by(col(AuditCut.through).desc()).limit(1)).first()


def verify_chain(session: Session) -> ChainReport:
    """Verifies the whole log and finds the first entry that was altered, or before which one is missing.

    A log whose beginning was deleted continues from the hash of the last deleted entry; the chain itself must
    record the cut.
    """
    cut = last_cut(session)
    expected_seq, previous = (cut.through + 1, cut.hash) if cut is not None else (1, FIRST_PREVIOUS)
    count, told = 0, cut is None
    query = select(AuditEntry).order_by(col(AuditEntry.seq)).execution_options(yield_per=1000)
    for entry in session.exec(query):
        if entry.seq != expected_seq:
            return ChainReport(count, expected_seq, f"entry {expected_seq} is missing")
        if entry.previous != previous:
            return ChainReport(count, entry.seq, f"entry {entry.seq} doesn't follow the one before it")
        if entry.hash != entry_hash(entry):
            return ChainReport(count, entry.seq, f"entry {entry.seq} was altered")
        told = told or _tells_of(entry, cut)
        expected_seq, previous, count = entry.seq + 1, entry.hash, count + 1
    if cut is not None and not told:
        reason = f"no entry tells that those up to {cut.through} went when their time was over"
        return ChainReport(count, cut.through, reason)
    return ChainReport(count, None)


def _tells_of(entry: AuditEntry, cut: AuditCut | None) -> bool:
    said = (entry.detail.get("through"), entry.detail.get("hash"))
    return cut is not None and entry.action == CUT and said == (cut.through, cut.hash)


def was_recorded(
    session: Session, actor: str, action: str, subject: str, detail: dict[str, Any], within: timedelta
) -> bool:
    """Whether exactly this action is already in the log, within the last `within`."""
    query = select(AuditEntry.detail).where(
        AuditEntry.subject == subject,
        AuditEntry.actor == actor,
        AuditEntry.action == action,
        col(AuditEntry.at) > clock_of(session) - within,
    )
    return detail in session.exec(query).all()


@dataclass(frozen=True)
class Sought:
    """Search criteria for the log; None leaves a field open.

    `person` is a user's name: their actions, and those that concern them. `first` is included, `until` not.
    """

    subject: str | None = None
    person: str | None = None
    first: datetime | None = None
    until: datetime | None = None


EVERYTHING = Sought()


def was_done(session: Session, actor: str, action: str, subject: str, within: timedelta) -> bool:
    """Whether somebody did this to the subject within the last `within`."""
    query = (
        select(AuditEntry.seq)
        .where(AuditEntry.subject == subject, AuditEntry.actor == actor, AuditEntry.action == action)
        .where(col(AuditEntry.at) > clock_of(session) - within)
    )
    return session.exec(query.limit(1)).first() is not None


def list_entries(
    session: Session, before: int | None = None, sought: Sought = EVERYTHING, limit: int = 50
) -> list[AuditEntry]:
    """Newest first; `before` is the `seq` of the last entry of the previous page."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEntry.seq) < before)
    if sought.subject is not None:
        query = query.where(AuditEntry.subject == sought.subject)
    if sought.person is not None:
        name = f"user:{sought.person}"
        query = query.where((col(AuditEntry.actor) == name) | (col(AuditEntry.subject) == name))
    if sought.first is not None:
        query = query.where(col(AuditEntry.at) >= sought.first)
    if sought.until is not None:
        query = query.where(col(AuditEntry.at) < sought.until)
    return list(session.exec(query))


def of_action(session: Session, action: str, first: datetime, until: datetime) -> list[AuditEntry]:
    """Every entry of one action from `first` to before `until`, the latest first."""
    query = select(AuditEntry).where(
        AuditEntry.action == action, col(AuditEntry.at) >= first, col(AuditEntry.at) < until
    )
    return list(session.exec(query.order_by(col(AuditEntry.seq).desc())))
