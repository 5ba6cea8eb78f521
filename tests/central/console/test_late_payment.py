"""Fines paid late, in part, deferred and in parts: walked through the pages with a clock that the test moves;
every sum is worked out here by hand."""

from datetime import date, timedelta

import pytest

from central.proceedings.models import Decision
from contract.local_time import local_day
from tests.central.casework import Casework
from tests.central.proceedings.test_service import sweep

FINE = 19_000_000
A_DAY = 9_500
"""0.05 % of the fine."""


def to_pay(casework: Casework) -> tuple[int, Decision, date]:
    """A case whose decision was delivered: its last day to pay."""
    case_id = casework.office.confirmed()
    decision = casework.office.to_delivery(case_id)
    assert decision.fine == FINE
    return case_id, decision, casework.office.last_days(case_id)["payment"]


def on(casework: Casework, day: date) -> None:
    """It is that day, the night before it the worker swept."""
    while local_day(casework.office.now) < day:
        casework.office.wait(1)
        sweep(casework.office)


def row(casework: Casework, decision: Decision) -> str:
    """What the treasury's page says of a decision: everything in its row, blanks made one."""
    page = casework.at("kho-bac").get(f"/treasury?number={decision.number}").text
    return " ".join(page.split("<tbody>")[1].split("</tbody>")[0].split())


def told(casework: Casework, decision: Decision) -> tuple[str, str]:
    """Late fee and what is owed, as the page writes them."""
    cells = row(casework, decision).split('<td class="num nowrap">')
    return cells[2].split(" đồng")[0], cells[4].split(" đồng")[0].removeprefix("<strong>")


def pay(casework: Casework, decision: Decision, amount: int, reference: str) -> str:
    """The treasury enters money of today."""
    form = {"amount": amount, "reference": reference, "source": "quầy", "day": casework.today()}
    answer = casework.at("kho-bac").post(f"/treasury/{decision.id}", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


@pytest.mark.parametrize(("days", "fee"), [(0, 0), (1, 0), (2, 1), (31, 30)])
def test_paid_late_to_the_day(casework: Casework, days: int, fee: int) -> None:
    """On the last day and the day after nothing: the fee runs from the day after to the day before paying."""
    case_id, decision, last = to_pay(casework)
    on(casework, last + timedelta(days=days))
    assert casework.office.state(case_id, "payment") == ("overdue" if days else "due")
    assert told(casework, decision) == (dong(A_DAY * fee), dong(FINE + A_DAY * fee))
    if fee:
        assert "Đã ghi một phần" in pay(casework, decision, FINE + A_DAY * fee - 1, "FT-0")
        assert told(casework, decision)[1] == "1"
        pay(casework, decision, 1, "FT-1")
    else:
        pay(casework, decision, FINE, "FT-1")
    assert casework.office.state(case_id, "payment") == "paid"


def test_a_part_paid_in_time_bears_no_fee(casework: Casework) -> None:
    case_id, decision, last = to_pay(casework)
    on(casework, last - timedelta(days=2))
    pay(casework, decision, 10_000_000, "FT-1")
    on(casework, last + timedelta(days=5))
    assert casework.office.state(case_id, "payment") == "overdue"
    assert told(casework, decision) == (dong(4 * 4_500), dong(9_000_000 + 4 * 4_500))
    pay(casework, decision, 9_018_000, "FT-2")
    assert casework.office.state(case_id, "payment") == "paid"


def test_a_deferral_ends_on_the_day_that_was_granted(casework: Casework) -> None:
    """Asked two days before the last day, answered four days later, granted for thirty days and let lapse."""
    case_id, decision, last = to_pay(casework)
    on(casework, last - timedelta(days=2))
    casework.do("thu-ly", case_id, "ask_relief", relief="deferral", note="khó khăn đột xuất")
    on(casework, last + timedelta(days=2))
    assert casework.office.state(case_id, "payment") == "due", "no day is late while it is considered"
    assert told(casework, decision) == ("0", dong(FINE))
    until = last + timedelta(days=32)
    casework.do("truong-phong", case_id, "defer", until=until.isoformat(), note="có xác nhận")
    assert casework.office.last_days(case_id)["deferral"] == until
    assert f"{until:%d/%m/%Y}" in row(casework, decision)
    on(casework, until)
    assert (casework.office.state(case_id, "payment"), told(casework, decision)[0]) == ("due", "0")
    on(casework, until + timedelta(days=11))
    assert casework.office.state(case_id, "payment") == "overdue"
    assert told(casework, decision) == (dong(10 * A_DAY), dong(FINE + 10 * A_DAY))
    pay(casework, decision, FINE + 10 * A_DAY, "FT-1")
    assert casework.office.state(case_id, "payment") == "paid"


def test_a_deferral_refused_pauses_the_fee_while_it_was_considered(casework: Casework) -> None:
    case_id, decision, last = to_pay(casework)
    on(casework, last)
    casework.do("thu-ly", case_id, "ask_relief", relief="deferral", note="khó khăn")
    on(casework, last + timedelta(days=4))
    casework.do("truong-phong", case_id, "refuse_relief", note="không có xác nhận")
    on(casework, last + timedelta(days=10))
    assert casework.office.state(case_id, "payment") == "overdue"
    assert told(casework, decision)[0] == dong(5 * A_DAY), "the fifth to the ninth day after"


def test_a_missed_instalment_is_late_and_the_later_ones_are_not(casework: Casework) -> None:
    """Forty, thirty, thirty in a hundred; the second is paid eleven days late, the third in time."""
    case_id, decision, last = to_pay(casework)
    casework.do("thu-ly", case_id, "ask_relief", relief="instalments", note="khó khăn")
    due = [last, last + timedelta(days=30), last + timedelta(days=60)]
    parts = {
        "first_amount": 7_600_000, "first_due": due[0].isoformat(), "second_amount": 5_700_000,
        "second_due": due[1].isoformat(), "third_amount": 5_700_000, "third_due": due[2].isoformat(),
    }  # fmt: skip
    for wrong in ({"second_due": due[0].isoformat()}, {"first_due": casework.today(-1)}):
        answer = casework.send(
            "truong-phong", case_id, "grant_instalments", note="có xác nhận", **parts | wrong
        )
        assert answer.status_code == 422
    casework.do("truong-phong", case_id, "grant_instalments", note="có xác nhận", **parts)
    assert casework.office.last_days(case_id)["instalments"] == due[0]
    on(casework, due[0])
    pay(casework, decision, 7_600_000, "FT-1")
    assert casework.office.last_days(case_id)["instalments"] == due[1]
    on(casework, due[1])
    assert (casework.office.state(case_id, "payment"), told(casework, decision)[0]) == ("partly", "0")
    on(casework, due[1] + timedelta(days=11))
    assert casework.office.state(case_id, "payment") == "overdue"
    fee = 10 * 2_850  # of the second part alone
    assert told(casework, decision) == (dong(fee), dong(11_400_000 + fee))
    pay(casework, decision, 5_700_000, "FT-2")
    assert casework.office.state(case_id, "payment") == "partly"
    on(casework, due[2])
    assert (casework.office.state(case_id, "payment"), told(casework, decision)[0]) == ("partly", dong(fee))
    pay(casework, decision, 5_700_000 + fee, "FT-3")
    assert casework.office.state(case_id, "payment") == "paid"
