"""What papers say, read from their frozen values and from their pages."""

import re
from datetime import timedelta
from typing import Any

import pytest

from central.db import transaction
from central.documents import archive as documents
from central.documents.render import Job, as_html
from central.proceedings.decisions import Terms
from tests.central.casework import Casework
from tests.central.console.test_late_payment import on, pay, to_pay


def paper(casework: Casework, case_id: int, kind: str) -> tuple[dict[str, Any], str]:
    """The values of a case's latest paper of that kind, and its text."""
    with transaction(casework.office.engine) as session:
        found = documents.of_case(session, case_id, kind)[-1]
        values = casework.centre.state.services.archive.values_of(found)
        page = as_html(Job(kind=kind, template=found.template, values=values))
    return values, " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.mark.parametrize(
    ("relief", "action", "days", "grant", "told"),
    [
        ("deferral", "defer", {"until": 30}, {}, "Thời hạn hoãn: đến hết ngày {until}."),
        ("reduction", "reduce", {}, {"reduced_to": 5_000_000}, "giảm từ 19.000.000 đồng còn 5.000.000 đồng"),
        ("reduction", "reduce", {}, {"reduced_to": 0}, "Miễn toàn bộ tiền phạt 19.000.000 đồng."),
        (
            "instalments",
            "grant_instalments",
            {"first_due": 3, "second_due": 60},
            {"first_amount": 9_000_000, "second_amount": 10_000_000},
            "lần 1: 9.000.000 đồng, chậm nhất ngày {first_due}; lần 2: 10.000.000 đồng, chậm nhất ngày "
            "{second_due}.",
        ),
    ],
)
def test_a_decision_on_relief_says_what_it_grants(
    casework: Casework, relief: str, action: str, days: dict[str, int], grant: dict[str, int], told: str
) -> None:
    case_id, _, _ = to_pay(casework)
    casework.do("thu-ly", case_id, "ask_relief", relief=relief, note="khó khăn")
    until = {name: casework.today(after) for name, after in days.items()}
    casework.do("truong-phong", case_id, action, note="có xác nhận", **until, **grant)
    kind = {"defer": "deferral", "reduce": "reduction"}.get(action, "instalments")
    printed = {name: "/".join(reversed(day.split("-"))) for name, day in until.items()}
    values, text = paper(casework, case_id, kind)
    assert "có xác nhận" in values["articles"][0]
    assert told.format(**printed) in text


def test_a_voucher_says_how_much_of_what_goes_back_was_fine_and_late_fee(casework: Casework) -> None:
    case_id, decision, last = to_pay(casework)
    on(casework, last + timedelta(days=11))
    pay(casework, decision, 19_095_000, "FT-1")
    casework.do("truong-phong", case_id, "annul_decision", note="sai người")
    asked = {"decision_id": decision.id, "amount": 19_095_000, "reason": "hủy bỏ", "transaction": ""}
    page = casework.at("kho-bac").post("/treasury/refunds", data=asked).text
    path = re.findall(r"/treasury/refunds/RF[0-9a-f]+/done", page)[0]
    back = {"amount": 19_095_000, "reference": "FT-2", "source": "quầy", "day": casework.today()}
    casework.at("kho-bac").post(path, data=back)
    for kind in ("receipt", "refund"):
        values, text = paper(casework, case_id, kind)
        assert [values[name] for name in ("fine", "fee", "total")] == [19_000_000, 95_000, 19_095_000]
        assert ("Người nộp" in text, "Người được hoàn trả" in text) == (kind == "receipt", kind == "refund")


def test_a_decision_names_every_vehicle_and_every_record(casework: Casework) -> None:
    office = casework.office
    first = office.confirmed(plate={"text": "98A84619"})
    second = office.confirmed(plate={"text": "98A12345"}, rule={"name": "wrong_lane", "version": 1})
    alone = office.confirmed()
    for case_id in (first, second, alone):
        office.to_notice(case_id)
        office.do(case_id, "admit", "citizen", 2)
        office.identify(case_id)
        casework.do("thu-ly", case_id, "make_record")
        office.do(case_id, "sign_record", "citizen")
        if office.state(case_id, "explanation") == "open":
            office.do(case_id, "explain", "citizen")
    office.propose(first, Terms(with_cases=(second,)))
    casework.do("truong-phong", first, "sign_decision")
    values, text = paper(casework, first, "decision")
    assert (text.count("98A-846.19"), text.count("98A-123.45")) == (1, 1)
    records = [paper(casework, case_id, "record")[0]["number"] for case_id in (first, second)]
    assert [sum(number in base for base in values["bases"]) for number in records] == [1, 1]
    office.propose(alone)
    casework.do("truong-phong", alone, "sign_decision")
    assert paper(casework, alone, "decision")[0]["acts"][0]["vehicle"] is None
