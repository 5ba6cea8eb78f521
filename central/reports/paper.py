"""A report as a paper (PDF) for readers outside the police, made from the stored content: the same report
gives the same paper. Small cells are hidden, long tables end with the number of further lines in the
workbook.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from central.documents.render import Job, rendered
from central.documents.values import LeadersReport, Office, Section, Table
from central.reports.drawing import HIDDEN, charts_of
from central.reports.leading import MOST_ON_PAPER, leading
from central.reports.models import ReportSnapshot
from central.reports.outside import PERIODS, Cells, hidden_cells, told_outside, without_small
from central.reports.values import Change, Figure, Report, Span
from central.reports.wording import (
    entered_before,
    entered_title,
    entered_value,
    group_title,
    split_of,
    title_of,
    value_of,
)
from central.sharing.events import SMALLEST
from central.words.dictionary import translator
from central.words.forms import local_date, local_time
from central.words.languages import Language
from contract.local_time import local_day

MEDIA_TYPE = "application/pdf"


def as_pdf(snapshot: ReportSnapshot, report: Report, office: Office, language: Language) -> bytes:
    """The PDF, typeset by the papers' own process within its time limit.

    Raises:
        RenderError: it took too long or failed.
    """
    return rendered(Job.of(paper_of(snapshot, report, office, language)))


def paper_of(snapshot: ReportSnapshot, report: Report, office: Office, language: Language) -> LeadersReport:
    """The content of the paper."""
    report = told_outside(report)
    t = translator(language)
    name = f"{snapshot.kind}-{snapshot.first_day}-{snapshot.revision}"
    notes = (
        f"{t('report.taken_at', at=local_time(report.taken_at, language))} · "
        f"{t('report.revision', n=snapshot.revision)} · SHA-256 {snapshot.sha256[:32]}…",
        t("report.small_cells", sign=HIDDEN, smallest=SMALLEST),
        t("report.not_counted"),
    )
    return LeadersReport(
        office=office,
        number=f"…………/BC ({name})",
        dated=local_day(report.taken_at),
        language=language,
        title=f"{t('report.title')}: {t(f'report.kind.{report.kind}')}",
        period=_days(report.this, language),
        notes=notes,
        sections=tuple(_sections(report, language, hidden_cells(report))),
    )


def _sections(report: Report, language: Language, hidden: Cells) -> Iterable[Section]:
    t = translator(language)
    if report.corrections:
        yield Section(title=t("report.corrections"), table=_corrections(report, language, hidden))
    charts = charts_of(report, language, hidden)
    for group, figures in groupby(report.figures, lambda figure: figure.group):
        yield Section(
            title=group_title(group, language),
            charts=tuple(charts.get(group, ())),
            table=_figures(report, list(figures), language, hidden),
        )
    if report.entered:
        yield Section(title=t("report.entered"), table=_entered(report, language))


def _entered(report: Report, language: Language) -> Table:
    t = translator(language)
    return Table(
        heads=(t("report.what"), t("report.entered_value"), t("report.before"), t("report.entered_at")),
        words=2,
        told=True,
        lines=tuple(
            (
                entered_title(line, language),
                entered_value(line, language),
                entered_before(line, language),
                local_time(line.at, language),
            )
            for line in report.entered
        ),
    )


def _corrections(report: Report, language: Language, hidden: Cells) -> Table:
    t = translator(language)
    told = without_small(report.corrections, hidden)
    heads = tuple(t(f"report.{name}") for name in ("what", "split", "was", "is"))
    lines = tuple(_correction(change, report, language) for change in told[:MOST_ON_PAPER])
    return Table(
        heads=heads, words=2, lines=lines, more=_more(len(report.corrections) - len(lines), language)
    )


def _correction(change: Change, report: Report, language: Language) -> tuple[str, ...]:
    figure = change.figure
    numbers = (value_of(figure, value, language) for value in (change.was, figure.this))
    return (title_of(figure, language), split_of(figure, language, report.reasons), *numbers)


def _figures(report: Report, figures: Sequence[Figure], language: Language, hidden: Cells) -> Table:
    t = translator(language)
    periods = (t(f"report.{name}") for name in PERIODS)
    shown, rest = leading(figures, MOST_ON_PAPER)
    return Table(
        heads=(t("report.what"), t("report.split"), *periods),
        days=("", "", *(_days(getattr(report, name), language) for name in PERIODS)),
        words=2,
        lines=tuple(_line(figure, report, language, hidden) for figure in shown),
        more=_more(len(rest), language),
    )


def _line(figure: Figure, report: Report, language: Language, hidden: Cells) -> tuple[str, ...]:
    numbers = (
        HIDDEN if (*figure.name, period) in hidden else value_of(figure, value(figure), language)
        for period, value in PERIODS.items()
    )
    return (title_of(figure, language), split_of(figure, language, report.reasons), *numbers)


def _more(lines: int, language: Language) -> str:
    return translator(language)("report.more_lines", n=lines) if lines > 0 else ""


def _days(span: Span, language: Language) -> str:
    return f"{local_date(span.first, language)} – {local_date(span.last, language)}"
