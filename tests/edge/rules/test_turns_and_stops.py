"""illegal_turn and no_stopping."""

from dataclasses import replace
from typing import Any

import pytest

from configs.rules import Rules
from configs.rules.illegal_turn import IllegalTurn
from configs.rules.no_stopping import NoStopping
from configs.scene import Exit, Lane, Movement, Scene, StopLine, Zone
from contract.vehicles import VehicleKind
from edge.rules.inputs import Track
from tests.edge.rules.tracks import Path, changed, codes, replay, straight, through, track

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
    found = replay(track(path, 0, 6, size=(60, 160)), JUNCTION, TURNS)
    assert [finding.movement for finding in found] == [movement] * (movement is not None)
    assert {finding.basis for finding in found} <= {"arrow"}
    assert {finding.decision for finding in found} <= {"violation"}


def test_who_changed_lanes_just_before_is_left_to_a_person() -> None:
    path = through(
        (0, 280, 600), (1.6, 280, 440), (1.75, 320, 425), (2, 320, 400), (3, 320, 250), (5, 0, 250)
    )
    (finding,) = replay(track(path, 0, 6, size=(60, 160)), JUNCTION, TURNS)
    assert (finding.decision, codes(finding)[1:]) == ("borderline", ["illegal_turn.lane_not_certain"])


TURNS_ROUND = through((0, 200, 600), (2, 200, 450), (4, 60, 380), (5, 60, 500))
STRAIGHT_ON = turn(400, (400, 50))


@pytest.mark.parametrize(
    ("path", "movement", "ban", "kind", "found"),
    [
        (turn(200, (0, 250)), "left", "P.123a", "motorbike", 1),
        (turn(400, (0, 250)), "left", "P.123a", "motorbike", 1),
        (turn(400, (0, 250)), "left", {"by": "P.123a", "kinds": ["truck"]}, "motorbike", 0),
        (turn(400, (0, 250)), "left", {"by": "P.123a", "kinds": ["truck"]}, "truck", 1),
        (turn(400, (0, 250)), "left", {"by": "P.123a", "hours": ["06:30-09:00"]}, "car", 1),
        (turn(400, (0, 250)), "left", {"by": "P.123a", "hours": ["07:30-09:00"]}, "car", 0),
        (turn(400, (0, 250)), "left", {"by": "P.123a", "valid_from": "2026-11-21"}, "car", 0),
        (STRAIGHT_ON, "left", "P.123a", "motorbike", 0),
        (through((0, 620, 250), (4, 0, 250)), "left", "P.123a", "motorbike", 0),
        (through((0, 200, 100), (3, 200, 600)), "straight", "R.301", "motorbike", 0),
        (STRAIGHT_ON, "straight", "R.301", "motorbike", 1),
        (TURNS_ROUND, "u_turn", "P.124a", "motorbike", 1),
        (TURNS_ROUND, "u_turn", "P.124b", "motorbike", 0),
        (TURNS_ROUND, "u_turn", "P.124b", "car", 1),
        (TURNS_ROUND, "u_turn", "place", "motorbike", 1),
    ],
)
def test_what_a_sign_or_the_place_forbids(path: Path, movement: str, ban: Any, kind: str, found: int) -> None:
    exits = tuple(changed(way, prohibited_by=ban) if way.movement == movement else way for way in LINE.exits)
    lane = Lane(id="all", polygon=((100, 400), (500, 400), (500, 640), (100, 640)), direction=(0, -1))
    scene = changed(JUNCTION, stop_lines=(changed(LINE, exits=exits),), lanes=(lane,))
    findings = replay(track(path, 0, 6, kind=VehicleKind(kind)), scene, TURNS)
    by = ban if isinstance(ban, str) else ban["by"]
    assert [(f.basis, f.movement, f.lane) for f in findings] == [(by, movement, "all")] * found


@pytest.mark.parametrize(
    ("named", "kinds", "doubted"),
    [
        (["truck"], {"truck": 0.6, "car": 0.4}, True),
        (["truck", "car"], {"truck": 0.6, "car": 0.4}, False),
        (["truck"], {"truck": 0.9, "car": 0.1}, False),
        ([], {"truck": 0.6, "car": 0.4}, False),
    ],
)
def test_a_ban_for_some_kinds_asks_whether_it_is_one_of_them(
    named: list[str], kinds: dict[str, float], doubted: bool
) -> None:
    ban = {"by": "P.123a", "kinds": named}
    exits = tuple(changed(way, prohibited_by=ban) if way.movement == "left" else way for way in LINE.exits)
    scene = changed(JUNCTION, stop_lines=(changed(LINE, exits=exits),))
    lorry = track(turn(400, (0, 250)), 0, 6, kind=VehicleKind.TRUCK)
    unsure = replace(lorry, kinds={VehicleKind(kind): share for kind, share in kinds.items()})
    (found,) = replay(unsure, scene, TURNS)
    assert ("track.kind_not_sure" in codes(found)) == doubted


def test_a_ban_and_arrows_are_one_turn_and_the_ban_is_told() -> None:
    exits = tuple(
        changed(way, prohibited_by="P.123a") if way.movement == "left" else way for way in LINE.exits
    )
    scene = changed(JUNCTION, stop_lines=(changed(LINE, exits=exits),))
    (finding,) = replay(track(turn(400, (0, 250)), 0, 6), scene, TURNS)
    assert finding.basis == "P.123a"


def test_only_the_first_exit_tells_the_turn() -> None:
    path = through((0, 400, 600), (2, 400, 400), (3, 400, 80), (4, 400, 110), (5, 0, 250))
    assert replay(track(path, 0, 6), JUNCTION, TURNS) == []


ZONE = Zone(
    id="box", polygon=((100, 200), (500, 200), (500, 400), (100, 400)), seconds=10, basis="yellow_box"
)
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
    assert finding.t == pytest.approx(11.2, abs=0.2)  # it may have rolled for a second before it was seen
    assert (finding.zone, finding.basis) == ("box", "yellow_box")
    assert finding.reasons[0].values["allowed_ms"] == 10_000
    assert finding.reasons[0].values["lasted_ms"] == pytest.approx(10_000, abs=200)


@pytest.mark.parametrize("fps", [4, 6, 12, 12.5])
def test_what_is_stated_is_not_shorter_than_what_is_allowed(fps: float) -> None:
    """However its looks fall: "stood 9.92 s, 10.00 s are allowed" would be no offence."""
    (finding,) = replay(track(through((0, 300, 300)), 0.07, 14, fps=fps), STREET, STOPS)
    values = finding.reasons[0].values
    assert finding.moments["continuing"] - finding.moments["before"] >= ZONE.seconds
    assert values["allowed_ms"] <= values["lasted_ms"] <= values["allowed_ms"] + 1000 / fps + 1


@pytest.mark.parametrize("brakes", [0.5, 1.0, 2.0])
def test_nobody_stands_while_they_still_roll(brakes: float) -> None:
    """However gently it brakes, of a motorbike 1.7 m high: told neither before its time nor a second late."""
    metre, halts = 80 / 1.7, 4.0

    def path(t: float) -> tuple[float, float]:
        return 300.0, 300.0 + metre * brakes * max(0.0, halts - t) ** 2 / 2

    (finding,) = replay(track(path, 0, 20, jitter=1), STREET, STOPS)
    assert halts + ZONE.seconds <= finding.t <= halts + ZONE.seconds + 1.0


@pytest.mark.parametrize("seen_again", [3.0, 3.6, 6.0])
def test_the_time_does_not_run_before_the_wheels_were_seen_to_stand(seen_again: float) -> None:
    """It brakes behind another: what it did there nobody saw."""
    metre, halts = 80 / 1.7, 4.0

    def path(t: float) -> tuple[float, float]:
        return 300.0, 300.0 + metre * 0.5 * max(0.0, halts - t) ** 2 / 2

    vehicle = track(path, 0, 20, jitter=1)
    vehicle = replace(
        vehicle,
        points=tuple(
            replace(point, wheels="hidden") if point.t < seen_again else point for point in vehicle.points
        ),
    )
    (finding,) = replay(vehicle, STREET, STOPS)
    assert max(halts, seen_again) + ZONE.seconds <= finding.t <= max(halts, seen_again) + ZONE.seconds + 1.5


def test_rules_that_are_off_say_nothing() -> None:
    assert replay(track(turn(400, (0, 250)), 0, 6), JUNCTION, STOPS) == []
    assert replay(track(through((0, 300, 300)), 0, 12), changed(STREET, zones=()), STOPS) == []


def hidden_now_and_then(vehicle: Track, of: int) -> Track:
    """Every `of` looks the wheels are hidden by one that passes, and believed elsewhere."""
    points = tuple(
        replace(p, wheels="hidden", bottom=p.box[3] + 40, sigma=20.0)
        if n % of == 0 and n + 1 < len(vehicle.points)
        else p
        for n, p in enumerate(vehicle.points)
    )
    return replace(vehicle, points=points)


@pytest.mark.parametrize(("of", "found"), [(5, 1), (2, 1), (1, 0)])
def test_what_passes_before_a_standing_one_does_not_move_it(of: int, found: int) -> None:
    standing = track(through((0, 300, 300)), 0, 20)
    assert len(replay(hidden_now_and_then(standing, of), STREET, STOPS)) == found


@pytest.mark.parametrize(("aside", "found_at"), [(0.0, 11.2), (40.0, 17.2)])
def test_two_cannot_stand_in_one_place(aside: float, found_at: float) -> None:
    """A break in the middle of a standing is none; who stands in another place after it stands anew."""
    standing = track(through((0, 300, 300)), 0, 20)
    points = tuple(
        replace(
            p,
            breaks=n == 60,
            box=(p.box[0] + aside * (n >= 60), p.box[1], p.box[2] + aside * (n >= 60), p.box[3]),
        )
        for n, p in enumerate(standing.points)
    )
    (finding,) = replay(replace(standing, points=points), STREET, STOPS)
    assert (finding.decision, finding.t) == ("violation", pytest.approx(found_at, abs=0.3))


def test_a_box_that_twitches_over_an_exit_has_not_left_there() -> None:
    waiting = track(through((0, 400, 600), (2, 400, 400), (3, 400, 200), (6, 400, 120)), 0, 6)
    twitch = [
        p if p.frame != 45 else replace(p, box=(p.box[0] - 360, *p.box[1:2], p.box[2] - 360, p.box[3]))
        for p in waiting.points
    ]
    assert replay(replace(waiting, points=tuple(twitch)), JUNCTION, TURNS) == []
