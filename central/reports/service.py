"""Draws up a report, stores it unchanged, and shows which figures have changed since."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from central.audit import service as audit
from central.db import sort_in_memory
from central.errors import ConflictError, NotFoundError
from central.law.service import known_reasons
from central.reports import availability, entries, keeping, kept, people, rights, trend
from central.reports import figures as told
from central.reports.availability import HOURED
from central.reports.counting import Counting, Periods, shares
from central.reports.models import ReportSnapshot
from central.reports.periods import CutOffs, Kind, Period, year_to_date
from central.reports.times import TIMED, lengths, near_limits, times
from central.reports.totals import count
from central.reports.values import Change, Figure, Report, Span
from contract.canonical import sha256_hex
from contract.local_time import local_day


def take(
    session: Session, unit: str, cut_offs: CutOffs, kind: Kind, period: Period, now: datetime, actor: str
) -> ReportSnapshot:
    """Draws up the report of a period that has ended. An existing one is drawn up again only if a figure of
    the period changed, with the changes listed; otherwise it is returned.

    Raises:
        ConflictError: the period has not ended yet.
    """
    if now < period.ends:
        raise ConflictError("report_period_open", last=period.last.isoformat())
    report = drawn(session, unit, cut_offs, kind, period, now)
    known = latest(session, kind, period)
    if known is not None:
        was = content_of(known)
        changes = [*changed(was, report), *_reentered(was, report)]
        if not changes and was.entered == report.entered:
            return known
        report = report.model_copy(update={"corrections": tuple(changes)})
    return _keep(session, report, 1 if known is None else known.revision + 1, actor)


def retell(
    session: Session, cut_offs: CutOffs, kind: Kind, period: Period, now: datetime, actor: str
) -> ReportSnapshot | None:
    """Stores a report again with the entries made since, its figures unchanged; None if there is no report of
    the period yet, or nothing changed.
    """
    known = latest(session, kind, period)
    if known is None:
        return None
    was = content_of(known)
    report = was.model_copy(update={"entered": entries.told(session, cut_offs, kind, period)})
    if report.entered == was.entered:
        return None
    report = report.model_copy(update={"taken_at": now, "corrections": tuple(_reentered(was, report))})
    return _keep(session, report, known.revision + 1, actor)


def _reentered(was: Report, now: Report) -> list[Change]:
    """Manual entries that differ from those in the previous report."""
    before = {line.key: line for line in was.entered if line.number is not None}
    present = {line.key: line for line in now.entered}
    return [
        Change(figure=present.get(key, line.model_copy(update={"number": None})).figure, was=line.number)
        for key, line in before.items()
        if key not in present or present[key].number != line.number
    ]


def drawn(
    session: Session, unit: str, cut_offs: CutOffs, kind: Kind, period: Period, now: datetime
) -> Report:
    """The figures as they are now."""
    sort_in_memory(session)
    before, last_year = cut_offs.before(kind, period), cut_offs.year_before(kind, period)
    periods = (period, before, last_year, year_to_date(period))
    spans = [Span(first=each.first, last=each.last) for each in periods]
    return Report(
        kind=kind,
        unit=unit,
        this=spans[0],
        before=spans[1],
        last_year=spans[2],
        year=spans[3],
        taken_at=now,
        figures=tuple(_figures(session, periods, now)),
        counted=tuple(sorted(told.COUNTED | TIMED | HOURED | trend.TREND)),
        entered=entries.told(session, cut_offs, kind, period),
        reasons=_reasons(session),
    )


def _reasons(session: Session) -> dict[str, tuple[str, str]]:
    return {code: (row.text_vi, row.text_en) for code, row in known_reasons(session).items()}


def counted_for(session: Session) -> list[Counting]:
    """All counts from which a report's lines of its periods are computed."""
    return [*told.COUNTINGS, *told.moments(session), *lengths(session)]


_TOLD = frozenset(each.key for each in told.COUNTINGS)


def _figures(session: Session, periods: Periods, now: datetime) -> list[Figure]:
    countings = counted_for(session)
    found = count(session, countings, periods, kept.known(session, countings, periods))
    counted = people.named(session, [line for line in found if line.key in _TOLD])
    derived = [line for share in told.SHARES for line in shares(share, counted)]
    shown = [line for line in counted if line.key not in told.INNER]
    standing = [
        *told.standings(session, local_day(now)),
        *keeping.standings(session, now),
        *near_limits(session, now),
        *availability.proofs(session, now),
    ]
    periodical = [
        *told.of_the_day(found),
        *availability.worked(session, periods, now),
        *rights.requests(session, periods),
        *trend.against_start(session, periods, counted),
    ]
    lines = [*standing, *shown, *periodical, *derived, *times(found)]
    return sorted(lines, key=lambda line: line.group)


def changed(old: Report, new: Report) -> list[Change]:
    """The figures of the period itself that have changed: lines added, removed or with another number.

    Present states are not figures of the period; a figure that the old report didn't count can't be
    corrected.
    """
    was, now = _of_period(old.figures), _of_period(new.figures)
    known = set(old.counted) or {line.key for line in was.values()}
    now = {name: line for name, line in now.items() if line.key in known}
    gone = [
        Change(figure=line.model_copy(update={"this": _nothing(line)}), was=line.this)
        for name, line in was.items()
        if name not in now and line.this
    ]
    other = [
        Change(figure=line, was=was[name].this if name in was else _nothing(line))
        for name, line in now.items()
        if line.this != (was[name].this if name in was else _nothing(line))
    ]
    return sorted(other + gone, key=lambda change: (change.figure.group, change.figure.name))


def _nothing(line: Figure) -> float | None:
    return None if line.unit in ("share", "per_thousand", "hours") else 0


def _of_period(lines: Iterable[Figure]) -> dict[tuple[str, tuple[tuple[str, str], ...]], Figure]:
    return {line.name: line for line in lines if not line.standing}


def _keep(session: Session, report: Report, revision: int, actor: str) -> ReportSnapshot:
    content = report.model_dump_json()
    snapshot = ReportSnapshot(
        kind=report.kind.value,
        first_day=report.this.first,
        last_day=report.this.last,
        revision=revision,
        corrected=len(report.corrections),
        taken_at=report.taken_at,
        taken_by=actor,
        content=content,
        sha256=sha256_hex(content.encode()),
    )
    session.add(snapshot)
    session.flush()
    detail = {"kind": snapshot.kind, "first": str(snapshot.first_day), "sha256": snapshot.sha256}
    audit.record(session, actor, "report.take", f"report:{snapshot.id}", detail)
    return snapshot


def latest(session: Session, kind: Kind, period: Period) -> ReportSnapshot | None:
    """The latest report of a period."""
    query = (
        select(ReportSnapshot)
        .where(
            ReportSnapshot.kind == kind.value,
            ReportSnapshot.first_day == period.first,
            ReportSnapshot.last_day == period.last,
        )
        .order_by(col(ReportSnapshot.revision).desc())
        .limit(1)
    )
    return session.exec(query).first()


def list_reports(session: Session, before: int | None, limit: int) -> list[ReportSnapshot]:
    """Reports, the newest first."""
    query = select(ReportSnapshot).order_by(col(ReportSnapshot.id).desc()).limit(limit)
    return list(session.exec(query if before is None else query.where(col(ReportSnapshot.id) < before)))


def get(session: Session, report_id: int) -> ReportSnapshot:
    """The report with that id. Raises NotFoundError."""
    found = session.get(ReportSnapshot, report_id)
    if found is None:
        raise NotFoundError("report", id=report_id)
    return found


def content_of(snapshot: ReportSnapshot) -> Report:
    """The content of the report. Raises ConflictError if it does not match its hash."""
    if sha256_hex(snapshot.content.encode()) != snapshot.sha256:
        raise ConflictError("report_altered", id=snapshot.id)
    return Report.model_validate_json(snapshot.content)


def opened(session: Session, snapshot: ReportSnapshot) -> Report:
    """The content of the report to be shown: one drawn up without the words of its reasons gets the present
    ones. Raises ConflictError if it does not match its hash.
    """
    report = content_of(snapshot)
    return report if report.reasons else report.model_copy(update={"reasons": _reasons(session)})
