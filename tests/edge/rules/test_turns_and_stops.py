"""illegal_turn and no_stopping."""

import pytest

from configs.rules import Rules
from configs.rules.illegal_turn import IllegalTurn
from configs.rules.no_stopping import NoStopping
from configs.scene import Exit, Lane, Movement, Scene, StopLine, Zone
from tests.edge.rules.tracks import Path, changed, replay, straight, through, track

LEFT_LANE = Lane(
    id="left", polygon=((100, 400), (300, 400), (300, 640), (100, 640)), movements=frozenset(["left"])
)
THROUGH_LANE = Lane(
    id="through",
    polygon=((300, 400), (500, 400), (500, 640), (300, 640)),
    movements=frozenset(["straight", "right"]),
)
LINE = StopLine(
    id="S1",
    line=((100, 400), (500, 400)),
    direction=(0, -1),
    exits=(
        Exit(movement="left", line=((50, 100), (50, 380))),
        Exit(movement="straight", line=((100, 100), (500, 100))),
        Exit(movement="right", line=((550, 100), (550, 380))),
        Exit(movement="u_turn", line=((0, 420), (95, 420))),
    ),
)
JUNCTION = Scene(size=(640, 640), stop_lines=(LINE,), lanes=(LEFT_LANE, THROUGH_LANE))
TURNS = Rules(illegal_turn=IllegalTurn())


def turn(x: float, end: tuple[float, float]) -> Path:
    return through((0, x, 600), (2, x, 400), (3, x, 250), (5, *end))


@pytest.mark.parametrize(
    ("path", "movement"),
    [
        (turn(200, (0, 250)), None),
        (turn(400, (400, 50)), None),
        (turn(400, (620, 250)), None),
        (turn(400, (0, 250)), "left"),
        (turn(200, (200, 50)), "straight"),
        (through((0, 200, 600), (2, 200, 450), (4, 60, 380), (5, 60, 500)), "u_turn"),
        (through((0, 620, 250), (4, 0, 250)), None),
    ],
)
def test_leaving_where_the_lane_does_not_lead(path: Path, movement: Movement | None) -> None:
    found = replay(track(path, 0, 6), JUNCTION, TURNS)
    assert [f"by {movement} " in finding.reason for finding in found] == [True] * (movement is not None)
    assert {finding.decision for finding in found} <= {"violation"}


def test_who_changed_lanes_just_before_is_left_to_a_person() -> None:
    path = through(
        (0, 280, 600), (1.6, 280, 440), (1.75, 320, 425), (2, 320, 400), (3, 320, 250), (5, 0, 250)
    )
    (finding,) = replay(track(path, 0, 6), JUNCTION, TURNS)
    assert (finding.decision, finding.flags) == ("borderline", ("lane_not_certain",))


def test_only_the_first_exit_tells_the_turn() -> None:
    path = through((0, 400, 600), (2, 400, 400), (3, 400, 80), (4, 400, 110), (5, 0, 250))
    assert replay(track(path, 0, 6), JUNCTION, TURNS) == []


ZONE = Zone(id="box", polygon=((100, 200), (500, 200), (500, 400), (100, 400)), seconds=10)
STREET = Scene(size=(640, 640), zones=(ZONE,))
STOPS = Rules(no_stopping=NoStopping())


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (through((0, 300, 600), (2, 300, 300)), 1),
        (through((0, 300, 600), (2, 300, 300), (8, 300, 300), (10, 300, 100)), 0),
        (through((0, 300, 600), (2, 300, 500)), 0),
        (through((0, 300, 600), (2, 300, 390), (20, 300, 220)), 0),
        (
            through(
                (0, 300, 600), (2, 300, 300), (7, 300, 300), (8, 300, 240), (9, 300, 300), (13, 300, 300)
            ),
            0,
        ),
        (straight(300, 2), 0),
    ],
)
def test_standing_longer_than_the_zone_allows(path: Path, found: int) -> None:
    findings = replay(track(path, 0, 14, jitter=2), STREET, STOPS)
    assert [finding.episode for finding in findings] == ["box"] * found


def test_the_finding_says_how_long() -> None:
    (finding,) = replay(track(through((0, 300, 300)), 0, 12), STREET, STOPS)
    assert finding.t == pytest.approx(10.0, abs=0.2)
    assert "stood in box for 10 s" in finding.reason


def test_rules_that_are_off_say_nothing() -> None:
    assert replay(track(turn(400, (0, 250)), 0, 6), JUNCTION, STOPS) == []
    assert replay(track(through((0, 300, 300)), 0, 12), changed(STREET, zones=()), STOPS) == []
