"""Lines entered by hand: who and when, kept with the report, marked as such, corrected as told."""

import unicodedata
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select

from central.audit.models import AuditEntry
from central.documents.samples import OFFICE
from central.errors import InvalidError
from central.reports import entries, service
from central.reports.models import ReportEntry
from central.reports.outside import told_outside
from central.reports.paper import paper_of
from central.reports.periods import CutOffs, Kind
from central.reports.sheet import as_xlsx
from central.words.languages import LANGUAGES, Language
from contract.local_time import local_day

CUT_OFFS = CutOffs(3, 14)
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
WEEK = CUT_OFFS.latest(Kind.WEEKLY, local_day(NOW))
TYPED = {
    "cameras_planned": "1.200", "money_spent": "5 000 000 000", "data_breaches": "0",
    "obstacles": "  Mất điện ở 3 nút  ", "trainings": "2", "unknown": "7",
}  # fmt: skip


def enter(session: Session, typed: dict[str, str], at: datetime = NOW) -> list[str]:
    return entries.enter(session, Kind.WEEKLY, WEEK, typed, "user:van-thu", at)


def test_what_was_entered_is_told_with_who_and_when_beside_the_period_before(session: Session) -> None:
    before = CUT_OFFS.before(Kind.WEEKLY, WEEK)
    entries.enter(session, Kind.WEEKLY, before, {"cameras_planned": "1100"}, "user:cu", NOW)
    keys = ["cameras_planned", "money_spent", "obstacles", "data_breaches", "trainings"]
    assert enter(session, TYPED) == keys
    assert enter(session, TYPED) == [], "the same again is no entry"
    lines = {
        line.key: line for line in service.drawn(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, NOW).entered
    }
    assert set(lines) == {"cameras_planned", "money_spent", "obstacles", "data_breaches", "trainings"}
    planned = lines["cameras_planned"]
    assert (planned.number, planned.before, planned.by, planned.at) == (1200, 1100, "user:van-thu", NOW)
    assert lines["data_breaches"].number == 0, "none is said, not left out"
    assert lines["obstacles"].text == "Mất điện ở 3 nút"
    session.commit()
    written = session.exec(select(AuditEntry).where(AuditEntry.action == "report.enter")).all()
    assert [entry.detail["lines"] for entry in written] == [["cameras_planned"], keys]


@pytest.mark.parametrize("typed", ["-1", "abc", "1e9", "٣", "9" * 16, "9" * 5000, "1/2"])
def test_a_number_that_is_none_is_refused(session: Session, typed: str) -> None:
    with pytest.raises(InvalidError):
        enter(session, {"cameras_planned": typed})


@pytest.mark.parametrize("typed", ["mất\x00điện", "\ud800", "\x1b[2J", "x" * (entries.LONGEST + 1)])
def test_a_text_that_no_database_takes_is_refused(session: Session, typed: str) -> None:
    with pytest.raises(InvalidError):
        enter(session, {"obstacles": typed})


def test_letters_typed_in_parts_are_kept_composed(session: Session) -> None:
    enter(session, {"obstacles": unicodedata.normalize("NFD", "Mất điện ở 3 nút\u200b")})
    kept = entries.of_period(session, Kind.WEEKLY, WEEK)["obstacles"]
    assert kept.text == "Mất điện ở 3 nút"


def test_a_report_that_was_told_is_told_anew_and_a_changed_number_is_a_correction(session: Session) -> None:
    first = service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, NOW, "system")
    assert service.retell(session, CUT_OFFS, Kind.WEEKLY, WEEK, NOW, "user:van-thu") is None
    told = []
    for typed in ({"trainings": "2"}, {"trainings": "3"}, {}):
        enter(session, typed)
        again = service.retell(session, CUT_OFFS, Kind.WEEKLY, WEEK, NOW, "user:van-thu")
        assert again is not None
        changes = service.content_of(again).corrections
        told.append((again.revision, [(change.was, change.figure.this) for change in changes]))
    assert told == [(2, []), (3, [(2, 3)]), (4, [(3, None)])]
    assert service.content_of(first).entered == (), "what was told stays"
    later = NOW + timedelta(days=1)
    assert service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, later, "system").revision == 4
    assert len(session.exec(select(ReportEntry)).all()) == 3, "earlier entries stay"


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbook_and_paper_say_what_was_entered_by_hand(session: Session, language: Language) -> None:
    enter(session, TYPED | {"effect_of_signs": "=1+1"})
    snapshot = service.take(session, "BN", CUT_OFFS, Kind.WEEKLY, WEEK, NOW, "system")
    report = service.content_of(snapshot)
    for outside in (False, True):
        made = as_xlsx(report, snapshot.sha256, language, outside=outside)
        sheet = load_workbook(BytesIO(made)).worksheets[0]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        (formula,) = [cell for cell in cells if cell.value == "=1+1"]
        assert formula.data_type == "s"
        assert (5_000_000_000 in [cell.value for cell in cells]) is True
        assert any("van-thu" in str(cell.value) for cell in cells) is not outside
    paper = paper_of(snapshot, report, OFFICE, language).sections[-1]
    assert paper.table.lines[0][1] in {"1.200", "1,200"}
    assert "van-thu" not in paper.model_dump_json()
    assert "trainings" not in {line.key for line in told_outside(report).entered}, "staff's own stays inside"
