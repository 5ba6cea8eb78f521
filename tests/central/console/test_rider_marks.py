"""Heads of riders that a manifest tells of, as the page marks them over stills and clip."""

import json

import pytest

from central.console.views import _overlay
from contract.manifest import RiderHead, RiderLook, Riders
from tests.central.offences.test_facts import manifest

LOOK = RiderLook(
    t_ms=-240,
    people=2,
    heads=(
        RiderHead(state="bare", probability=0.97, box=(0.1, 0.2, 0.15, 0.26)),
        RiderHead(state="unsure", probability=0.6),
    ),
)


@pytest.mark.parametrize(
    ("riders", "marked"),
    [
        (None, []),
        (
            Riders(people=2, looks=(LOOK,)),
            [
                {
                    "t": -240,
                    "heads": [
                        {"state": "bare", "box": [0.1, 0.2, 0.15, 0.26]},
                        {"state": "unsure", "box": None},
                    ],
                }
            ],
        ),
    ],
    ids=["another rule", "two heads"],
)
def test_each_look_s_heads_are_told_with_their_time(riders: Riders | None, marked: list[object]) -> None:
    told = json.loads(_overlay(manifest("no_helmet", riders=riders), None))
    assert told["riders"] == marked
