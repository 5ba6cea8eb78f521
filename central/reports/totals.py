"""The lines of a report: counts of its four periods from the tables, except for days with stored counts."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, case
from sqlmodel import Session

from central.reports.counting import Counting, Periods
from central.reports.cube import lines
from central.reports.kept import NOTHING, Kept
from central.reports.periods import DAY, Days, Period, joined, without
from central.reports.values import Figure


def count(
    session: Session, countings: Iterable[Counting], periods: Periods, kept: Kept = NOTHING
) -> list[Figure]:
    """The lines of these counts, in their order, each sorted by its breakdown; a count without breakdown has
    a line even if there is nothing to count.
    """
    countings = list(countings)
    totals = _Totals(countings, periods)
    left = without(totals.spans, kept.days)
    known = [counting for counting in countings if counting.key in kept.keys]
    others = [counting for counting in countings if counting.key not in kept.keys]
    for some, read in ((known, left), (others, Days(totals.spans))):
        for line in lines(session, some, read, totals.part_of_row):
            totals.add(line.key, line.values, line.bucket, line.number)
    for day, told in kept.days.items():
        part = totals.part_of(day)
        for key, values, number in told:
            totals.add(key, values, part, number)
    return [figure for counting in countings for figure in totals.figures(counting)]


class _Totals:
    """Numbers of lines, added up for each period. A part is a range of days that belong to the same periods:
    parts are numbered from the first day on which any period begins or ends.
    """

    def __init__(self, countings: Iterable[Counting], periods: Periods) -> None:
        self.spans = joined(periods)
        self._bounds = sorted({day for each in periods for day in (each.first, each.last + DAY)})
        self._inside = [
            [place for place, period in enumerate(periods) if bound in period] for bound in self._bounds
        ]
        none = [0] * len(periods)
        self._numbers: dict[str, dict[tuple[str, ...], list[int]]] = {
            each.key: {} if each.by else {(): none.copy()} for each in countings
        }
        self._none = none

    def part_of(self, day: date) -> int:
        """The part that contains a day."""
        return bisect_right(self._bounds, day) - 1

    def part_of_row(self, when: ColumnElement[Any]) -> ColumnElement[Any]:
        """The part that contains a row, as a column."""
        days = isinstance(when.type, Date)
        starts = [bound if days else Period(bound, bound).begins for bound in self._bounds[1:]]
        return case(*((when < start, part) for part, start in enumerate(starts)), else_=len(starts))

    def add(self, key: str, values: tuple[str, ...], part: int, number: int) -> None:
        """Adds a line's number for one part to all its periods."""
        if self._inside[part] and key in self._numbers:
            numbers = self._numbers[key].setdefault(values, self._none.copy())
            for period in self._inside[part]:
                numbers[period] += number

    def figures(self, counting: Counting) -> Iterable[Figure]:
        """The lines of one count."""
        names = [name for name, _ in counting.by]
        for values, (this, before, last_year, year) in sorted(self._numbers[counting.key].items()):
            yield Figure(
                group=counting.group,
                key=counting.key,
                by=tuple(zip(names, values, strict=True)),
                unit=counting.unit,
                this=this,
                before=before,
                last_year=last_year,
                year=year,
            )
