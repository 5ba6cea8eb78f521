"""The drawing: on copies, in the right place, in the colour of the decision."""

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from configs.camera import CameraConfig
from contract.manifest import Clock
from contract.types import DecisionName, LampColour
from contract.vehicles import VehicleKind
from edge.evidence.annotate import DECISIONS, LAMPS, Annotator
from edge.pipeline import Step
from edge.rules.inputs import Box, Finding, Phase, SignalHistory, Track, TrackPoint
from edge.video.frame import Frame
from tests.edge import factories

SIZE = (640, 480)
GREY = 90
CONFIG = CameraConfig.model_validate(
    {
        "id": "cam-1",
        "site": {"id": "s", "name": "Ngã Tư Sở"},
        "size": SIZE,
        "calibration": "cal-1",
        "heads": [{"id": "main", "box": [560, 40, 590, 120]}],
        "stop_lines": [
            {"id": "stop", "line": [[100, 300], [500, 300]], "direction": [0, -1], "head": "main"}
        ],
        "lanes": [{"id": "lane", "polygon": [[100, 310], [300, 310], [300, 470], [100, 470]]}],
    }
)


def track(box: Box, number: int = 7) -> Track:
    return Track(number, VehicleKind.MOTORBIKE, 0.9, (TrackPoint(1.0, box, 12),))


def finding(decision: DecisionName) -> Finding:
    return Finding(
        "red_light", 1, decision, "why", 7, 1.0, track((0, 0, 9, 9)).points[0], {}, elapsed_red=1.5
    )


def step(
    *findings: Finding, box: Box = (200, 100, 260, 200), lamp: LampColour = "red", t: float = 1.0
) -> Step:
    image = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    frame = Frame(12, t, factories.NOON, Clock(source="file", uncertainty_ms=0), image)
    history = SignalHistory("main", "vision", (Phase(lamp, 0.0, 100.0, True, 0.1),), True)
    return Step(frame, (track(box),), {"main": history}, findings)


def has(picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((picture == colour).all(axis=2).any())


def test_the_original_is_not_touched() -> None:
    given = step(finding("violation"))
    drawn = Annotator(CONFIG).draw(given)
    assert (given.frame.image == GREY).all()
    assert drawn.shape == given.frame.image.shape
    assert (drawn != given.frame.image).any()


def test_the_same_steps_give_the_same_pictures() -> None:
    first, second = (Annotator(CONFIG).draw(step(finding("violation"))) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("decision", ["violation", "borderline", "undecidable"])
def test_a_vehicle_found_violating_stays_marked_in_the_colour_of_the_decision(
    decision: Literal["violation", "borderline", "undecidable"],
) -> None:
    annotator = Annotator(CONFIG)
    around = (slice(95, 205), slice(195, 265))
    assert not has(annotator.draw(step())[around], DECISIONS[decision])
    assert has(annotator.draw(step(finding(decision)))[around], DECISIONS[decision])
    assert has(annotator.draw(step(t=60.0))[around], DECISIONS[decision])


def test_the_list_of_findings_clears_after_a_while() -> None:
    annotator = Annotator(CONFIG)
    lower_edge = (slice(440, 480), slice(0, 90))
    assert has(annotator.draw(step(finding("violation")))[lower_edge], DECISIONS["violation"])
    assert not has(annotator.draw(step(t=60.0))[lower_edge], DECISIONS["violation"])


def test_in_a_crowd_the_decisive_vehicle_keeps_its_verdict() -> None:
    """Thirty vehicles beside it hide neither its box nor its tab."""
    alone, crowd = (step(finding("violation")) for _ in range(2))
    boxes: list[Box] = [(150 + 5 * n, 60 + 4 * n, 200 + 5 * n, 130 + 4 * n) for n in range(30)]
    others = tuple(track(box, 100 + number) for number, box in enumerate(boxes))
    crowded = Step(crowd.frame, (*crowd.tracks, *others), crowd.signals, crowd.findings)
    colour = DECISIONS["violation"]
    expected = (Annotator(CONFIG).draw(alone) == colour).all(axis=2)
    found = (Annotator(CONFIG).draw(crowded) == colour).all(axis=2)
    assert expected[100:200, 195:265].any()
    assert (found | ~expected).all()


@pytest.mark.parametrize("lamp", ["red", "amber", "green"])
def test_lamp_and_stop_line_show_the_colour_of_the_lamp(lamp: Literal["red", "amber", "green"]) -> None:
    drawn = Annotator(CONFIG).draw(step(lamp=lamp))
    assert has(drawn[35:125, 555:595], LAMPS[lamp])
    assert has(drawn[296:305, 100:500], LAMPS[lamp])


def test_a_lamp_without_a_signal_is_drawn_all_the_same() -> None:
    bare = step()
    drawn = Annotator(CONFIG).draw(Step(bare.frame, bare.tracks, {}, ()))
    assert not any(has(drawn, colour) for colour in LAMPS.values())
    assert (drawn[35:125, 555:595] != GREY).any()


def test_a_lane_is_tinted_inside_and_only_there() -> None:
    drawn = Annotator(CONFIG).draw(step())
    assert (drawn[330:420, 120:280] != GREY).any(axis=2).all()
    assert (drawn[320:430, 310:500] == GREY).all()


@pytest.mark.parametrize("box", [(-50, -50, 20, 20), (630, 470, 700, 600), (0, 0, 640, 480), (5, 5, 5, 5)])
def test_vehicles_at_the_edge_do_not_break_it(box: Box) -> None:
    assert Annotator(CONFIG).draw(step(finding("violation"), box=box)).shape == (480, 640, 3)


def test_a_picture_of_another_size_is_shown_and_said_not_to_be_looked_at() -> None:
    frame = Frame(
        12, 1.0, factories.NOON, Clock(source="file", uncertainty_ms=0), np.full((90, 120, 3), GREY, np.uint8)
    )
    drawn = Annotator(CONFIG).draw(Step(frame, (), {}, ()))
    assert drawn.shape == (SIZE[1], SIZE[0], 3)
    assert has(drawn[:40], DECISIONS["undecidable"])
    assert (drawn[60:] == GREY).all()
