"""Counts of a report, and shares computed from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, and_, any_, cast, func, literal, select
from sqlalchemy.sql.selectable import FromClause

from central.cases.models import REAL, Case
from central.db import table_of
from central.reports.periods import Period
from central.reports.values import Figure, Unit

CASES = select(table_of(Case)).where(REAL).subquery("cases")
"""The table of cases without copies for exercises."""

_AHEAD = timedelta(hours=7)
"""Offset of Vietnam's time from UTC: adding it is cheaper than a time zone lookup for each row."""


@dataclass(frozen=True)
class Counting:
    """A count: the rows of `table` that hold `where`, in the period by `when` (a day or a moment).

    Attributes:
        by: the breakdown of the count: name and column.
        amount: the column to sum; None counts rows.
        apart: counts of one table by one moment share a query if this is equal: a count with very many
            lines has its own.
    """

    group: str
    key: str
    table: FromClause
    when: ColumnElement[Any]
    by: tuple[tuple[str, ColumnElement[Any]], ...] = ()
    where: tuple[ColumnElement[bool], ...] = ()
    amount: ColumnElement[Any] | None = None
    unit: Unit = "count"
    apart: str = ""


@dataclass(frozen=True)
class Share:
    """One count as a share of another, line by line; both have the same breakdown. `scale`: per how many of
    the whole.
    """

    group: str
    key: str
    part: str
    whole: str
    scale: int = 1
    unit: Unit = "share"


Periods = tuple[Period, Period, Period, Period]
"""This period, the previous one, the same of last year, the year so far."""


def within(when: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """Rows whose day or moment is in the period."""
    if isinstance(when.type, Date):
        return and_(when >= period.first, when <= period.last)
    return and_(when >= period.begins, when < period.ends)


def day_of(when: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day in Vietnam of a day or timestamp column (PostgreSQL)."""
    return when if isinstance(when.type, Date) else cast(func.timezone("UTC", when) + _AHEAD, Date)


def on_days(when: ColumnElement[Any], days: Sequence[date]) -> ColumnElement[bool]:
    """Rows whose day or moment is on one of these days (PostgreSQL)."""
    return day_of(when) == any_(literal(list(days), ARRAY(Date)))


def shares(share: Share, figures: list[Figure]) -> list[Figure]:
    """The shares among counted lines: those of the whole, each with its part, which may be missing."""
    parts = {figure.by: figure for figure in figures if figure.key == share.part}
    return [_share(share, parts.get(whole.by), whole) for whole in figures if whole.key == share.whole]


def _share(share: Share, part: Figure | None, whole: Figure) -> Figure:
    return Figure(
        group=share.group,
        key=share.key,
        by=whole.by,
        unit=share.unit,
        this=_of(part.this if part else 0, whole.this, share.scale),
        before=_of(part.before if part else 0, whole.before, share.scale),
        last_year=_of(part.last_year if part else 0, whole.last_year, share.scale),
        year=_of(part.year if part else 0, whole.year, share.scale),
    )


def _of(part: float | None, whole: float | None, scale: int) -> float | None:
    return round((part or 0) * scale / whole, 4) if whole else None
