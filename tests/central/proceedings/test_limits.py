"""The last day that binds a step, out of the deadlines that run: where the law gives more time, the longer
holds, and each step asks for its own."""

from datetime import date, timedelta

import pytest

from central.deadlines.rules import running
from central.proceedings.limits import DEADLINES_OF, limits_of
from central.proceedings.tracks import Track
from configs.law_tables import shipped

BOOK = shipped()
DAY = date(2026, 11, 16)
"""A Monday; the 24th is a holiday (NQ 28/2026/QH16)."""
LIMITATION = date(2027, 11, 2)


@pytest.mark.parametrize(
    ("events", "limit", "last_day"),
    [
        ("notice_sent", "appearance", date(2026, 12, 7)),  # TT 73 Art 24.5: 20 days, the last a Sunday
        ("record_made explanation_opened", "explanation", date(2026, 11, 23)),  # Law Art 61.2
        ("record_made explanation_opened explanation_extended", "explanation", date(2026, 12, 1)),
        ("record_made explanation_opened", "explanation_oral", date(2026, 11, 18)),  # Art 61.3
        ("record_made explanation_opened explanation_extended", "explanation_oral", date(2026, 11, 18)),
        ("record_made", "explanation", None),  # below 15 million nobody is asked
        ("record_made", "decision", date(2026, 11, 26)),  # Art 66.1.a
        ("record_made file_handed_over", "decision", date(2026, 12, 1)),
        ("record_made more_time_needed", "decision", date(2026, 12, 16)),  # Art 66.1.b
        ("record_made more_time_needed found_complex", "decision", date(2027, 1, 16)),  # Art 66.1.c
        ("decision_delivered", "payment", date(2026, 11, 26)),  # Art 73.1
        ("decision_delivered deferred", "payment", date(2027, 2, 16)),  # Art 76: three months
        ("decision_delivered instalments_granted", "payment", date(2027, 5, 17)),  # Art 79: six, a Sunday
        ("decision_delivered", "complaint", date(2027, 2, 15)),  # Complaints Law Art 9: 90 days, a Sunday
        ("decision_delivered complaint_settled", "complaint_second", date(2026, 12, 16)),  # Art 33
        ("decision_delivered", "complaint_second", None),
        ("decision_delivered", "court", date(2027, 11, 16)),  # Administrative Procedure Art 116
        ("decision_signed", "enforcement", date(2027, 11, 16)),  # Law Art 74.1
    ],
)
def test_the_last_day_that_binds(events: str, limit: str, last_day: date | None) -> None:
    limits = limits_of(running(BOOK, dict.fromkeys(events.split(), DAY)), LIMITATION)
    assert getattr(limits, limit) == last_day
    assert limits.limitation == LIMITATION


def test_an_evasion_counts_the_enforcement_anew() -> None:
    """Law Art 74.2: from the day the evasion ends."""
    later = DAY + timedelta(days=100)
    limits = limits_of(running(BOOK, {"decision_signed": DAY, "enforcement_restarted": later}), LIMITATION)
    assert limits.enforcement == date(2028, 2, 24)


@pytest.mark.parametrize(
    ("track", "events", "code"),
    [
        (Track.NOTICE, "capture", "notice"),
        (Track.NOTICE, "capture notice_to_another", "notice_again"),
        (Track.ANSWER, "notice_sent", "appearance"),
        (Track.RECORD, "violator_identified", "record"),
        (Track.EXPLANATION, "record_made explanation_opened", "explanation"),
        (Track.EXPLANATION, "record_made explanation_opened explanation_extended", "explanation_extended"),
        (Track.EXPLANATION, "record_made explanation_opened hearing_requested", "explanation_answer"),
        (Track.DECISION, "record_made more_time_needed", "decision_verified"),
        (Track.DELIVERY, "decision_signed electronic_entered", "service"),
        (Track.DELIVERY, "posting_started", "delivery_posting"),
        (Track.DELIVERY, "third_return", "delivery_returned"),
        (Track.PAYMENT, "decision_delivered deferred", "deferral"),
        (Track.COMPLAINT, "decision_delivered complaint_filed", "complaint_accept"),
        (Track.COMPLAINT, "decision_delivered complaint_accepted", "complaint_settle"),
        (Track.ENFORCEMENT, "decision_signed payment_overdue", "enforcement_info"),
        (Track.ENFORCEMENT, "decision_signed enforcement_ordered", "enforcement_send"),
    ],
)
def test_the_deadline_that_presses_a_track(track: Track, events: str, code: str) -> None:
    found = running(BOOK, dict.fromkeys(events.split(), DAY))
    assert next(each for each in DEADLINES_OF[track] if each in found) == code


def test_every_deadline_of_a_case_presses_a_track() -> None:
    """What no track shows would pass unseen; those below are told elsewhere."""
    shown = {code for codes in DEADLINES_OF.values() for code in codes}
    every = {row.code for row in BOOK.deadlines_table.deadlines}
    elsewhere = {"explanation_oral", "points_test", "points_refill", "breach_report"}
    elsewhere |= {"data_request_answer", "data_request", "incident_notice", "incident_report"}
    assert every - shown == elsewhere | {"citizen_data_verify", "citizen_data_complex"}
