"""What counts as worse, and what any quiet hour explains."""

from typing import Any

import pytest

from contract.reasons import reason
from contract.reports import CameraHealth
from edge.configuration.comparing import Figures, Watch, far_worse, worse

GOOD = {"seconds": 300.0, "well": 1.0, "armed": 1.0, "fps": 10.0, "vehicles": 200, "findings": 3}


def figures(**changes: Any) -> Figures:
    return Figures.model_validate(GOOD | changes)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {}, None),
        ({}, {"vehicles": 60, "findings": 9, "fps": 6.0, "armed": 0.6}, None),
        ({}, {"well": 0.2, "why": reason("camera.wrong_size", camera="c")}, "configuration.worse_state"),
        ({}, {"fps": 4.0}, "configuration.worse_frames"),
        ({}, {"armed": 0.1}, "configuration.worse_lamp"),
        ({}, {"vehicles": 10}, "configuration.worse_vehicles"),
        ({"vehicles": 15}, {"vehicles": 0}, None),
        ({}, {"findings": 30}, "configuration.worse_findings"),
        ({"findings": 0}, {"findings": 9}, None),
        ({"well": 0.1, "fps": 0.0, "armed": 0.0}, {"well": 0.0, "fps": 0.0, "armed": 0.0}, None),
    ],
)
def test_only_what_no_quiet_hour_explains_is_worse(
    before: dict[str, Any], after: dict[str, Any], code: str | None
) -> None:
    told = worse(figures(**before), figures(**after))
    assert (told.code if told else None) == code


def test_traffic_is_judged_only_once_as_much_time_has_passed() -> None:
    assert far_worse(figures(), figures(vehicles=0, findings=100)) is None
    assert far_worse(figures(), figures(fps=0.0)) is not None
    shorter = figures(seconds=150.0, vehicles=110)
    assert worse(figures(), shorter) is None


def test_a_restart_of_the_camera_counts_anew() -> None:
    watch = Watch(every=1.0)
    for at, vehicles in enumerate((90, 100, 0, 7)):
        health = CameraHealth(
            id="c", state="online", frames=8 * at, armed=True, funnel={"vehicles": vehicles}
        )
        watch.note(health, float(at))
        watch.note(health, at + 0.5)  # too soon: not looked at
    seen = watch.since(0.0)
    assert seen is not None
    assert (seen.vehicles, seen.seconds, seen.fps, seen.well) == (17, 3.0, 8.0, 1.0)
    assert watch.since(3.0) is None
