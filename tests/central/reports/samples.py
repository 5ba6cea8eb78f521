"""Reports with the figures a test is about."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from central.reports.periods import Kind
from central.reports.values import Change, Figure, Report, Span

WEEK = Span(first=date(2026, 11, 18), last=date(2026, 11, 24))


def report_of(figures: Sequence[Figure], corrections: Sequence[Change] = ()) -> Report:
    """A weekly report that says these."""
    return Report(
        kind=Kind.WEEKLY,
        unit="BN",
        this=WEEK,
        before=Span(first=date(2026, 11, 11), last=date(2026, 11, 17)),
        last_year=Span(first=date(2025, 11, 19), last=date(2025, 11, 25)),
        year=Span(first=date(2026, 1, 1), last=date(2026, 11, 24)),
        taken_at=datetime(2026, 11, 25, 1, tzinfo=UTC),
        figures=tuple(figures),
        corrections=tuple(corrections),
    )
