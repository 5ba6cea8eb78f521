"""Deadlines from the days of events: which rows run, which take the place of others, what is met and what
was late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.deadlines.rules import running
from configs.law_calendar import end_of_day
from configs.law_tables import shipped

BOOK = shipped()
CAPTURE = date(2026, 11, 2)
RECORD = date(2026, 11, 20)
EVENTS = sorted(
    {row.counted_from for row in BOOK.deadlines_table.deadlines}
    | {row.met_by for row in BOOK.deadlines_table.deadlines}
    | {row.only_after for row in BOOK.deadlines_table.deadlines if row.only_after}
)


def test_a_new_case_has_a_notice_to_send_and_a_limitation() -> None:
    found = running(BOOK, {"capture": CAPTURE})
    assert {code: row.last_day for code, row in found.items()} == {
        "notice": date(2026, 11, 12),
        "publication": date(2026, 11, 12),
        "limitation": date(2027, 11, 2),
    }


@pytest.mark.parametrize(
    ("events", "code", "last_day"),
    [
        ({}, "decision", date(2026, 12, 2)),
        ({"file_handed_over": RECORD}, "decision_transferred", date(2026, 12, 7)),
        ({"more_time_needed": RECORD}, "decision_verified", date(2026, 12, 20)),
        ({"more_time_needed": RECORD, "file_handed_over": RECORD}, "decision_verified", date(2026, 12, 20)),
        ({"more_time_needed": RECORD, "found_complex": RECORD}, "decision_complex", date(2027, 1, 20)),
    ],
)
def test_one_deadline_for_the_decision_and_the_longest_that_opens(
    events: dict[str, date], code: str, last_day: date
) -> None:
    found = running(BOOK, {"capture": CAPTURE, "record_made": RECORD} | events)
    assert [(c, r.last_day) for c, r in found.items() if c.startswith("decision")] == [(code, last_day)]


def test_a_longer_time_to_explain_takes_the_place_of_the_first() -> None:
    days = {"record_made": RECORD, "explanation_opened": RECORD, "explanation_extended": RECORD}
    found = running(BOOK, days)
    assert "explanation" not in found
    assert found["explanation_extended"].last_day == date(2026, 12, 7)


def test_no_right_to_explain_no_deadline_for_it() -> None:
    assert "explanation" not in running(BOOK, {"record_made": RECORD})


def test_a_corrected_day_moves_every_deadline_counted_from_it() -> None:
    first = running(BOOK, {"record_made": RECORD})["decision"]
    later = running(BOOK, {"record_made": RECORD + timedelta(days=3)})["decision"]
    assert later.last_day > first.last_day


@pytest.mark.parametrize(
    ("sent", "met", "late"),
    [(None, False, False), (date(2026, 11, 12), True, False), (date(2026, 11, 13), True, True)],
)
def test_met_and_late(sent: date | None, met: bool, late: bool) -> None:
    days = {"capture": CAPTURE} | ({"notice_sent": sent} if sent else {})
    found = running(BOOK, days)["notice"]
    assert (found.met_on is not None, found.late) == (met, late)


def test_what_is_done_on_the_day_of_the_act_is_done_in_time() -> None:
    found = running(BOOK, {"capture": CAPTURE, "notice_sent": CAPTURE})["notice"]
    assert (found.met_on, found.late) == (CAPTURE, False)


def test_an_earlier_event_does_not_meet_a_later_deadline() -> None:
    days = {"notice_sent": date(2026, 11, 20), "answered": date(2026, 11, 10)}
    assert running(BOOK, days)["appearance"].met_on is None


def test_hours_count_from_the_moment_or_from_the_end_of_an_unknown_hour() -> None:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    solved: dict[str, date] = {"solved": moment, "alert_raised": CAPTURE}
    assert running(BOOK, solved)["alert_lift"].due_at == moment + timedelta(hours=24)
    day: dict[str, date] = {"solved": date(2026, 11, 24), "alert_raised": CAPTURE}
    assert running(BOOK, day)["alert_lift"].due_at == datetime(2026, 11, 25, 17, tzinfo=UTC)


def test_deferral_takes_the_place_of_payment() -> None:
    days = {"decision_delivered": RECORD, "deferred": RECORD + timedelta(days=8)}
    found = running(BOOK, days)
    assert "payment" not in found
    assert found["deferral"].last_day == date(2027, 3, 1)


def test_a_notice_to_another_person_has_a_time_of_its_own() -> None:
    sent, named = CAPTURE + timedelta(days=2), CAPTURE + timedelta(days=18)
    found = running(BOOK, {"capture": CAPTURE, "notice_to_another": named})
    assert "notice" not in found
    assert (found["notice_again"].last_day, found["notice_again"].met_on) == (date(2026, 11, 30), None)
    assert running(BOOK, {"capture": CAPTURE, "notice_sent": sent})["notice"].met_on == sent


@pytest.mark.parametrize(
    ("more", "code", "last_day"),
    [
        ({}, "enforcement_account", date(2026, 11, 30)),
        ({"enforcement_by_salary": RECORD}, "enforcement_salary", date(2026, 11, 25)),
    ],
)
def test_enforcement_on_the_salary_has_two_days(more: dict[str, date], code: str, last_day: date) -> None:
    """Friday 20 November; Tuesday 24 is a holiday."""
    found = running(BOOK, {"enforcement_informed": RECORD} | more)
    assert {code: row.last_day for code, row in found.items()} == {code: last_day}


def test_the_law_of_the_day_of_the_event() -> None:
    days = {"capture": date(2025, 6, 1), "decision_signed": date(2025, 6, 30)}
    assert running(BOOK, days)["service"].last_day == date(2025, 7, 2)
    assert running(BOOK, days | {"decision_signed": date(2025, 7, 1)})["service"].last_day == date(2025, 7, 4)


@given(st.dictionaries(st.sampled_from(EVENTS), st.dates(date(2025, 1, 1), date(2027, 6, 1)), max_size=12))
def test_a_replaced_deadline_never_runs_beside_the_one_in_its_place(days: dict[str, date]) -> None:
    found = running(BOOK, days)
    for row in found.values():
        assert row.row.instead_of not in found
        assert row.last_day >= row.start
        assert row.row.holds(row.start)
        assert row.met_on is None or row.met_on >= row.start


def test_a_last_day_that_a_person_set_holds() -> None:
    restarted = date(2028, 3, 1)
    found = running(BOOK, {"capture": CAPTURE}, {"limitation": restarted})
    assert found["limitation"].last_day == restarted
    assert found["notice"].last_day == date(2026, 11, 12)


@pytest.mark.parametrize("until", [date(2026, 12, 31), date(2027, 2, 1)])
def test_a_payment_is_deferred_until_the_day_a_person_set_and_no_longer(until: date) -> None:
    """Law Art 76: the law's three months are the most, the answer may give less; it is late from the end of
    that day."""
    granted = date(2026, 12, 1)
    law_gives = running(BOOK, {"deferred": granted})["deferral"].last_day
    found = running(BOOK, {"deferred": granted}, {"deferral": until})["deferral"]
    assert (found.last_day, found.due_at) == (until, end_of_day(until))
    assert until < law_gives
