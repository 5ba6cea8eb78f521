"""What a decision asks for, when money is told in another order than it was paid, when what it asks for
becomes less afterwards, and when nothing is left to pay."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from central.db import transaction
from central.errors import InvalidError
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


@pytest.mark.parametrize(("days", "amount"), [(1, 1_000), (-90, 1_000), (0, 0), (0, -1_000)])
def test_money_of_a_day_that_can_not_be_is_not_counted(office: Office, days: int, amount: int) -> None:
    """Neither tomorrow, nor before the decision was signed, nor no money at all."""
    decision = office.to_delivery(office.confirmed())
    today = local_day(office.now)
    with pytest.raises(InvalidError):
        pay(office, decision, "T1", amount, today + timedelta(days=days))
    with transaction(office.engine) as session:
        stand = payments.stand(session, session.get_one(Decision, decision.id), today)
    assert (stand.paid, stand.owed) == (0, FINE)


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


def share(*parts: tuple[int, int]) -> tuple[dict[str, object], ...]:
    """Instalments: how much, so many days from 2 December on."""
    first = date(2026, 12, 2)
    return tuple({"due": (first + timedelta(days=days)).isoformat(), "amount": sum_} for sum_, days in parts)


IN_SIX_MONTHS = date(2027, 6, 1)
FAR = (IN_SIX_MONTHS - date(2026, 12, 2)).days


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        (
            "deferral",
            [Grant(), Grant(until=date(2026, 12, 1)), Grant(until=date(2027, 3, 2))],
            Grant(until=date(2027, 3, 1)),
        ),
        (
            "reduction",
            [Grant(), Grant(reduced_to=-1), Grant(reduced_to=FINE), Grant(reduced_to=FINE + 1)],
            Grant(reduced_to=FINE - 1),
        ),
        (
            "instalments",
            [
                Grant(until=IN_SIX_MONTHS, parts=parts)
                for parts in (
                    share(),
                    share((7_599_999, 0), (11_400_001, 30)),  # less than 40 percent first
                    share((7_600_000, 0), (11_399_999, 30)),  # not all
                    share((7_600_000, 0), (11_400_001, 30)),  # more than all
                    share((7_600_000, 30), (11_400_000, 0)),  # in the wrong order
                    share((7_600_000, 0), (11_400_000, 0)),  # on one day
                    share((7_600_000, -2), (11_400_000, 30)),  # yesterday
                    share((7_600_000, 0), (11_400_000, FAR + 1)),  # after six months
                    share((7_600_000, 0), (3_800_000, 30), (3_800_000, 60), (3_800_000, 90)),
                )
            ]
            + [Grant(until=IN_SIX_MONTHS + timedelta(days=1), parts=share((7_600_000, 0), (11_400_000, 30)))],
            Grant(until=IN_SIX_MONTHS, parts=share((7_600_000, 0), (5_700_000, 30), (5_700_000, FAR))),
        ),
    ],
    ids=["deferral", "reduction", "instalments"],
)
def test_no_more_is_granted_than_the_law_allows(
    office: Office, kind: str, wrong: list[Grant], right: Grant
) -> None:
    """Asked and answered on Tuesday 1 December."""
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    assert (decision.fine, local_day(office.now)) == (FINE, date(2026, 12, 1))

    def answer(grant: Grant) -> None:
        with transaction(office.engine) as session:
            proceeding, by = office.proceeding(session, case_id), office.by(session, "truong-phong")
            relief = payments.open_relief(session, decision.id or 0)
            assert relief is not None
            payments.answer_relief(session, proceeding, relief, grant, "có xác nhận", by, office.now)

    with transaction(office.engine) as session:
        by = office.by(session, "citizen")
        payments.ask_relief(session, office.proceeding(session, case_id), kind, "khó khăn", by, office.now)
    for grant in wrong:
        with pytest.raises(InvalidError):
            answer(grant)
        assert office.state(case_id, "relief") == "asked", grant
    answer(right)
    assert office.state(case_id, "relief") in ("deferred", "reduced", "instalments")
