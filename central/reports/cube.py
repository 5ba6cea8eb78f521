"""Computes counts from tables: one query of a table's rows gives all their lines."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from operator import eq, ne
from typing import Any, NamedTuple, TypeGuard

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Boolean,
    ColumnClause,
    ColumnElement,
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
from sqlmodel import AutoString, Session

from central.reports.counting import Counting, on_days, within
from central.reports.periods import Days, Period
from contract.canonical import sha256_hex

Bucket = Callable[[ColumnElement[Any]], ColumnElement[Any]]
"""From the moment of a row to the bucket of its numbers: the day, a part of the year."""


class Line(NamedTuple):
    """One line of a count in one bucket: the values of its breakdown, and the number of rows or their sum."""

    key: str
    bucket: Any
    values: tuple[str, ...]
    number: int


def lines(session: Session, countings: Iterable[Counting], days: Days, bucket: Bucket) -> Iterator[Line]:
    """All lines of these counts for which there is a row on these days. Counts of the same rows by the same
    moment share one query.
    """
    for some in _together(countings) if days.spans else ():
        for place, at, *values, number in session.execute(_query(some, days, bucket)):
            told = values[: len(some[place].by)]
            yield Line(some[place].key, at, tuple(told), int(number or 0))


def definition(session: Session, countings: Iterable[Counting], bucket: Bucket) -> str:
    """A hash of these counts' database expressions: it changes if the meaning of any of them changes."""
    dialect, day = session.get_bind().dialect, Days([Period(date.min, date.min)])
    asked = []
    for some in _together(countings):
        query = _query(some, day, bucket).compile(dialect=dialect)
        asked.append(f"{[each.key for each in some]} {query} {sorted(query.params.items())}")
    return sha256_hex("\n".join(asked).encode())


def _together(countings: Iterable[Counting]) -> Iterable[list[Counting]]:
    found: dict[Hashable, list[Counting]] = {}
    for counting in countings:
        found.setdefault((id(counting.table), id(counting.when), counting.apart), []).append(counting)
    return found.values()


def _query(countings: list[Counting], days: Days, bucket: Bucket) -> Any:
    """The rows are grouped by the values that any count uses, and each count adds up its part of the
    groups.
    """
    cube = _Cube(countings, days, bucket)
    width = max(len(counting.by) for counting in countings)
    return union_all(*(cube.part(place, counting, width) for place, counting in enumerate(countings)))


class _Cube:
    """Rows counted per bucket and combination of the columns that the counts use.

    The rows are grouped by the values that conditions compare (`action IN (…)`), so that many such conditions
    are evaluated once per value and not per row; any other condition is evaluated row by row.
    """

    def __init__(self, countings: list[Counting], days: Days, bucket: Bucket) -> None:
        table, when = countings[0].table, countings[0].when
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
        wanted = select(bucket(when).label("bucket"), *asked, *added).select_from(table)
        about = _asked_about(countings)
        if days.only:
            wanted = wanted.where(on_days(when, days.only))
        each_span = [wanted.where(within(when, span), about) for span in days.spans]
        rows = (union_all(*each_span) if len(each_span) > 1 else each_span[0]).subquery("rows")
        groups = [rows.c.bucket, *(rows.c[label.name] for label in asked)]
        sums = [func.sum(rows.c[label.name]).label(label.name) for label in added]
        self._cube = select(*groups, func.count().label("count"), *sums).group_by(*groups).cte("cube")

    def part(self, place: int, counting: Counting, width: int) -> Select[Any]:
        """A count's lines: its index, the bucket, the values of its breakdown (`width` columns), its
        number.
        """
        columns = [_text(self._of(column)) for _, column in counting.by]
        empty = [null() for _ in range(width - len(columns))]
        kind = "count" if counting.amount is None else self._names[_key(counting.amount)]
        return (
            select(literal(place), self._cube.c.bucket, *columns, *empty, func.sum(self._cube.c[kind]))
            .where(*(self._holds(condition) for condition in counting.where))
            .group_by(self._cube.c.bucket, *columns)
        )

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
    """A key that is equal for two expressions of one column."""
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
    """The rows that any of the counts needs: if all counts compare one column with codes, those with any of
    these codes (an index finds them); otherwise those that meet any of the conditions.
    """
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
    """A value as it appears in a line."""
    if isinstance(column.type, Boolean):
        return case((column.is_(True), "yes"), (column.is_(False), "no"), else_="")
    return func.coalesce(cast(column, String), "")


def _truth(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is false if its value is unknown."""
    return func.coalesce(condition, false())


def _same(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column
