"""What a replay counts beside its findings, and how it says it."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.camera import CameraConfig
from contract.manifest import Clock
from contract.reasons import Doubt, reason
from contract.types import LampColour
from contract.vehicles import VehicleKind
from edge.pipeline import Step
from edge.rules.inputs import Finding, Phase, Point, SignalHistory, Track, TrackPoint
from edge.summary import lamp_words, told
from edge.tally import Summary, Tally
from edge.video.frame import Frame
from tests.edge import factories

CONFIG = CameraConfig.model_validate(
    {
        "id": "cam-1",
        "site": {"id": "s", "name": "Ngã Tư Sở"},
        "size": [640, 480],
        "calibration": "cal-1",
        "heads": [{"id": "main", "box": [560, 40, 590, 120]}],
        "stop_lines": [
            {
                "id": "S1",
                "line": [[100, 300], [500, 300]],
                "direction": [0, -1],
                "head": "main",
                "exits": [{"movement": "straight", "line": [[100, 100], [500, 100]]}],
            }
        ],
        "solid_lines": [{"id": "divider", "line": [[300, 470], [300, 310]]}],
        "lanes": [
            {
                "id": "out",
                "polygon": [[100, 310], [300, 310], [300, 470], [100, 470]],
                "direction": [0, -1],
            }
        ],
        "rules": {"red_light": {}},
    }
)
UP: tuple[Point, ...] = ((200, 400), (200, 350), (200, 250), (200, 90))
DOWN = UP[::-1]
HEIGHT = 40.0


def point(number: int, ground: Point, *, breaks: bool = False) -> TrackPoint:
    x, y = ground
    return TrackPoint(number / 10, (x - 15, y - HEIGHT, x + 15, y), number, breaks=breaks)


def steps(
    *paths: Sequence[Point],
    kind: VehicleKind = VehicleKind.MOTORBIKE,
    signals: SignalHistory | None = None,
    findings: tuple[Finding, ...] = (),
    breaks: int | None = None,
) -> Iterable[Step]:
    """Every path is driven at the same time, one place a step."""
    image = np.zeros((480, 640, 3), np.uint8)
    for number in range(max(map(len, paths))):
        frame = Frame(number, number / 10, factories.NOON, Clock(source="file", uncertainty_ms=0), image)
        tracks = tuple(
            Track(
                index,
                kind,
                0.9,
                tuple(point(n, path[n], breaks=n == breaks) for n in range(number + 1)),
            )
            for index, path in enumerate(paths)
            if number < len(path)
        )
        yield Step(frame, tracks, {"main": signals} if signals else {}, findings if number == 0 else ())


def tally(them: Iterable[Step]) -> Summary:
    counter = Tally(CONFIG)
    for step in them:
        counter.take(step)
    return counter.summary({})


def crossed(summary: Summary) -> dict[str, tuple[int, int]]:
    return {found.kind: (found.along, found.against) for found in summary.crossed}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ((UP,), (1, 0)),
        ((DOWN,), (0, 1)),
        ((UP, DOWN, DOWN), (1, 2)),
        (((*UP, *DOWN),), (0, 0)),
        (((*DOWN, *UP, *DOWN),), (0, 1)),
        ((((200, 400), (200, 302), (200, 298), (200, 301)),), (0, 0)),
        ((((20, 400), (20, 350), (20, 250)),), (0, 0)),
        ((((20, 400), (60, 310), (560, 305), (560, 250)),), (0, 0)),
        ((((200, 320), (200, 280)),), (1, 0)),
    ],
)
def test_a_stop_line_is_crossed_along_or_against_its_direction(
    paths: tuple[Sequence[Point], ...], expected: tuple[int, int]
) -> None:
    assert crossed(tally(steps(*paths)))["stop_line"] == expected


def test_solid_lines_and_exits_are_counted_too() -> None:
    across = ((250.0, 400.0), (280.0, 400.0), (330.0, 400.0))
    found = crossed(tally(steps(across, UP)))
    assert found == {"stop_line": (1, 0), "exit": (0, 1), "solid_line": (1, 0), "lane": (1, 0)}


def test_nobody_crosses_over_a_break() -> None:
    assert crossed(tally(steps(UP, breaks=2)))["stop_line"] == (0, 0)


@given(st.lists(st.sampled_from([310.0, 350.0, 290.0, 250.0, 301.0]), min_size=1, max_size=12))
def test_who_ends_on_the_side_it_came_from_has_not_crossed(heights: list[float]) -> None:
    (along, against) = crossed(tally(steps([(200.0, y) for y in heights])))["stop_line"]
    sure = [y > 300 for y in heights if abs(y - 300) > 2]
    assert (along, against) == (
        (int(sure[0] and not sure[-1]), int(not sure[0] and sure[-1])) if sure else (0, 0)
    )


def test_a_line_drawn_the_wrong_way_is_said() -> None:
    lines = told(tally(steps(*([DOWN] * 31))))
    (said,) = [line for line in lines if "31 of 31 crossed" in line]
    assert "stop line S1: 31 of 31 crossed against the drawn direction" in said
    assert "Vạch dừng S1: 31 trong 31 xe qua ngược hướng đã vẽ" in said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (UP, (1, 0)),
        (DOWN, (0, 1)),
        (((200, 400), (200, 380)), (0, 0)),
        (((120, 400), (290, 400)), (0, 0)),
        (((500, 400), (500, 320)), (0, 0)),
    ],
)
def test_which_way_a_lane_is_driven(path: Sequence[Point], expected: tuple[int, int]) -> None:
    assert crossed(tally(steps(path)))["lane"] == expected


def test_a_lane_drawn_the_wrong_way_is_said() -> None:
    lines = told(tally(steps(*([DOWN] * 5))))
    assert any("lane out: 5 of 5 drove against the drawn direction" in line for line in lines)


@pytest.mark.parametrize("paths", [(UP, UP, UP, DOWN, DOWN, DOWN), (DOWN, DOWN)])
def test_traffic_both_ways_and_a_few_say_nothing_of_the_drawing(paths: tuple[Sequence[Point], ...]) -> None:
    assert not any("reverse its direction" in line for line in told(tally(steps(*paths))))


def test_vehicles_are_counted_by_kind_and_those_of_a_moment_are_not() -> None:
    summary = tally(steps(UP, UP[:2], DOWN, kind=VehicleKind.CAR))
    assert summary.vehicles == {VehicleKind.CAR: 2}
    assert "2 xe: 2 ô tô con — 2 vehicles: 2 car" in told(summary)


def test_a_picture_without_vehicles_says_so() -> None:
    assert "Không thấy xe nào — no vehicle was seen" in told(tally(steps(((5, 5),))))


def phases(*told_phases: tuple[LampColour, float, float, bool]) -> tuple[Phase, ...]:
    return tuple(Phase(colour, start, end, observed, 0.1) for colour, start, end, observed in told_phases)


SHORT = phases(("red", 0, 4.2, False), ("green", 4.2, 24.2, True), ("amber", 24.2, 27.2, True))
LONG = phases(
    *((("red", "green", "amber")[n % 3], n * 10, n * 10 + 10 + (n % 3) / 10, n > 0) for n in range(12))
)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ((), "its colour could never be read"),
        (SHORT, "red ≥ 4.2 s, green 20.0 s, amber ≥ 3.0 s"),
        (
            phases(("red", 0, 5, True), ("unknown", 5, 9, False), ("red", 9, 12, False)),
            "red ≥ 5.0 s, not readable ≥ 4.0 s, red ≥ 3.0 s",
        ),
        (LONG, "3 × red 10.0 s, 4 × green 10.1 s, 3 × amber 10.2 s"),
    ],
)
def test_lamp_phases_are_said_with_their_lengths(seen: tuple[Phase, ...], words: str) -> None:
    assert lamp_words(seen, "en") == words
    assert "≥" not in words or "≥" in lamp_words(seen, "vi")


def test_phases_the_timeline_forgets_are_kept() -> None:
    counter = Tally(CONFIG)
    for first in range(len(SHORT)):
        history = SignalHistory("main", "vision", SHORT[first : first + 1], True)
        for step in steps(((5, 5),), signals=history):
            counter.take(step)
    assert counter.summary({}).lamps == {"main": SHORT}


def test_what_is_undecidable_is_said_with_its_reason() -> None:
    doubts = (
        Doubt(code="passage.movement_unknown", weight="note", source="rule"),
        Doubt(code="lamp.not_seen", values={"head": "main"}, weight="doubt", source="rule"),
    )
    found = Finding(
        "red_light",
        3,
        "undecidable",
        (reason("red_light.crossed_unseen_lamp", line="S1", head="main"),),
        0,
        4.53,
        point(0, UP[0]),
        {},
        doubts=doubts,
    )
    lines = told(tally(steps(UP, findings=(found, found))))
    (said,) = [line for line in lines if "undecidable" in line]
    assert "2 × “Running a red light” undecidable: lamp main was not seen at that moment" in said
    assert "4.53 s" in said
    assert "không đủ chứng minh: Không có dữ liệu đèn main" in said


def test_pictures_not_looked_at_are_said() -> None:
    counter = Tally(CONFIG)
    lines = told(counter.summary({"frames_not_alive": 12, "frames_of_wrong_size": 0}))
    assert any("12 frames without a usable picture" in line for line in lines)
    assert not any("another size" in line for line in lines)
