"""Before a law table is activated: which rows would be missing, and who still needs them."""

from datetime import datetime

import pytest
import yaml
from sqlmodel import Session, select

from central.accounts.models import User
from central.db import transaction
from central.law import service as law
from central.law.service import LawTableError
from central.proceedings.law_missing import lost_rows
from contract.local_time import local_day
from tests.central.casework import Casework
from tests.central.law.test_service import text_of
from tests.central.people import add_case
from tests.central.proceedings.office import NOW


def without(name: str, part: str, **values: object) -> str:
    """A shipped table without the rows that have these values."""
    table = yaml.safe_load(text_of(name))
    kept = [row for row in table[part] if any(row.get(key) != value for key, value in values.items())]
    assert len(kept) < len(table[part])
    return yaml.safe_dump(table | {part: kept}, allow_unicode=True)


def lost(session: Session, name: str, text: str, now: datetime) -> dict[str, dict[str, int]]:
    """Who needs what a version would no longer have, by row; of dated rows the most needed."""
    admin = session.exec(select(User).where(User.username == "quan-tri")).one()
    table, _ = law.upload(session, name, text, admin, "", now)
    subjects = ("code", "title", "day", "rule")
    return {
        str(next(getattr(each.missing.row, key) for key in subjects if hasattr(each.missing.row, key))): {
            need.where: need.n for need in each.needs
        }
        for each in reversed(lost_rows(session, table.id or 0, local_day(now)))
    }


@pytest.mark.parametrize(
    ("name", "part", "values", "row", "needs"),
    [
        ("offences", "offences", {"code": "RED-A"}, "RED-A", {"review": 1, "open": 1}),
        ("deadlines", "deadlines", {"code": "limitation"}, "limitation", {"deadlines": 1, "programme": 1}),
        ("signers", "signers", {"title": "division_head"}, "division_head", {"powers": 1}),
        ("signers", "signers", {"title": "mobile_company_head"}, "mobile_company_head", {}),
        ("acts", "findings", {"rule": "red_light"}, "red_light", {"review": 1}),
        ("reasons", "reasons", {"code": "plate_wrong"}, "plate_wrong", {"given": 1}),
        ("reasons", "reasons", {"code": "amber_or_threshold"}, "amber_or_threshold", {}),
    ],
)
def test_who_needs_a_dropped_row_is_told(
    casework: Casework, name: str, part: str, values: dict[str, object], row: str, needs: dict[str, int]
) -> None:
    casework.office.confirmed()
    with transaction(casework.office.engine) as session:
        add_case(session, NOW, 8).reason = "plate_wrong"
    with transaction(casework.office.engine) as session:
        assert lost(session, name, without(name, part, **values), NOW)[row] == needs


def test_a_table_with_the_new_rows_only_is_seen_on_the_page_before_it_is_activated(
    casework: Casework,
) -> None:
    casework.office.confirmed()
    admin, text = casework.at("quan-tri"), without("deadlines", "deadlines", code="limitation")
    file = {"file": ("deadlines.yaml", text.encode(), "application/yaml")}
    made = admin.post("/law", data={"name": "deadlines", "note": "NĐ mới"}, files=file).headers["location"]
    page = admin.get(made).text
    assert "Sẽ không còn dòng nào áp dụng" in page
    assert "chương trình luôn tính thời hạn này" in page
    detail = casework.at("phap-che").get(f"/api/v1/law-tables/{made.split('/')[-1]}").json()
    assert {row["row"]["code"] for row in detail["missing"]} == {"limitation"}
    admin.get("/language/en")
    assert "the programme always computes this deadline" in admin.get(made).text


def test_a_table_that_loses_nothing_warns_of_nothing(casework: Casework) -> None:
    with transaction(casework.office.engine) as session:
        for name in law.NAMES:
            assert lost(session, name, text_of(name), NOW) == {}


@pytest.mark.parametrize("stage", ["operator", "officer", "proceedings"])
def test_reasons_that_leave_a_desk_without_any_are_refused(casework: Casework, stage: str) -> None:
    table = yaml.safe_load(text_of("reasons"))
    kept = [row for row in table["reasons"] if row["stage"] not in (stage, "both")]
    with (
        transaction(casework.office.engine) as session,
        pytest.raises(LawTableError, match=f"no reason is left for the stage {stage}\\b"),
    ):
        lost(session, "reasons", yaml.safe_dump({"reasons": kept}, allow_unicode=True), NOW)
