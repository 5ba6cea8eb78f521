"""A report for readers outside the police: small cells hidden (che ô nhỏ), so that nobody can be identified
by them.

Of the lines of one figure, which add up to a total that may be known, every count below the smallest allowed
is hidden, and as many more as needed so that it can't be computed. A share is hidden if it would reveal its
counts, a sum of money or points if it comes from few decisions. Present states (cameras, papers) are shown.
"""

from collections.abc import Callable, Iterable, Mapping

from central.reports.values import Change, Figure, Report
from central.sharing.events import SMALLEST
from central.sharing.suppression import small_cells

Values = dict[str, float | None]

PERIODS: Mapping[str, Callable[[Figure], float | None]] = {
    "this": lambda figure: figure.this,
    "before": lambda figure: figure.before,
    "last_year": lambda figure: figure.last_year,
    "year": lambda figure: figure.year,
}
_WHOLE_OF = {
    "undecided_share": "candidates_by_rule",
    "plates_read_share": "candidates",
    "false_share_by_rule": "reviewed_by_rule",
    "false_share_by_camera": "reviewed_by_camera",
    "upheld_share": "officers_decided",
    "paid_online_share": "payments",
    "answers_online_share": "answers_all",
    "plates_read_by_light": "candidates_by_light",
    "notices_in_time_share": "notices_sent",
    "owners_came_share": "owners_asked",
    "owners_came_in_time_share": "owners_asked",
    "paid_in_time_share": "decisions_paid",
    "data_requests_in_time_share": "data_requests",
}
_PART_OF = {
    "acts_per_thousand": "acts_by_site",
    "notices_withdrawn_rate": "notices_withdrawn",
    "decisions_annulled_rate": "decisions_annulled",
    "acts_against_start": "acts_by_camera",
}
"""Rates of a number that is shown: their part could be computed."""
INSIDE = frozenset({"H"})
"""Groups for the unit alone: the work of its individual people."""

_OF_MACHINES = frozenset({"availability"})
"""Shares that do not concern people's acts."""

Cells = frozenset[tuple[str, tuple[tuple[str, str], ...], str]]
"""Hidden numbers: a figure's key, its line's breakdown, the period."""


def told_outside(report: Report) -> Report:
    """The report without the groups for the unit alone."""
    figures = tuple(figure for figure in report.figures if figure.group not in INSIDE)
    corrections = tuple(change for change in report.corrections if change.figure.group not in INSIDE)
    entered = tuple(line for line in report.entered if line.group not in INSIDE)
    return report.model_copy(update={"figures": figures, "corrections": corrections, "entered": entered})


def hidden_cells(report: Report) -> Cells:
    """The numbers of a report that must be hidden."""
    lines = [figure for figure in report.figures if not figure.standing]
    return frozenset(
        (*line.name, period) for period, value_of in PERIODS.items() for line in _hidden(lines, value_of)
    )


def _hidden(lines: list[Figure], value_of: Callable[[Figure], float | None]) -> Iterable[Figure]:
    counts: dict[str, dict[tuple[tuple[str, str], ...], int]] = {}
    for line in lines:
        if line.unit == "count" and value_of(line):
            counts.setdefault(line.key, {})[line.by] = int(value_of(line) or 0)
    small = {key: small_cells(cells) for key, cells in counts.items()}
    few = 0 < sum(counts.get("decisions", {}).values()) < SMALLEST
    for line in lines:
        if line.key in _PART_OF:
            gone = line.by in small.get(_PART_OF[line.key], ())
        elif line.unit == "share":
            gone = _gives_away(line, value_of(line), counts)
        elif line.unit in ("dong", "points"):
            gone = few and bool(value_of(line))
        else:
            gone = line.by in small.get(line.key, ())
        if gone:
            yield line


def _gives_away(
    line: Figure, share: float | None, counts: dict[str, dict[tuple[tuple[str, str], ...], int]]
) -> bool:
    """Whether the whole, the part or the rest would reveal a small count."""
    if share is None or line.key in _OF_MACHINES:
        return False
    cells = counts.get(_WHOLE_OF[line.key], {})
    whole = sum(count for by, count in cells.items() if by[: len(line.by)] == line.by)
    part = round(share * whole)
    return any(0 < number < SMALLEST for number in (whole, part, whole - part))


def without_small(changes: Iterable[Change], hidden: Cells) -> list[Change]:
    """Corrections whose numbers, before and now, may be shown."""
    return [
        change
        for change in changes
        if (*change.figure.name, "this") not in hidden
        and not (change.figure.unit == "count" and 0 < (change.was or 0) < SMALLEST)
    ]
