"""Who read which persons' data within a period, from the audit log: content of a breach report (báo cáo vi
phạm dữ liệu cá nhân), due within 72 hours.

Law 91/2025 Art. 23; NĐ 356/2025 Art. 28-29: kind and time, data and number of persons concerned.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from central.audit.models import AuditEntry

READS = {
    "case.view": "plate",
    "case.disclose": "plate",
    "case.search": "plate",
    "case.export": "plate",
    "evidence.view": "picture",
    "evidence.download": "picture",
    "owner.view": "identity",
    "party.read": "identity",
    "party.find": "identity",
    "population.read": "identity",
    "document.show": "identity",
    "submission.read": "identity",
    "attachment.read": "identity",
    "proceeding.view": "case",
    "audit.read": "log",
    "audit.readings": "log",
    "search.read": "plate",
    "data_request.collect": "identity",
    "data_request.read": "identity",
}
"""Actions that show personal data, and which kind."""


@dataclass
class Reading:
    """One reader, one subject, one action: how often, from when to when, for which stated purposes."""

    actor: str
    action: str
    subject: str
    first: datetime
    last: datetime
    count: int = 1
    purposes: set[str] = field(default_factory=set)

    @property
    def data(self) -> str:
        """The kind of data that was shown: `plate`, `picture`, `identity`, `case` or `log`."""
        return READS[self.action]


@dataclass(frozen=True)
class BreachReport:
    """All readings from `first` to before `until`, by reader."""

    first: datetime
    until: datetime
    readings: Sequence[Reading]

    @property
    def readers(self) -> int:
        """How many different people, nodes or clients read."""
        return len({reading.actor for reading in self.readings})

    def subjects(self, kind: str) -> int:
        """How many different subjects of a kind (`case`, `party`) were read."""
        return len(self.numbers(kind))

    def numbers(self, kind: str) -> set[int]:
        """The numbers of the subjects of a kind that were read."""
        found = {reading.subject for reading in self.readings if reading.subject.startswith(f"{kind}:")}
        numbers = {subject.partition(":")[2] for subject in found}
        return {int(number) for number in numbers if number.isdecimal()}


def report(session: Session, first: datetime, until: datetime, person: str | None = None) -> BreachReport:
    """The readings in that period, by everybody or by one user, in the order of the first reading."""
    query = select(AuditEntry).where(
        col(AuditEntry.at) >= first, col(AuditEntry.at) < until, col(AuditEntry.action).in_(READS)
    )
    if person is not None:
        query = query.where(AuditEntry.actor == f"user:{person}")
    entries = session.exec(query.order_by(col(AuditEntry.seq)).execution_options(yield_per=1000))
    return BreachReport(first, until, _grouped(entries))


def readings_of(session: Session, subjects: Collection[str]) -> list[Reading]:
    """Who read these subjects (`case:17`, `party:4`), and who searched for one of them as a plate
    (`plate:98A12345`), in the order of the first reading.
    """
    about = col(AuditEntry.subject).in_(subjects), col(AuditEntry.action).in_(READS)
    entries = list(session.exec(select(AuditEntry).where(*about)))
    plates = {subject for subject in subjects if subject.startswith("plate:")}
    searches = session.exec(select(AuditEntry).where(AuditEntry.action == "case.search")) if plates else ()
    found = {entry.seq: entry for entry in entries}
    found |= {entry.seq: entry for entry in searches if _subject(entry) in plates}
    return _grouped(found[seq] for seq in sorted(found))


def _grouped(entries: Iterable[AuditEntry]) -> list[Reading]:
    found: dict[tuple[str, str, str], Reading] = {}
    for entry in entries:
        key = (entry.actor, entry.action, _subject(entry))
        reading = found.get(key)
        if reading is None:
            reading = found[key] = Reading(*key, first=entry.at, last=entry.at)
        else:
            reading.last, reading.count = entry.at, reading.count + 1
        purpose = entry.detail.get("purpose") or entry.detail.get("why")
        if purpose:
            reading.purposes.add(str(purpose))
    return list(found.values())


def _subject(entry: AuditEntry) -> str:
    """The subject that was read: the plate for a search, otherwise the subject of the entry."""
    plate = entry.detail.get("plate") if entry.action == "case.search" else None
    return f"plate:{plate}" if plate else entry.subject
