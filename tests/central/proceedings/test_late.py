"""Late fees to the day, against arithmetic day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.proceedings.late import Paid, Part, Pause, fee_until, left_of, next_day, next_part
from configs.law_tables import shipped

LAST = date(2026, 11, 30)
RULES = shipped().sanctions(LAST)
FINE = 19_000_000
Pauses = list[Pause]


def after(days: int) -> date:
    return LAST + timedelta(days=days)


@pytest.mark.parametrize(
    ("until", "pauses", "days"),
    [
        (after(0), [], 0),
        (after(1), [], 0),  # the fee runs to the day before paying
        (after(2), [], 1),
        (after(11), [], 10),
        (after(11), [(date(2026, 12, 1), date(2026, 12, 4))], 6),
        (after(11), [(date(2026, 11, 1), date(2026, 12, 31))], 0),
        (after(11), [(date(2026, 12, 1), date(2026, 12, 4)), (date(2026, 12, 4), date(2026, 12, 5))], 5),
        (after(-3), [], 0),
    ],
)
def test_the_fee_is_a_twentieth_of_a_percent_a_day(until: date, pauses: Pauses, days: int) -> None:
    assert fee_until([Part(FINE, LAST)], [], until, pauses, RULES) == 9_500 * days


@pytest.mark.parametrize(
    ("paid", "fee"),
    [
        ([], 9_500 * 10),
        ([Paid(after(-2), 10_000_000)], 4_500 * 10),
        ([Paid(after(0), 10_000_000)], 4_500 * 10),
        ([Paid(after(1), 10_000_000)], 4_500 * 10),
        ([Paid(after(5), 10_000_000)], 9_500 * 4 + 4_500 * 6),
        ([Paid(after(5), FINE)], 9_500 * 4),
        ([Paid(after(5), FINE), Paid(after(7), FINE), Paid(after(9), -FINE)], 9_500 * 4),
        ([Paid(after(-5), FINE), Paid(after(3), -10_000_000)], 5_000 * 8),
    ],
)
def test_what_is_paid_bears_no_fee_from_its_day_on(paid: list[Paid], fee: int) -> None:
    assert fee_until([Part(FINE, LAST)], paid, after(11), [], RULES) == fee


THREE = [Part(7_600_000, LAST), Part(5_700_000, after(30)), Part(5_700_000, after(60))]
"""Forty, thirty and thirty in a hundred."""


@pytest.mark.parametrize(
    ("paid", "until", "fee", "next_on"),
    [
        ([], after(1), 0, LAST),
        ([], after(11), 3_800 * 10, LAST),
        ([Paid(LAST, 7_600_000)], after(30), 0, after(30)),
        ([Paid(LAST, 7_600_000)], after(41), 2_850 * 10, after(30)),
        ([Paid(LAST, 7_600_000), Paid(after(41), 5_700_000)], after(60), 2_850 * 10, after(60)),
        ([Paid(LAST, 7_600_000)], after(71), 2_850 * 30 + 5_700 * 10, after(30)),
        ([Paid(LAST, 7_600_000), Paid(after(71), 11_400_000)], after(90), 2_850 * 30 + 5_700 * 10, after(60)),
        ([Paid(after(-3), FINE)], after(200), 0, after(60)),
        ([Paid(LAST, 10_000_000)], after(41), 3_300_000 * 10 // 2000, after(30)),
    ],
)
def test_of_instalments_only_what_was_due_bears_a_fee(
    paid: list[Paid], until: date, fee: int, next_on: date
) -> None:
    assert fee_until(THREE, paid, until, [], RULES) == fee
    assert next_day(THREE, sum(one.amount for one in paid)) == next_on


days = st.integers(-20, 90).map(after)


@given(
    parts=st.lists(st.tuples(st.integers(1, 20_000_000), days), min_size=1, max_size=3),
    paid=st.lists(st.tuples(days, st.integers(-5_000_000, 20_000_000)), max_size=5),
    pauses=st.lists(st.tuples(days, days), max_size=3),
    until=days,
)
def test_it_is_the_sum_of_its_days(
    parts: list[tuple[int, date]], paid: list[tuple[date, int]], pauses: Pauses, until: date
) -> None:
    weighted, day = 0, after(-30)
    while day < until:
        due = sum(amount for amount, last in parts if day > last)
        unpaid = max(0, due - sum(amount for on, amount in paid if on <= day))
        weighted += 0 if any(first <= day <= last for first, last in pauses) else unpaid
        day += timedelta(days=1)
    found = fee_until([Part(*part) for part in parts], [Paid(*one) for one in paid], until, pauses, RULES)
    assert found == weighted * 5 // 10_000


@pytest.mark.parametrize(
    ("paid", "on", "amount", "last_day"),
    [
        (0, after(-10), 7_600_000, LAST),  # nothing is late: the first instalment alone
        (0, after(0), 7_600_000, LAST),  # its last day is still in time
        (0, after(1), 7_600_000, LAST),
        (0, after(30), 7_600_000, LAST),
        (0, after(31), 13_300_000, LAST),  # all that is late together
        (0, after(61), 19_000_000, LAST),
        (2_600_000, after(1), 5_000_000, LAST),  # of an instalment paid in part its rest
        (7_600_000, after(1), 5_700_000, after(30)),
        (7_600_000, after(31), 5_700_000, after(30)),
        (7_600_001, after(61), 11_399_999, after(30)),
        (18_999_999, after(0), 1, after(60)),
    ],
)
def test_to_be_paid_next_is_what_is_late_or_else_the_next_instalment(
    paid: int, on: date, amount: int, last_day: date
) -> None:
    assert next_part(THREE, paid, on) == Part(amount, last_day)


@pytest.mark.parametrize("paid", [FINE, FINE + 1])
def test_of_a_fine_that_is_paid_nothing_is_asked_any_more(paid: int) -> None:
    assert next_part(THREE, paid, after(90)) is None
    assert [part.amount for part in left_of(THREE, paid)] == [0, 0, 0]


@given(paid=st.integers(-1_000_000, 25_000_000))
def test_money_fills_the_instalments_in_their_order_and_none_of_it_is_lost(paid: int) -> None:
    left = left_of(THREE, paid)
    assert [part.last_day for part in left] == [part.last_day for part in THREE]
    assert sum(part.amount for part in left) == FINE - max(0, min(paid, FINE))
    begun = [
        place
        for place, (part, whole) in enumerate(zip(left, THREE, strict=True))
        if part.amount < whole.amount
    ]
    assert all(left[before].amount == 0 for place in begun for before in range(place))


@pytest.mark.parametrize(
    ("fine", "days", "fee"), [(1_999, 1, 0), (2_000, 1, 1), (1_000, 1, 0), (1_000, 2, 1), (3_999, 1, 1)]
)
def test_a_fraction_of_a_dong_is_not_charged(fine: int, days: int, fee: int) -> None:
    assert fee_until([Part(fine, LAST)], [], after(days + 1), [], RULES) == fee
