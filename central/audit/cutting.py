"""Deletes the oldest entries of the log past their retention period (hủy nhật ký hết thời hạn).

The oldest entries first, never beyond an entry of a case on hold or one a SIEM has not received. The chain
continues from the hash of the last deleted entry; the database allows no other deletion.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from central.audit.models import AuditCut, AuditEntry, AuditExport
from central.audit.service import CUT, record

ONE_TURN = 5_000


@dataclass(frozen=True)
class Cuttable:
    """The deletable part of the log: how many entries, up to which one; `stopped_by` is the entry before
    which it ends: one of a case on hold, or the first a SIEM has not received.
    """

    entries: int
    through: int
    stopped_by: int | None


def cuttable(session: Session, before: datetime, held: Collection[str], most: int | None = None) -> Cuttable:
    """The oldest entries before that time; `held`: subjects whose entries must stay (`case:17`)."""
    first: int | None = session.exec(select(func.min(AuditEntry.seq))).one()
    if first is None:
        return Cuttable(0, 0, None)
    newer: int | None = session.exec(
        select(func.min(AuditEntry.seq)).where(col(AuditEntry.at) >= before)
    ).one()
    end = newer if newer is not None else _last(session)  # the last entry stays: the chain continues from it
    stops = [seq for seq in (_first_held(session, held), _first_unsent(session)) if seq is not None]
    stopped_by = min((seq for seq in stops if seq < end), default=None)
    end = stopped_by if stopped_by is not None else end
    if most is not None:
        end = min(end, first + most)
    return Cuttable(end - first, end - 1, stopped_by)


def cut(session: Session, before: datetime, held: Collection[str], now: datetime) -> bool:
    """Deletes one batch of the oldest entries and records it in the log; True if there may be more."""
    found = cuttable(session, before, held, ONE_TURN)
    if not found.entries:
        return False
    last = session.get_one(AuditEntry, found.through)
    first_at = session.exec(select(func.min(AuditEntry.at)).where(col(AuditEntry.seq) <= found.through)).one()
    session.add(
        AuditCut(
            through=last.seq,
            hash=last.hash,
            entries=found.entries,
            first_at=first_at,
            last_at=last.at,
            at=now,
        )
    )
    detail = {
        "through": last.seq,
        "hash": last.hash,
        "entries": found.entries,
        "until": last.at.isoformat(timespec="seconds"),
    }
    record(session, "system", CUT, "audit", detail)
    session.flush()
    session.exec(delete(AuditEntry).where(col(AuditEntry.seq) <= found.through))
    return found.entries == ONE_TURN


def _last(session: Session) -> int:
    return session.exec(select(func.max(AuditEntry.seq))).one() or 0


def _first_held(session: Session, held: Collection[str]) -> int | None:
    if not held:
        return None
    return session.exec(select(func.min(AuditEntry.seq)).where(col(AuditEntry.subject).in_(held))).one()


def _first_unsent(session: Session) -> int | None:
    """The first entry not yet received by one of the SIEMs that entries were ever sent to."""
    sent = session.exec(select(func.min(AuditExport.seq))).one()
    return sent + 1 if sent is not None else None
