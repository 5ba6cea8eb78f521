"""Counting tables over four periods at once: one reading of a table's rows gives all their lines."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import eq, ne
from typing import Any, TypeGuard

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Boolean,
    ColumnClause,
    ColumnElement,
    Date,
    Label,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.operators import in_op
from sqlalchemy.sql.selectable import FromClause
from sqlmodel import AutoString, Session

from central.cases.models import REAL, Case
from central.db import table_of
from central.reports.periods import Period
from central.reports.values import Figure, Unit

CASES = select(table_of(Case)).where(REAL).subquery("cases")
"""The table of cases without copies for exercises."""


@dataclass(frozen=True)
class Counting:
    """What is counted: the rows of `table` that hold `where`, in the period by `when` (a day or a moment).

    Attributes:
        by: what a line is split by: name and column.
        amount: what is added up; None counts rows.
    """

    group: str
    key: str
    table: FromClause
    when: ColumnElement[Any]
    by: tuple[tuple[str, ColumnElement[Any]], ...] = ()
    where: tuple[ColumnElement[bool], ...] = ()
    amount: ColumnElement[Any] | None = None
    unit: Unit = "count"


@dataclass(frozen=True)
class Share:
    """One count as a share of another, line by line; both are split by the same. `scale`: of how many of
    the whole."""

    group: str
    key: str
    part: str
    whole: str
    scale: int = 1
    unit: Unit = "share"


Periods = tuple[Period, Period, Period, Period]
"""This one, the one before, the same of last year, the year so far."""


def count(session: Session, countings: Iterable[Counting], periods: Periods) -> list[Figure]:
    """The lines of these counts, in their order, each in the order of what it is split by; one that isn't
    split has its line even when there is nothing to count. What is counted of the same rows by the same
    moment is counted in one reading."""
    together: dict[tuple[int, int], list[tuple[int, Counting]]] = {}
    for place, counting in enumerate(countings):
        together.setdefault((id(counting.table), id(counting.when)), []).append((place, counting))
    lines = [line for counted in together.values() for line in _read(session, counted, periods)]
    return [figure for _, figure in sorted(lines, key=lambda line: (line[0], line[1].by))]


def _read(
    session: Session, counted: list[tuple[int, Counting]], periods: Periods
) -> Iterator[tuple[int, Figure]]:
    """Counts of one table by one moment: the rows are brought down to their combinations of what any count
    asks about, and each count adds up its part of these."""
    cube = _Cube(counted[0][1].table, counted[0][1].when, [counting for _, counting in counted], periods)
    width = max(len(counting.by) for _, counting in counted)
    parts = [cube.part(place, counting, width) for place, counting in counted]
    by_place = dict(counted)
    for row in session.execute(union_all(*parts)):
        counting = by_place[row[0]]
        names = [name for name, _ in counting.by]
        yield row[0], _figure(counting, names, row[1 : 1 + len(names)], row[1 + width :])


class _Cube:
    """Rows counted per combination of the columns that the counts ask about, in each of the four periods.

    The rows are brought down to the values that conditions compare (`action IN (…)`), so that many such
    conditions are looked at once a value and not once a row; any other condition is told row by row.
    """

    def __init__(
        self, table: FromClause, when: ColumnElement[Any], countings: list[Counting], periods: Periods
    ) -> None:
        spans = [within(when, period) for period in periods]
        self._names: dict[Hashable, str] = {}
        conditions = [each for counting in countings for each in counting.where]
        compared = [condition for condition in conditions if _compares(condition)]
        others = [condition for condition in conditions if not _compares(condition)]
        columns = [column for each in countings for _, column in each.by]
        asked = [
            *self._named("by", [*columns, *(each.left for each in compared)], _same),
            *self._named("where", others, _truth),
        ]
        added = self._named("amount", [each.amount for each in countings if each.amount is not None], _same)
        inside = [span.label(f"in_{place}") for place, span in enumerate(spans)]
        rows = (
            select(*asked, *added, *inside)
            .select_from(table)
            .where(between(when, periods), _asked_about(countings))
            .subquery("rows")
        )
        groups = [rows.c[label.name] for label in asked]
        numbers = [
            func.count().filter(rows.c[span.name]).label(f"count_{place}")
            for place, span in enumerate(inside)
        ]
        sums = [
            func.sum(rows.c[label.name]).filter(rows.c[span.name]).label(f"{label.name}_{place}")
            for label in added
            for place, span in enumerate(inside)
        ]
        self._cube = select(*groups, *numbers, *sums).group_by(*groups).cte("cube")

    def part(self, place: int, counting: Counting, width: int) -> Select[Any]:
        """A count's lines: its place, the values it is split by (`width` columns), its four numbers; lines of
        zeros are left out."""
        columns = [_text(self._of(column)) for _, column in counting.by]
        empty = [null() for _ in range(width - len(columns))]
        kind = "count" if counting.amount is None else self._names[_key(counting.amount)]
        numbers = [func.sum(self._cube.c[f"{kind}_{period}"]) for period in range(4)]
        counted = [func.sum(self._cube.c[f"count_{period}"]) for period in range(4)]
        lines = (
            select(literal(place), *columns, *empty, *numbers)
            .where(*(self._holds(condition) for condition in counting.where))
            .group_by(*columns)
        )
        return lines.having(or_(*(number > 0 for number in counted))) if columns else lines

    def _holds(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        if not _compares(condition):
            return self._of(condition)
        return BinaryExpression(self._of(condition.left), condition.right, condition.operator)

    def _named(
        self,
        kind: str,
        columns: Iterable[ColumnElement[Any]],
        told: Callable[[ColumnElement[Any]], ColumnElement[Any]],
    ) -> list[Label[Any]]:
        distinct = {_key(column): column for column in columns}
        names = {key: f"{kind}_{place}" for place, key in enumerate(distinct)}
        self._names |= names
        return [told(column).label(names[key]) for key, column in distinct.items()]

    def _of(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        found: ColumnElement[Any] = self._cube.c[self._names[_key(column)]]
        return found


def _key(column: ColumnElement[Any]) -> Hashable:
    """A key that is the same for two expressions of one column."""
    return (id(column.table), column.name) if isinstance(column, ColumnClause) else id(column)


def _compares(condition: ColumnElement[bool]) -> TypeGuard[BinaryExpression[bool]]:
    """Whether it compares a column of codes with given ones: `action = …`, `state <> …`, `code IN (…)`."""
    return (
        isinstance(condition, BinaryExpression)
        and condition.operator in (eq, ne, in_op)
        and isinstance(condition.left, ColumnClause)
        and isinstance(condition.left.type, String | AutoString)
        and isinstance(condition.right, BindParameter)
    )


def _asked_about(countings: Sequence[Counting]) -> ColumnElement[bool]:
    """The rows that any of the counts needs: where all counts compare one column with codes, those with any
    of these codes (an index finds them); otherwise those that meet any of the conditions."""
    named = [_names_of(counting) for counting in countings]
    for key, (column, _) in named[0].items():
        if all(key in each for each in named):
            return column.in_(sorted({name for each in named for name in each[key][1]}))
    return or_(*(and_(true(), *counting.where) for counting in countings))


def _names_of(counting: Counting) -> dict[Hashable, tuple[ColumnElement[Any], list[str]]]:
    found: dict[Hashable, tuple[ColumnElement[Any], list[str]]] = {}
    for condition in counting.where:
        if _compares(condition) and condition.operator is not ne:
            value = condition.right.value
            found[_key(condition.left)] = condition.left, value if isinstance(value, list) else [value]
    return found


def _text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value as a line tells it."""
    if isinstance(column.type, Boolean):
        return case((column.is_(True), "yes"), (column.is_(False), "no"), else_="")
    return func.coalesce(cast(column, String), "")


def _truth(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is false where it is unknown."""
    return func.coalesce(condition, false())


def _same(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


def between(when: ColumnElement[Any], periods: Periods) -> ColumnElement[bool]:
    """From the first day of the earliest period to the last of the latest, as one range for an index."""
    return within(when, Period(min(each.first for each in periods), max(each.last for each in periods)))


def within(when: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    """Rows whose day or moment lies in the period."""
    if isinstance(when.type, Date):
        return and_(when >= period.first, when <= period.last)
    return and_(when >= period.begins, when < period.ends)


def _figure(counting: Counting, names: list[str], values: Sequence[str], numbers: Sequence[Any]) -> Figure:
    this, before, last_year, year = (int(number or 0) for number in numbers)
    return Figure(
        group=counting.group,
        key=counting.key,
        by=tuple(zip(names, values, strict=True)),
        unit=counting.unit,
        this=this,
        before=before,
        last_year=last_year,
        year=year,
    )


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
