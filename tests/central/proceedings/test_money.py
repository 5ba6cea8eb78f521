"""What is owed on a decision, worked out from its rows alone: the last day to pay, pauses of the late fee,
what a person granted. A car's red light: 19 million dong, 9,500 a day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from central.proceedings.dossier import Money
from central.proceedings.models import Decision, DecisionPayment, ProceedingStep, Relief
from central.proceedings.money import Entries, beyond, last_day_by, relief_open, stand_by
from configs.law_tables import shipped

BOOK = shipped()
FINE, A_DAY = 19_000_000, 9_500
SIGNED = date(2026, 10, 5)  # a Monday; no holiday until 24 November
DELIVERED = date(2026, 10, 8)
LAST = date(2026, 10, 19)  # ten days later is a Sunday: the Monday after
NOW = datetime(2026, 10, 5, tzinfo=UTC)


def decision(**changes: Any) -> Decision:
    """The decision."""
    values = {"fine": FINE, "signed_on": SIGNED, "organisation": False, "pay_within_days": 10}
    return Decision(**values | changes)


def entries(*paid: tuple[date, int], **more: Any) -> Entries:
    """What happened to it, delivered unless told otherwise, and what was paid."""
    rows = [
        DecisionPayment(
            decision_id=1, reference=f"T{n}", amount=sum_, paid_on=day, source="x", entered_at=NOW
        )
        for n, (day, sum_) in enumerate(paid)
    ]
    days = {"decision_sent": SIGNED, "decision_delivered": DELIVERED}
    return Entries(payments=rows, **{"days": days} | more)


def relief(kind: str, asked: date, answered: date | None = None, **granted: Any) -> Relief:
    """A request for relief; granted with what is told of it, refused or open without."""
    return Relief(
        decision_id=1,
        kind=kind,
        asked_on=asked,
        answered_on=answered,
        granted=bool(granted) if answered is not None else None,
        **granted,
    )


def turn(action: str, day: date) -> ProceedingStep:
    """Execution is suspended, or goes on."""
    return ProceedingStep(proceeding_id=1, action=action, day=day, at=NOW, actor="x")


@pytest.mark.parametrize(
    ("days", "within", "last"),
    [
        ({}, 10, None),
        ({"decision_sent": SIGNED}, 10, date(2026, 10, 16)),  # the fee runs from the twelfth day on
        ({"decision_sent": SIGNED, "decision_delivered": DELIVERED}, 10, LAST),
        (
            {"decision_sent": SIGNED, "decision_delivered": DELIVERED},
            5,
            LAST,
        ),  # never less than by law
        ({"decision_sent": SIGNED, "decision_delivered": DELIVERED}, 11, LAST),
        ({"decision_sent": SIGNED, "decision_delivered": DELIVERED}, 15, date(2026, 10, 23)),
        ({"decision_sent": SIGNED, "decision_delivered": DELIVERED}, 16, date(2026, 10, 26)),  # a Saturday
    ],
)
def test_the_last_day_to_pay(days: dict[str, date], within: int, last: date | None) -> None:
    row = decision(pay_within_days=within)
    assert last_day_by(BOOK, row, entries(days=days)) == last
    for late in (-1, 0, 1, 2, 12) if last is not None else ():
        on = (last or SIGNED) + timedelta(days=late)
        owed = stand_by(BOOK, row, entries(days=days), on)
        assert owed == Money(FINE, 0, max(0, late - 1) * A_DAY), on


def test_before_it_went_out_nothing_is_late() -> None:
    paid = entries((SIGNED, 1_000_000), days={})
    assert stand_by(BOOK, decision(), paid, SIGNED + timedelta(days=100)) == Money(FINE, 1_000_000, 0)


def test_a_deferral_is_the_last_day_and_then_the_fee_runs() -> None:
    until = date(2026, 12, 1)
    days = {"decision_delivered": DELIVERED, "deferred": date(2026, 10, 15)}
    granted = entries(
        days=days, reliefs=[relief("deferral", date(2026, 10, 14), date(2026, 10, 15), until=until)]
    )
    assert last_day_by(BOOK, decision(), granted) == until
    for late, fee in ((0, 0), (1, 0), (2, A_DAY), (3, 2 * A_DAY)):
        assert stand_by(BOOK, decision(), granted, until + timedelta(days=late)).late_fee == fee


def test_instalments_are_due_one_after_the_other() -> None:
    """In whichever order they were entered; the last grant counts."""
    first, second = date(2026, 10, 30), date(2026, 11, 30)
    parts = [
        {"due": second.isoformat(), "amount": 11_000_000},
        {"due": first.isoformat(), "amount": 8_000_000},
    ]
    days = {"decision_delivered": DELIVERED, "instalments_granted": date(2026, 10, 15)}
    asked = relief("instalments", date(2026, 10, 14), date(2026, 10, 15), parts=parts)
    open_one = entries(days=days, reliefs=[asked])
    assert last_day_by(BOOK, decision(), open_one) == first
    assert stand_by(BOOK, decision(), open_one, first + timedelta(days=3)).late_fee == 8_000
    paid = entries((first, 8_000_000), days=days, reliefs=[asked])
    assert last_day_by(BOOK, decision(), paid) == second
    assert stand_by(BOOK, decision(), paid, second + timedelta(days=3)) == Money(FINE, 8_000_000, 11_000)


@pytest.mark.parametrize(
    ("reliefs", "turns", "free"),
    [
        ([], [], 0),
        ([("deferral", 9, None)], [], 11),  # nobody has answered: no fee until somebody does
        ([("deferral", 9, 14)], [], 3),  # asked in time, refused on the 14th day: days 12, 13 and 14
        ([], [("suspend", 15)], 8),
        ([], [("suspend", 15), ("resume", 17)], 3),
        ([], [("suspend", 12), ("resume", 13), ("suspend", 20)], 5),
        ([], [("resume", 13)], 0),
    ],
)
def test_days_on_which_no_fee_runs(
    reliefs: list[tuple[str, int, int | None]], turns: list[tuple[str, int]], free: int
) -> None:
    """Counted from the delivery; the eleventh day is the last to pay, on the twenty-third somebody asks."""

    def day(number: int) -> date:
        return DELIVERED + timedelta(days=number)

    asked = [relief(kind, day(first), day(last) if last else None) for kind, first, last in reliefs]
    happened = entries(reliefs=asked, turns=[turn(action, day(number)) for action, number in turns])
    on = day(23)
    all_days = 11  # 12 to 22
    assert stand_by(BOOK, decision(), happened, on).late_fee == (all_days - min(free, all_days)) * A_DAY


def test_a_granted_reduction_is_the_fine_and_a_refused_one_is_not() -> None:
    day = date(2026, 10, 10)
    reduced = relief("reduction", day, day, reduced_to=5_000_000)
    refused = relief("reduction", day, day)
    assert stand_by(BOOK, decision(), entries(reliefs=[refused]), LAST).fine == FINE
    assert stand_by(BOOK, decision(), entries(reliefs=[refused, reduced]), LAST).fine == 5_000_000
    let_off = relief("reduction", day, day, reduced_to=0)
    assert stand_by(BOOK, decision(), entries(reliefs=[let_off]), date(2027, 1, 1)) == Money(0, 0, 0)


@pytest.mark.parametrize(("ended", "back"), [(None, 1_000), (SIGNED, FINE + 1_000)])
def test_of_a_decision_that_ended_all_goes_back(ended: date | None, back: int) -> None:
    assert beyond(decision(ended_on=ended), Money(FINE, FINE + 1_000, 0)) == back


@pytest.mark.parametrize(
    ("fine", "organisation", "kinds"),
    [
        (1_999_999, False, set()),
        (2_000_000, False, {"deferral", "reduction"}),
        (14_999_999, False, {"deferral", "reduction"}),
        (15_000_000, False, {"deferral", "reduction", "instalments"}),
        (99_999_999, True, set()),
        (100_000_000, True, {"deferral", "reduction"}),
        (150_000_000, True, {"deferral", "reduction", "instalments"}),
    ],
)
def test_relief_opens_with_the_size_of_the_fine(fine: int, organisation: bool, kinds: set[str]) -> None:
    assert relief_open(BOOK, decision(fine=fine, organisation=organisation)) == kinds
