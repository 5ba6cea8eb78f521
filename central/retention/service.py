"""Deletes data past their retention period (hủy dữ liệu hết thời hạn lưu trữ), but nothing on hold or in open
proceedings.

Each deletion is a `Disposal` row and an entry of the audit log with the hashes. The chain of a node's
packages uses only hashes, so it can be verified afterwards as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from central.audit import cutting
from central.audit import service as audit
from central.audit.cutting import Cuttable
from central.cases import forgetting as cases
from central.cases.lifecycle import State
from central.cases.models import Case
from central.cases.queries import evidence_row
from central.cases.service import lock_case
from central.citizens import forgetting as letters
from central.copies import service as copies
from central.documents import forgetting as documents
from central.ingest import forgetting as ingest
from central.jobs import queue as jobs
from central.media import service as media
from central.media.store import MediaStore
from central.population import service as population
from central.proceedings import closing
from central.proceedings import service as proceedings
from central.registry import service as registry
from central.retention import holds
from central.retention.models import Disposal, LegalHold
from central.viewing import service as viewing
from central.watching import known_answers, rejects, second_review
from configs.retention import Ended, RetentionRule, RetentionRules, load_retention

ERASE = "retention.erase"
"""Kind of the jobs that delete files from the store once their deletion is committed."""

ONE_TURN = 50

_STATES: dict[Ended, frozenset[State]] = {
    "rejected": frozenset({State.REJECTED}),
    "no_offence": frozenset({State.REFUSED, State.EXPIRED, State.WITHDRAWN}),
}


@dataclass(frozen=True)
class Due:
    """A case with data past their retention period; `held`: protected by a hold."""

    case_id: int
    rule: RetentionRule
    ended_at: datetime
    held: bool


def due(session: Session, rules: RetentionRules, now: datetime) -> Iterator[Due]:
    """All cases with data past their retention period, including those on hold, which are marked and must not
    be deleted.
    """
    on_hold = {hold.case_id for hold in holds.list_present(session)}
    for rule in rules.rules:
        for case_id, ended_at in _past(session, rule, now, None):
            yield Due(case_id, rule, ended_at, case_id in on_hold)


def measure(session: Session, found: Due) -> tuple[int, int]:
    """How many files, and how many bytes, the deletion would cover; for papers, the bytes of their values."""
    if found.rule.covers == "papers":
        papers = documents.present(session, found.case_id)
        return len(papers), sum(len(paper.sealed_values) for paper in papers)
    if found.rule.covers != "media":
        proceeding = proceedings.of_case(session, found.case_id)
        files = letters.files_of(session, proceeding.id) if proceeding and proceeding.id else []
        return len(files), sum(file.size for file in files)
    return media.measure(session, _files(session, found.case_id)[0])


def approved_rules(path: Path | None) -> RetentionRules | None:
    """The retention rules; None without a file, or until two people have approved it.

    Raises ConfigError.
    """
    rules = load_retention(path) if path is not None else None
    return rules if rules is not None and rules.approved else None


def dispose_due(session: Session, rules: RetentionRules, now: datetime) -> bool:
    """Deletes one batch of data past their retention period; True if there may be more."""
    left = ONE_TURN
    for rule in rules.rules:
        for case_id, ended_at in _past(session, rule, now, left):
            left -= _dispose(session, case_id, rule, ended_at, now)
    return left <= 0


def log_due(session: Session, rules: RetentionRules, now: datetime) -> Cuttable | None:
    """The part of the audit log past its retention period; None without a rule for it."""
    if rules.audit_log is None:
        return None
    return cutting.cuttable(session, now - rules.audit_log.kept, _held_subjects(session))


def cut_log(session: Session, rules: RetentionRules, now: datetime) -> bool:
    """Deletes one batch of the audit log past its retention period; True if there may be more."""
    if rules.audit_log is None:
        return False
    return cutting.cut(session, now - rules.audit_log.kept, _held_subjects(session), now)


def _held_subjects(session: Session) -> set[str]:
    return {f"case:{hold.case_id}" for hold in holds.list_present(session)}


def list_disposals(session: Session, limit: int = 1000) -> list[Disposal]:
    """Deletions, the latest first."""
    return list(session.exec(select(Disposal).order_by(col(Disposal.id).desc()).limit(limit)))


def disposals_of(session: Session, case_id: int) -> list[Disposal]:
    """What was deleted of a case, the oldest first."""
    query = select(Disposal).where(Disposal.case_id == case_id).order_by(col(Disposal.id))
    return list(session.exec(query))


def erase(session: Session, store: MediaStore, hashes: list[str]) -> int:
    """Deletes files from the store after the commit, unless they were stored again; returns how many."""
    gone = set(hashes) - media.stored(session, hashes)
    for sha256 in sorted(gone):
        store.remove(sha256)
    return len(gone)


def _past(
    session: Session, rule: RetentionRule, now: datetime, limit: int | None
) -> list[tuple[int, datetime]]:
    """Cases under the rule with the time they ended; with a limit only those that may be deleted."""
    if limit is not None and limit <= 0:
        return []
    gone = select(Disposal.case_id).where(Disposal.covers == rule.covers)
    held = select(LegalHold.case_id).where(col(LegalHold.lifted_at).is_(None))
    kept = [gone] if limit is None else [gone, held]
    before = now - rule.kept
    if rule.of == "closed":
        return closing.closed_before(session, before, kept, limit)
    return cases.ended_before(session, _STATES[rule.of], before, [*kept, closing.with_proceedings()], limit)


def _dispose(session: Session, case_id: int, rule: RetentionRule, ended_at: datetime, now: datetime) -> bool:
    case = lock_case(session, case_id)
    if holds.present(session, case_id) is not None or not _still(session, case, rule):
        return False
    row = Disposal(
        case_id=case_id,
        covers=rule.covers,
        rule=rule.code,
        at=now,
        ended_at=ended_at,
        manifest_sha256=evidence_row(session, case_id).manifest_sha256,
    )
    if rule.covers == "papers":
        if _needed_beside(session, case_id):
            return False
        row.files = _forget_papers(session, case_id, now)
    elif rule.covers == "media":
        row.files, row.shared = _forget_media(session, case, now)
    else:
        cases.forget_vehicle(session, case)
        ingest.forget_signed(session, case.event_id)
        registry.forget(session, case_id)
        second_review.forget(session, case_id)
        rejects.forget(session, case_id)
        known_answers.forget(session, case_id)
        population.forget(session, case_id)
        row.files = _forget_letters(session, case_id, now)
    session.add(row)
    detail = {
        "schedule": rule.code,
        "manifest": row.manifest_sha256,
        "files": row.files,
        "shared": row.shared,
    }
    audit.record(session, "system", "retention.dispose", f"case:{case_id}", detail)
    return True


def _still(session: Session, case: Case, rule: RetentionRule) -> bool:
    """Whether the case has not changed since it was found, now that it is locked."""
    if rule.of == "closed":
        return closing.is_closed(session, case.id or 0)
    return case.state in _STATES[rule.of]


def _needed_beside(session: Session, case_id: int) -> bool:
    """Whether a decision of the case covers another one that is on hold or not closed."""
    return any(
        holds.present(session, other) is not None or not closing.is_closed(session, other)
        for other in closing.decided_together(session, case_id)
    )


def _forget_papers(session: Session, case_id: int, now: datetime) -> list[str]:
    """Deletes the papers' keys and values and schedules erasing their files; returns the hashes of the sealed
    files.
    """
    files = documents.forget(session, case_id)
    if files:
        jobs.enqueue(session, ERASE, f"{case_id}:papers", {"files": files}, now)
    return files


def _forget_letters(session: Session, case_id: int, now: datetime) -> list[str]:
    """Deletes the citizens' texts and schedules erasing their files; returns the hashes of the sealed
    files.
    """
    proceeding = proceedings.of_case(session, case_id)
    if proceeding is None or proceeding.id is None:
        return []
    files = sorted(letters.forget(session, proceeding.id))
    if files:
        jobs.enqueue(session, ERASE, f"{case_id}:letters", {"files": files}, now)
    return files


def _forget_media(session: Session, case: Case, now: datetime) -> tuple[list[str], list[str]]:
    """Removes the file names of a case and schedules erasing its files from the store; returns their hashes,
    and those of shared files.
    """
    assert case.id is not None
    mine, shared = _files(session, case.id)
    ingest.forget_files(session, case.event_id)
    copies.forget(session, case.id)
    viewing.forget(session, mine)
    media.forget(session, mine)
    jobs.enqueue(session, ERASE, str(case.id), {"files": sorted(mine)}, now)
    return sorted(mine), sorted(shared)


def _files(session: Session, case_id: int) -> tuple[set[str], set[str]]:
    """Hashes of a case's files and of its owner's copies that only it needs, and of those that others
    need.
    """
    case = session.get_one(Case, case_id)
    named = ingest.files_of(session, case.event_id)
    named |= {copy.copy_sha256 for copy in copies.of_case(session, case_id)}
    shared = ingest.named_by_others(session, named, case.event_id) | copies.used_elsewhere(
        session, named, case_id
    )
    mine = named - shared
    return mine | set(viewing.copies_of(session, mine).values()), shared
