"""A report as a workbook (XLSX): made from the stored content, so the same report gives the same cells."""

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import Any

from xlsxwriter import Workbook

from central.reports.drawing import HIDDEN
from central.reports.outside import PERIODS, Cells, hidden_cells, told_outside, without_small
from central.reports.values import Change, Figure, Report, Span
from central.reports.wording import Reasons, entered_title, group_title, split_of, title_of, unit_of
from central.sharing.events import SMALLEST
from central.words.dictionary import Translate, translator
from central.words.forms import local_date, local_time
from central.words.languages import Language

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# No text from outside becomes a formula or a link, whatever it begins with.
_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

_FORMATS = {
    "count": "#,##0",
    "dong": "#,##0",
    "points": "#,##0",
    "share": "0.0%",
    "per_thousand": "#,##0.00",
    "hours": "#,##0.0",
}
_WIDTHS = (46, 44, 10, 18, 18, 18, 18)
_WORDS = 3
"""Columns before the number columns."""
_A4 = 9
_LINE = 15
"""Height of a line of text in points."""


def as_xlsx(report: Report, sha256: str, language: Language, *, outside: bool = False) -> bytes:
    """The workbook: a sheet of figures, and one of corrections if there are any.

    `outside`: for readers outside the police, small cells are a star, and figures about the staff are left
    out.
    """
    hidden = hidden_cells(report) if outside else frozenset()
    report = told_outside(report) if outside else report
    made = BytesIO()
    book = Workbook(made, {**_PLAIN_TEXT, "in_memory": True})
    book.set_properties({"title": translator(language)("report.title"), "created": report.taken_at})
    _Writer(book, language, hidden, report.reasons).figures(report, sha256, outside=outside)
    corrections = without_small(report.corrections, hidden) if outside else list(report.corrections)
    if corrections:
        _Writer(book, language, hidden, report.reasons).corrections(corrections)
    book.close()
    return made.getvalue()


class _Writer:
    """Fills one sheet from the top."""

    def __init__(self, book: Workbook, language: Language, hidden: Cells, reasons: Reasons) -> None:
        self._book, self._language, self._hidden, self._reasons = book, language, hidden, reasons
        self._t: Translate = translator(language)
        self._bold = book.add_format({"bold": True})
        self._words = book.add_format({"text_wrap": True, "valign": "top"})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._number_head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right"}
        )
        self._group = book.add_format({"bold": True, "bg_color": "#E4EAF1"})
        self._top = book.add_format({"valign": "top"})
        self._star = book.add_format({"align": "right", "valign": "top"})
        self._numbers = {
            unit: book.add_format({"num_format": form, "valign": "top"}) for unit, form in _FORMATS.items()
        }
        self._row = 0
        self._sheet: Any = None

    def figures(self, report: Report, sha256: str, *, outside: bool) -> None:
        """The head, then each group with its lines."""
        self._begin("report.figures")
        self._text(f"{self._t('report.title')} · {self._t(f'report.kind.{report.kind}')}", self._bold)
        self._text(f"{report.unit} · {self._days(report.this)}")
        taken = local_time(report.taken_at, self._language)
        self._text(self._t("report.taken_at", at=taken))
        self._text(f"SHA-256 {sha256}")
        if outside:
            self._text(self._t("report.small_cells", sign=HIDDEN, smallest=SMALLEST))
        self._row += 1
        periods = ("this", "before", "last_year", "year")
        heads = [f"{self._t(f'report.{name}')}\n{self._days(getattr(report, name))}" for name in periods]
        self._heads([self._t("report.what"), self._t("report.split"), self._t("report.unit_head"), *heads])
        group = ""
        for figure in report.figures:
            if figure.group != group:
                group = figure.group
                self._band(group_title(group, self._language))
            values = (value(figure) for value in PERIODS.values())
            self._line(figure, [self._kept(figure, *told) for told in zip(PERIODS, values, strict=True)])
        self._entered(report, outside=outside)

    def _entered(self, report: Report, *, outside: bool) -> None:
        """Manual entries; the names of the people who made them only in the internal report."""
        if not report.entered:
            return
        self._band(self._t("report.entered"))
        for line in report.entered:
            at = local_time(line.at, self._language)
            who = line.by.removeprefix("user:")
            told = (
                self._t("report.entered_on", at=at)
                if outside
                else self._t("report.entered_by", who=who, at=at)
            )
            self._sheet.write_string(self._row, 0, entered_title(line, self._language), self._words)
            self._sheet.write_string(self._row, 1, line.text or told, self._words)
            self._fit(entered_title(line, self._language), line.text or told)
            if line.unit is not None:
                self._sheet.write_string(self._row, 2, unit_of(line.figure, self._language), self._words)
                for column, value in ((3, line.number), (4, line.before)):
                    if value is not None:
                        self._sheet.write_number(self._row, column, value, self._numbers[line.unit])
            else:
                self._sheet.write_string(self._row, 3, told, self._top)
            self._row += 1

    def corrections(self, corrections: Sequence[Change]) -> None:
        """Values as reported earlier."""
        self._begin("report.corrections")
        names = ("what", "split", "unit_head", "was", "is")
        self._heads([self._t(f"report.{name}") for name in names])
        for change in corrections:
            self._line(change.figure, (change.was, change.figure.this))

    def _begin(self, title: str) -> None:
        self._row, self._sheet = 0, self._book.add_worksheet(self._t(title)[:31])
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer("&C&P/&N")

    def _text(self, text: str, form: Any = None) -> None:
        self._sheet.write_string(self._row, 0, text, form)
        self._row += 1

    def _band(self, title: str) -> None:
        """The title of a group, across all columns."""
        for column in range(len(_WIDTHS)):
            self._sheet.write_blank(self._row, column, None, self._group)
        self._text(title, self._group)

    def _fit(self, *texts: str) -> None:
        """Makes the row as high as its longest text needs: not every application does it automatically."""
        lines = max(
            sum(ceil(max(len(part), 1) / width) for part in text.split("\n"))
            for text, width in zip(texts, _WIDTHS, strict=False)
        )
        self._sheet.set_row(self._row, lines * _LINE)

    def _heads(self, heads: Sequence[str]) -> None:
        for column, head in enumerate(heads):
            form = self._head if column < _WORDS else self._number_head
            self._sheet.write_string(self._row, column, head, form)
        self._fit(*heads)
        self._row += 1
        self._sheet.freeze_panes(self._row, 1)
        self._sheet.repeat_rows(self._row - 1)

    def _kept(self, figure: Figure, period: str, value: float | None) -> float | str | None:
        return HIDDEN if (*figure.name, period) in self._hidden else value

    def _line(self, figure: Figure, values: Sequence[float | str | None]) -> None:
        words = (title_of(figure, self._language), split_of(figure, self._language, self._reasons))
        self._fit(*words)
        for column, text in enumerate((*words, unit_of(figure, self._language))):
            self._sheet.write_string(self._row, column, text, self._words)
        for column, value in enumerate(values, _WORDS):
            if isinstance(value, str):
                self._sheet.write_string(self._row, column, value, self._star)
            elif value is not None:
                self._sheet.write_number(self._row, column, value, self._numbers[figure.unit])
        self._row += 1

    def _days(self, span: Span) -> str:
        return f"{local_date(span.first, self._language)} – {local_date(span.last, self._language)}"
