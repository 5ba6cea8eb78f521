"""Signs that hold at some hours, for some vehicles; and the ones that can't forbid what is written."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from configs.scene import Exit, Prohibition, Scene
from contract.local_time import VIETNAM
from contract.vehicles import VehicleKind

LINE = ((0, 0), (10, 0))


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}").replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("sign", "moment", "holds"),
    [
        ({}, at(20, "03:00"), True),
        ({"valid_from": "2026-11-20"}, at(19, "23:59"), False),
        ({"valid_from": "2026-11-20"}, at(20, "00:00"), True),
        ({"valid_to": "2026-11-20"}, at(20, "23:59"), True),
        ({"valid_to": "2026-11-20"}, at(21, "00:00"), False),
        ({"hours": ["06:00-09:00", "16:00-19:00"]}, at(20, "05:59"), False),
        ({"hours": ["06:00-09:00", "16:00-19:00"]}, at(20, "06:00"), True),
        ({"hours": ["06:00-09:00", "16:00-19:00"]}, at(20, "09:00"), False),
        ({"hours": ["06:00-09:00", "16:00-19:00"]}, at(20, "18:30"), True),
        ({"hours": ["22:00-05:00"]}, at(20, "23:30"), True),
        ({"hours": ["22:00-05:00"]}, at(20, "04:59"), True),
        ({"hours": ["22:00-05:00"]}, at(20, "12:00"), False),
    ],
)
def test_a_sign_holds_on_its_days_and_in_its_hours(
    sign: dict[str, Any], moment: datetime, holds: bool
) -> None:
    assert Prohibition.model_validate({"by": "P.123a", **sign}).holds_at(moment) is holds


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)))
def test_two_halves_of_a_day_are_the_whole_day(moment: datetime) -> None:
    local = moment.replace(tzinfo=VIETNAM)
    halves = [
        Prohibition(by="place", hours=(hours,)).holds_at(local) for hours in ("06:00-18:00", "18:00-06:00")
    ]
    assert sum(halves) == 1


@pytest.mark.parametrize(
    ("sign", "named"),
    [
        ({"by": "P.123a"}, {"car", "truck", "bus", "motorbike", "bicycle"}),
        ({"by": "P.124b"}, {"car", "truck", "bus"}),
        ({"by": "P.123a", "kinds": ["motorbike"]}, {"motorbike"}),
        ({"by": "P.124b", "kinds": ["truck"]}, {"truck"}),
    ],
)
def test_a_sign_names_vehicles(sign: dict[str, Any], named: set[str]) -> None:
    prohibition = Prohibition.model_validate(sign)
    assert {kind.value for kind in VehicleKind if prohibition.names(kind)} == named


def test_a_plain_word_is_what_forbids() -> None:
    way = Exit.model_validate({"movement": "u_turn", "line": LINE, "prohibited_by": "P.124a"})
    assert way.prohibited_by == Prohibition(by="P.124a")


@pytest.mark.parametrize(
    ("movement", "prohibition", "complaint"),
    [
        ("right", "P.123a", "sign P.123a forbids left, not right"),
        ("straight", "P.124c", "sign P.124c forbids left and u_turn, not straight"),
        ("left", "P.999", "Input should be"),
        ("left", {"by": "P.123a", "hours": ["6-9"]}, "should match pattern"),
        ("left", {"by": "P.123a", "hours": ["24:00-25:00"]}, "should match pattern"),
        (
            "left",
            {"by": "P.123a", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
            "valid_to must not be",
        ),
    ],
)
def test_what_can_not_stand_there_is_refused(movement: str, prohibition: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Exit.model_validate({"movement": movement, "line": LINE, "prohibited_by": prohibition})


@pytest.mark.parametrize(
    ("prohibition", "timed"), [("P.123a", False), ({"by": "P.123a", "hours": ["06:00-09:00"]}, True)]
)
def test_a_scene_knows_whether_it_depends_on_the_time_of_day(prohibition: object, timed: bool) -> None:
    way = {"movement": "left", "line": LINE, "prohibited_by": prohibition}
    line = {"id": "S1", "line": LINE, "direction": [0, -1], "exits": [way]}
    assert Scene.model_validate({"size": [640, 480], "stop_lines": [line]}).is_timed is timed
