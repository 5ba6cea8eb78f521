"""The charts of a report: which figures are drawn, and how, the same on pages and in papers."""

from central.charts import Bar, Chart
from central.reports.outside import Cells
from central.reports.values import Figure, Report
from central.reports.wording import split_of, title_of, value_of
from central.words.dictionary import translator
from central.words.languages import Language

MOST_BARS = 12
UPRIGHT = "candidates_by_hour"
DRAWN = (
    UPRIGHT,
    "candidates_by_rule",
    "candidates_by_site",
    "false_share_by_rule",
    "rejected",
    "case_steps",
    "median_hours",
    "acts_decided",
    "money_by_source",
)
"""Keys of the figures that are drawn; a figure with fewer than two lines has nothing to compare."""
HIDDEN = "*"


def charts_of(report: Report, language: Language, hidden: Cells = frozenset()) -> dict[str, list[Chart]]:
    """The charts of each group of figures; numbers in `hidden` have a star instead of a bar."""
    found: dict[str, list[Chart]] = {}
    for key in DRAWN:
        lines = [figure for figure in report.figures if figure.key == key]
        if len(lines) > 1:
            found.setdefault(lines[0].group, []).append(_chart(lines, report, language, hidden))
    return found


def _chart(lines: list[Figure], report: Report, language: Language, hidden: Cells) -> Chart:
    upright = lines[0].key == UPRIGHT
    if not upright:
        lines = sorted(lines, key=lambda line: -(line.this or 0))[:MOST_BARS]
    title = title_of(lines[0], language)
    compared = "" if upright else f" ({translator(language)('report.compared')})"
    rows = tuple(_bar(line, report, language, hidden, short=upright) for line in lines)
    return Chart(title=title + compared, rows=rows, upright=upright)


def _bar(line: Figure, report: Report, language: Language, hidden: Cells, *, short: bool) -> Bar:
    kept = (*line.name, "this") in hidden
    return Bar(
        label=line.by[0][1] if short else split_of(line, language, report.reasons),
        value=None if kept else line.this,
        told=HIDDEN if kept else value_of(line, line.this, language),
        before=None if short or (*line.name, "before") in hidden else line.before,
    )
