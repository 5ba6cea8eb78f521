"""Draws up the periodic reports within an hour after their week or month ends."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from central.reports import kept, service
from central.reports.models import ReportSnapshot
from central.reports.periods import CutOffs, Kind, Period
from contract.local_time import local_day

EVERY = timedelta(minutes=30)
LOOKED_AT_AGAIN = {Kind.WEEKLY: 4, Kind.MONTHLY: 2}
"""Earlier periods whose figures are counted again with each new report; changes are corrections."""


def take_due(session: Session, unit: str, cut_offs: CutOffs, now: datetime) -> bool:
    """Draws up the report of each kind's last period unless it exists, and counts earlier reported ones
    again. Stores counts of past days for that.

    Returns whether more past days wait to be counted: they come first, each turn in a transaction of its own.
    """
    if kept.keep(session, service.counted_for(session), now) == kept.MOST_DAYS:
        return True
    for kind in Kind:
        newest = cut_offs.latest(kind, local_day(now))
        if service.latest(session, kind, newest) is None:
            for period in [*_told_before(session, kind, newest), newest]:
                service.take(session, unit, cut_offs, kind, period, now, "system")
    return False


def _told_before(session: Session, kind: Kind, newest: Period) -> list[Period]:
    """The latest reported periods, the oldest first."""
    query = (
        select(col(ReportSnapshot.first_day), col(ReportSnapshot.last_day))
        .where(ReportSnapshot.kind == kind.value, col(ReportSnapshot.last_day) < newest.first)
        .distinct()
        .order_by(col(ReportSnapshot.first_day).desc())
        .limit(LOOKED_AT_AGAIN[kind])
    )
    return [Period(first, last) for first, last in reversed(session.exec(query).all())]
