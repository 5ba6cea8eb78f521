"""The workbook of a report, read back by another library."""

from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from central.reports.figures import COUNTINGS, INNER, SHARES
from central.reports.periods import Kind
from central.reports.sheet import as_xlsx
from central.reports.values import Change, Figure, Report, Span
from central.reports.wording import group_title, split_of, title_of
from central.words.languages import LANGUAGES, Language

WEEK = Span(first=date(2026, 11, 18), last=date(2026, 11, 24))
HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "https://x.example", "{=1}")


def report(*figures: Figure, corrections: tuple[Change, ...] = ()) -> Report:
    return Report(
        kind=Kind.WEEKLY,
        unit="BN",
        this=WEEK,
        before=WEEK,
        last_year=WEEK,
        year=WEEK,
        taken_at=datetime(2026, 11, 25, tzinfo=UTC),
        figures=figures,
        corrections=corrections,
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_becomes_a_formula_or_a_link(text: str) -> None:
    line = Figure(group="B", key="candidates_by_site", by=(("site", text),), this=1)
    sheet = load_workbook(BytesIO(as_xlsx(report(line), "0" * 64, "vi"))).active
    assert sheet is not None
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == text]
    assert (cell.data_type, cell.hyperlink) == ("s", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_numbers_and_corrections_have_their_sheet(language: Language) -> None:
    line = Figure(group="D", key="fines_decided", unit="dong", this=19_000_000, before=0, year=2)
    made = as_xlsx(report(line, corrections=(Change(figure=line, was=5),)), "0" * 64, language)
    book = load_workbook(BytesIO(made))
    figures, corrections = ([list(row) for row in sheet.values] for sheet in book.worksheets)
    assert figures[-1][0] == title_of(line, language)
    assert figures[-1][3:7] == [19_000_000, 0, None, 2]
    assert corrections[-1][3:5] == [5, 19_000_000]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_words(language: Language) -> None:
    for counted in (*COUNTINGS, *SHARES):
        if counted.key not in INNER:
            assert title_of(Figure(group=counted.group, key=counted.key, this=0), language)
            assert group_title(counted.group, language)


@pytest.mark.parametrize("outside", [False, True])
def test_readers_outside_get_no_small_cell_and_nothing_of_the_staff(outside: bool) -> None:
    staff = Figure(group="H", key="reviewed_by_person", by=(("person", "lan"),), this=40)
    small = Figure(group="B", key="candidates", this=4)
    book = as_xlsx(report(staff, small), "0" * 64, "vi", outside=outside)
    with ZipFile(BytesIO(book)) as files:
        words = files.read("xl/sharedStrings.xml").decode()
        numbers = files.read("xl/worksheets/sheet1.xml").decode()
    assert ("theo nhân viên IOC" in words) is not outside
    assert ("<v>40</v>" in numbers) is not outside
    assert ("<t>*</t>" in words) is outside
    assert ("Dấu hiệu vi phạm tiếp nhận" in words) is True


@pytest.mark.parametrize("language", LANGUAGES)
def test_whom_a_decision_fines_is_told_in_words(language: Language) -> None:
    """`yes` and `no` bare are no text in YAML."""
    for value in ("yes", "no"):
        line = Figure(group="D", key="acts_decided", by=(("organisation", value),), this=1)
        assert split_of(line, language, {}) not in {"", value}
