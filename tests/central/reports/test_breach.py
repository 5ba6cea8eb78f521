"""The report of a breach: what was read, whose data, by whom, in which window; room for the rest."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from central.audit import breach
from central.audit import service as audit
from central.db import transaction
from central.documents.samples import OFFICE
from central.reports import breach as breach_report
from central.words.languages import Language
from tests.central.proceedings.office import Office


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ["Báo cáo sự cố dữ liệu cá nhân", "Truong-Phong (truong-", "hồ sơ 1", "72 giờ"]),
        ("en", ["Report of a breach", "Truong-Phong (truong-", "case 1", "72 hours"]),
    ],
)
def test_it_says_who_read_whose_data_and_leaves_room_for_the_rest(
    sqlite_engine: Engine, now: datetime, language: Language, words: list[str]
) -> None:
    office = Office(sqlite_engine, now).open()
    case_id = office.confirmed()
    with transaction(sqlite_engine) as session:
        audit.record(session, "user:truong-phong", "owner.view", f"case:{case_id}", {"purpose": "đối chiếu"})
    with transaction(sqlite_engine) as session:
        moment = datetime.now(UTC)
        first, until = moment - timedelta(minutes=5), moment + timedelta(minutes=5)
        found = breach.report(session, first, until, "truong-phong")
        pdf = breach_report.as_pdf(breach_report.Told.of(session, found, language), OFFICE, now)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert all(word in text for word in words), text
    assert "đối chiếu" in text
    assert "An" not in found.readings[0].subject


def test_persons_are_counted_once_however_many_cases_were_read(sqlite_engine: Engine, now: datetime) -> None:
    office = Office(sqlite_engine, now).open()
    cases = [office.confirmed(), office.confirmed()]
    with transaction(sqlite_engine) as session:
        for case_id in cases:
            audit.record(session, "user:lan", "case.view", f"case:{case_id}", {})
    with transaction(sqlite_engine) as session:
        moment = datetime.now(UTC)
        found = breach.report(session, moment - timedelta(minutes=5), moment + timedelta(minutes=5), "lan")
        concerned = breach_report.parties.of_cases(session, found.numbers("case"))
        told = breach_report.Told(found, "vi", {}, concerned)
        sums = dict(breach_report.paper_of(told, OFFICE, now).sections[0].table.lines)
    assert sums["Số hồ sơ"] == "2"
    assert sums["Số người liên quan"] == "1"
    assert sums["Số lượt xem"] == "2"
