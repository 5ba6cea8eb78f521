"""The report as a paper: in either language, small cells hidden, the same twice."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from central.documents.samples import OFFICE
from central.reports.leading import MOST_ON_PAPER
from central.reports.models import ReportSnapshot
from central.reports.paper import as_pdf, paper_of
from central.reports.values import Change, Figure, Report
from central.words.languages import Language
from tests.central.reports.samples import WEEK, report_of


def counted(key: str, number: int, *by: tuple[str, str]) -> Figure:
    return Figure(group="B", key=key, by=by, this=number, before=20, last_year=0, year=300)


SITES = [counted("candidates_by_site", 100 + n, ("site", f"Ngã tư {n}")) for n in range(MOST_ON_PAPER + 5)]
FIGURES = [
    Figure(group="A", key="cameras", standing=True, this=7),
    counted("candidates", 2650),
    *SITES,
    counted("candidates_by_site", 4, ("site", "Lê Lợi & <b>")),
]
CORRECTIONS = [Change(figure=FIGURES[1], was=2600), Change(figure=SITES[0], was=5)]


def snapshot(report: Report) -> ReportSnapshot:
    return ReportSnapshot(
        id=3,
        kind="weekly",
        first_day=WEEK.first,
        last_day=WEEK.last,
        revision=2,
        taken_at=report.taken_at,
        taken_by="system",
        content="",
        sha256="ab" * 32,
    )


def text_of(language: Language) -> str:
    report = report_of(FIGURES, CORRECTIONS)
    pdf = as_pdf(snapshot(report), report, OFFICE, language)
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


@pytest.mark.parametrize(
    ("language", "told", "never"),
    [
        ("vi", ["CỘNG HÒA XÃ HỘI", "Đính chính", "2.600", "2.650", "Cùng kỳ năm trước"], "Corrections"),
        ("en", ["Corrections", "2,600", "2,650", "Same period last year"], "Đính chính"),
    ],
)  # fmt: skip
def test_it_is_in_one_language_with_its_corrections(language: Language, told: list[str], never: str) -> None:
    text = text_of(language)
    assert [words for words in told if words not in text] == []
    assert never not in text


def test_small_numbers_are_neither_in_its_tables_nor_in_its_charts() -> None:
    report = report_of(FIGURES, CORRECTIONS)
    paper = paper_of(snapshot(report), report, OFFICE, "vi")
    lines = [line for section in paper.sections for line in section.table.lines]
    bars = [bar for section in paper.sections for chart in section.charts for bar in chart.rows]
    assert not [line for line in lines if "4" in line or "5" in line]
    assert {bar.value for bar in bars if bar.told == "*"} <= {None}
    assert all(bar.value is None or bar.value >= 10 for bar in bars)


def test_long_tables_say_what_is_left_out() -> None:
    report = report_of(FIGURES)
    sections = paper_of(snapshot(report), report, OFFICE, "vi").sections
    assert "6 dòng" in sections[1].table.more
    assert sections[0].table.more == ""
