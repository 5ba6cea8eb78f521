"""How many hours cameras worked (A), and the age of the last backup and of its restore test (K).

A camera counts from the day after its node first reported it: every later hour without a picture counts as
one, whatever the reason.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlmodel import Session

from central.audit.models import AuditEntry
from central.db import table_of
from central.fleet.models import CameraDay
from central.reports.counting import Periods, within
from central.reports.periods import Period
from central.reports.values import Figure, Unit
from contract.local_time import local_day

HOURED = frozenset({"availability", "hours_without_picture"})
"""Keys of a period's lines that are computed here."""

_DAY, _LOG = table_of(CameraDay), table_of(AuditEntry)
_PROOFS = {"hours_since_backup": "centre.backup", "hours_since_restore": "centre.restore"}


def worked(session: Session, periods: Periods, now: datetime) -> list[Figure]:
    """The share of hours with a picture, and the hours without, of all cameras."""
    by_camera = (_DAY.c.node_id, _DAY.c.camera_id)
    first = select(*by_camera, func.min(_DAY.c.day).label("day")).group_by(*by_camera).subquery("first")
    since = list(session.execute(select(first.c.day)).scalars())
    same = and_(first.c.node_id == _DAY.c.node_id, first.c.camera_id == _DAY.c.camera_id)
    sums = [func.sum(_DAY.c.seen_seconds).filter(within(_DAY.c.day, period)) for period in periods]
    whole = select(*sums).select_from(_DAY.join(first, same)).where(_DAY.c.day > first.c.day)
    seen = [float(seconds or 0) / 3600 for seconds in session.execute(whole).one()]
    due = [_due(since, period, local_day(now)) for period in periods]
    pairs = list(zip(seen, due, strict=True))
    shares = [round(min(1.0, hours / of), 4) if of else None for hours, of in pairs]
    lacking = [round(max(0.0, of - hours), 1) if of else None for hours, of in pairs]
    return [_line("availability", "share", shares), _line("hours_without_picture", "hours", lacking)]


def _line(key: str, unit: Unit, told: list[float | None]) -> Figure:
    this, before, last_year, year = told
    return Figure(group="A", key=key, unit=unit, this=this, before=before, last_year=last_year, year=year)


def _due(since: list[date], period: Period, today: date) -> float:
    """The hours in which existing cameras should have had a picture: of whole days, without a camera's first
    day and today.
    """
    last = min(period.last, today - timedelta(days=1))
    return 24.0 * sum(max(0, (last - max(period.first, day + timedelta(days=1))).days + 1) for day in since)


def proofs(session: Session, now: datetime) -> list[Figure]:
    """Time since the centre was last backed up, and since a backup was last restored; None if never."""
    query = select(_LOG.c.action, func.max(_LOG.c.at)).where(_LOG.c.action.in_(_PROOFS.values()))
    last: dict[str, datetime] = dict(session.execute(query.group_by(_LOG.c.action)).all())
    return [
        Figure(group="K", key=key, unit="hours", standing=True, this=_hours(last.get(action), now))
        for key, action in _PROOFS.items()
    ]


def _hours(at: datetime | None, now: datetime) -> float | None:
    return round((now - at).total_seconds() / 3600, 1) if at is not None else None
