"""What counts as near: two working days are left, free days and worked Saturdays counted as they are."""

from datetime import datetime

import pytest

from central.deadlines.service import near_until
from configs.law_tables import shipped
from contract.local_time import VIETNAM


@pytest.mark.parametrize(
    ("now", "first_not_near"),
    [
        ("2026-11-02T09:00", "2026-11-05"),  # Monday: until the end of Wednesday
        ("2026-11-02T23:59", "2026-11-05"),  # the hour of the day changes nothing
        ("2026-11-04T09:00", "2026-11-09"),  # Wednesday: a notice due on Sunday has Thursday and Friday left
        ("2026-11-06T16:30", "2026-11-11"),  # Friday: until Tuesday
        ("2026-11-07T10:00", "2026-11-11"),  # Saturday: the same
        ("2026-01-29T08:00", "2026-02-03"),  # over the end of a month
        ("2026-08-20T08:00", "2026-08-24"),  # Thursday; the Saturday 22 August is worked, the Sunday is not
        ("2026-08-27T08:00", "2026-09-04"),  # Thursday; Friday and 3 September are worked, nothing between
        ("2026-02-12T08:00", "2026-02-24"),  # two days before Tết: what is due in it is near
        ("2026-11-20T08:00", "2026-11-26"),  # Friday; Tuesday 24 November is free
    ],
)
def test_near_until_two_working_days_are_left(now: str, first_not_near: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=VIETNAM)
    end = datetime.fromisoformat(first_not_near).replace(tzinfo=VIETNAM)
    assert near_until(shipped().calendar, moment) == end
