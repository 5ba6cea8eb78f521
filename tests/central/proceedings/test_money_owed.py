"""What a decision asks for, when money is told in another order than it was paid, when what it asks for
becomes less afterwards, and when nothing is left to pay."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from central.db import transaction
from central.payments import refunds
from central.proceedings import correcting, payments
from central.proceedings.models import Decision
from central.proceedings.payments import Counted, Grant, Receipt
from contract.local_time import local_day
from tests.central.proceedings.office import Office
from tests.central.proceedings.test_service import sweep

FINE = 19_000_000


def pay(office: Office, decision: Decision, reference: str, amount: int, day: date) -> Counted:
    """The treasury tells of money that was paid on a day."""
    with transaction(office.engine) as session:
        receipt = Receipt(reference, amount, day, "kho bạc")
        return payments.received(session, decision.id or 0, receipt, office.now)


def relieve(office: Office, case_id: int, reduced_to: int) -> None:
    """The owner asks for less in time, and the signer grants it."""
    with transaction(office.engine) as session:
        by = office.by(session, "citizen")
        proceeding = office.proceeding(session, case_id)
        relief = payments.ask_relief(session, proceeding, "reduction", "khó khăn", by, office.now)
        payments.answer_relief(
            session, proceeding, relief, Grant(reduced_to=reduced_to), "có xác nhận",
            office.by(session, "truong-phong"), office.now,
        )  # fmt: skip


def owed_back(session: Session, office: Office) -> list[int]:
    """What the treasury sees has to go back."""
    return [row.open for row in refunds.owed_back(session, office.now)]


def overdue(office: Office, days: int) -> tuple[int, Decision, date]:
    """A case whose fine is so many days late, its decision, its last day to pay."""
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    last = office.last_days(case_id)["payment"]
    office.now += timedelta(days=(last - local_day(office.now)).days + days)
    sweep(office)
    return case_id, decision, last


@pytest.mark.parametrize("later_first", [False, True])
@pytest.mark.parametrize(("rest", "outcome"), [(60_500, "full"), (38_000, "part"), (60_600, "overpaid")])
def test_two_part_payments_stand_the_same_in_whichever_order_they_are_told(
    office: Office, rest: int, outcome: str, later_first: bool
) -> None:
    """Ten million five days late, the rest ten days late: four days' fee of all, five of nine million."""
    case_id, decision, last = overdue(office, days=12)
    paid = [("T1", 10_000_000, last + timedelta(days=5)), ("T2", 9_000_000 + rest, last + timedelta(days=10))]
    told = [pay(office, decision, *one) for one in (reversed(paid) if later_first else paid)]
    assert told[-1].outcome == outcome
    with transaction(office.engine) as session:
        owed = payments.stand(session, session.get_one(Decision, decision.id), local_day(office.now))
        back = owed_back(session, office)
    assert (owed.late_fee >= 60_500, back) == (True, [100] if outcome == "overpaid" else [])
    assert office.state(case_id, "payment") == ("partly" if outcome == "part" else "paid")


def test_who_is_let_off_owes_nothing_and_the_case_ends(office: Office) -> None:
    case_id = office.confirmed()
    office.to_delivery(case_id)
    relieve(office, case_id, 0)
    assert office.state(case_id, "payment") == "paid"
    office.wait(30)
    sweep(office)
    assert office.state(case_id, "case") == "executed"


@pytest.mark.parametrize("reduced_to", [8_000_000, 10_000_000, 12_000_000])
def test_what_was_paid_before_a_reduction_counts_towards_it(office: Office, reduced_to: int) -> None:
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    pay(office, decision, "T1", 10_000_000, local_day(office.now))
    relieve(office, case_id, reduced_to)
    over = 10_000_000 - reduced_to
    assert office.state(case_id, "payment") == ("paid" if over >= 0 else "partly")
    with transaction(office.engine) as session:
        assert owed_back(session, office) == ([over] if over > 0 else [])


def test_a_later_day_of_delivery_gives_the_late_fee_back(office: Office) -> None:
    case_id, decision, _ = overdue(office, days=4)
    told = pay(office, decision, "T1", FINE + 28_500, local_day(office.now))
    assert (told.outcome, told.payment.fee) == ("full", 28_500)
    with transaction(office.engine) as session:
        correcting.correct_day(
            session, office.proceeding(session, case_id), "decision_delivered",
            local_day(office.now), "giấy báo phát", office.by(session, "thu-ly"), office.now,
        )  # fmt: skip
        assert owed_back(session, office) == [28_500]
