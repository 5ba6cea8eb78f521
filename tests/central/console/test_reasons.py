"""Reasons of an uploaded table: offered on the desks however many there are, told in words wherever they were
given."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from central.accounts import passwords
from central.accounts.permissions import Role
from central.cases.models import Case
from central.db import transaction
from central.reports import service as reports
from central.reports.periods import CutOffs, Kind, Period
from central.words.languages import LANGUAGES
from contract.local_time import local_day
from tests.central.casework import PASSWORD, Casework
from tests.central.console.test_register import in_use
from tests.central.law.test_service import text_of
from tests.central.people import add_case, add_user
from tests.central.proceedings.office import NOW

RAIN = {"vi": "Mưa lớn", "en": "Heavy rain"}


def with_reasons(*rows: tuple[str, str, str]) -> str:
    """The shipped reasons after new ones of both desks: code, Vietnamese and English words."""
    added = "".join(
        f'- {{code: {code}, text_vi: "{vi}", text_en: "{en}", attributable_to: device, stage: both, '
        "note_required: false}\n"
        for code, vi, en in rows
    )
    return text_of("reasons", ("reasons:\n", f"reasons:\n{added}"))


@pytest.fixture
def rejected(casework: Casework) -> int:
    """A case that an operator rejected for a new reason, which a still newer table has dropped."""
    in_use(casework, "reasons", with_reasons(("heavy_rain", RAIN["vi"], RAIN["en"])))
    with transaction(casework.office.engine) as session:
        add_user(session, "minh", Role.LEADER, NOW).password_hash = passwords.hash_of(PASSWORD)
        case_id = add_case(session, NOW, 8).id or 0
    desk = casework.at("lan")
    assert RAIN["vi"] in desk.post("/review/next").text
    with transaction(casework.office.engine) as session:
        version = session.get_one(Case, case_id).version
    form = {"version": version, "reason": "heavy_rain"}
    assert desk.post(f"/review/{case_id}/reject", data=form).status_code == 200
    in_use(casework, "reasons", text_of("reasons"))
    return case_id


def test_what_was_given_is_told_in_words_after_its_row_was_dropped(casework: Casework, rejected: int) -> None:
    for name, path in (("lan", f"/cases/{rejected}"), ("minh", f"/audit?case={rejected}")):
        for language in LANGUAGES:
            browser = casework.at(name)
            browser.get(f"/language/{language}")
            page = browser.get(path).text
            assert RAIN[language] in page, (language, path)
            assert "heavy_rain" not in page, (language, path)


def test_reports_tell_it_in_words(casework: Casework, rejected: int) -> None:
    assert rejected
    today = local_day(NOW)
    day = Period(today, today)
    with transaction(casework.office.engine) as session:
        after = NOW + timedelta(days=1)
        report = reports.take(session, "BN", CutOffs(3, 14), Kind.WEEKLY, day, after, "test").id
    leader = casework.at("minh")
    for language in LANGUAGES:
        leader.get(f"/language/{language}")
        assert RAIN[language] in leader.get(f"/reports/{report}").text
        sheet = load_workbook(BytesIO(leader.get(f"/reports/{report}/xlsx").content)).active
        assert sheet is not None
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
        assert [cell for cell in cells if "heavy_rain" in cell] == []
        assert RAIN[language] in cells


def test_a_reason_beyond_the_last_key_can_be_chosen(casework: Casework) -> None:
    added = [(f"new_{n}", f"Lý do mới {n}", f"New reason {n}") for n in range(40)]
    in_use(casework, "reasons", with_reasons(*added))
    with transaction(casework.office.engine) as session:
        add_case(session, NOW, 8)
    page = casework.at("lan").post("/review/next").text
    assert [words for _, words, _ in added if f"{words}<" not in page] == []
    last = re.search(r'<button type="submit" name="reason" value="new_39" *([^>]*)>(.*?)</button>', page)
    assert last is not None
    assert last[1] == "", "no key"
    assert last[2] == "<span>Lý do mới 39</span>"
