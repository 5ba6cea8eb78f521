"""Content of a report: figures without text, so that it can be shown in either language."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from central.reports.periods import Kind

Unit = Literal["count", "dong", "points", "share", "per_thousand", "hours"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Frozen):
    """Days from `first` to `last`, both included."""

    first: date
    last: date


class Figure(_Frozen):
    """One line: a count, a sum in dong or points, a share (0–1) or a time in hours of this period, the one
    before, the same period last year, and the year so far. `by`: names and values of its breakdown. A
    share, rate or time without data is None. For a present state (`standing`) only `this` is known, as of
    the time the figures were computed.
    """

    group: str
    key: str
    by: tuple[tuple[str, str], ...] = ()
    unit: Unit = "count"
    standing: bool = False
    this: int | float | None
    before: int | float | None = None
    last_year: int | float | None = None
    year: int | float | None = None

    @property
    def name(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Its identity, by which the same line of another report is found."""
        return self.key, self.by


class Change(_Frozen):
    """A figure that was reported differently before."""

    figure: Figure
    was: int | float | None


class Entered(_Frozen):
    """A line that a person entered because the system can't know it: a number (in `unit`) beside that of the
    previous period, or text; by whom and when.
    """

    group: str
    key: str
    unit: Unit | None = None
    number: int | None = None
    text: str = ""
    before: int | None = None
    by: str
    at: datetime

    @property
    def figure(self) -> Figure:
        """The number as a line of figures."""
        return Figure(
            group=self.group, key=self.key, unit=self.unit or "count", this=self.number, before=self.before
        )


class Report(_Frozen):
    """The figures of a period, as of the time they were computed. `counted`: the keys of all counts, even
    those without rows; older reports have none. `entered`: manual entries. `reasons`: the Vietnamese and
    English words of the reasons in the figures, by their codes.
    """

    kind: Kind
    unit: str
    this: Span
    before: Span
    last_year: Span
    year: Span
    taken_at: datetime
    figures: tuple[Figure, ...]
    counted: tuple[str, ...] = ()
    corrections: tuple[Change, ...] = ()
    entered: tuple[Entered, ...] = ()
    reasons: dict[str, tuple[str, str]] = {}
