"""Truth table of red_light: who crossed when, what the lamp showed, whether it went on."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.rules import Rules
from configs.rules.red_light import RedLight
from configs.scene import Exemption, Exit, Lane
from contract.reasons import reason
from contract.types import LampColour
from edge.rules.inputs import SignalHistory, Track
from edge.rules.rulebook import Rulebook
from edge.rules.said import doubt
from tests.edge.rules.tracks import (
    EPOCH,
    LINE,
    SCENE,
    changed,
    codes,
    in_words,
    lamp,
    replay,
    straight,
    through,
    track,
)

RULES = Rules(red_light=RedLight())
RED_FROM_5 = lamp(("green", 0, 2), ("amber", 2, 5), ("red", 5, 40), ("green", 40, 60))


@pytest.mark.parametrize(
    ("crossing", "decision"),
    [
        (1.0, []),
        (3.0, []),
        (4.95, []),
        (5.1, []),
        (5.2, ["borderline"]),
        (5.35, ["borderline"]),
        (5.5, ["violation"]),
        (20.0, ["violation"]),
        (39.0, ["violation"]),
        (39.98, []),
        (41.0, []),
    ],
)
def test_the_moment_of_the_crossing_decides(crossing: float, decision: list[str]) -> None:
    vehicle = track(straight(300, crossing), crossing - 2, crossing + 3)
    assert [finding.decision for finding in replay(vehicle, SCENE, RULES, RED_FROM_5)] == decision


def test_a_finding_carries_what_the_evidence_needs() -> None:
    vehicle = track(straight(300, 10.03), 7, 14)
    (finding,) = replay(vehicle, SCENE, RULES, RED_FROM_5)
    assert finding.t == pytest.approx(10.03)
    assert finding.elapsed_red == pytest.approx(5.03)
    assert finding.amber == pytest.approx(3.0)
    assert (finding.line, finding.head, finding.track) == ("S1", "main", 1)
    assert finding.point.t == pytest.approx(10.0)
    assert finding.moments["before"] < finding.t < finding.moments["over"] <= finding.moments["continuing"]
    assert finding.reasons[0] == reason(
        "red_light.crossed", line="S1", head="main", elapsed_red_ms=5030, uncertainty_ms=100, grace_ms=300
    )
    assert finding.reasons[1].code == "red_light.went_on"
    assert "5.03 s after lamp main turned red" in in_words(finding)


@pytest.mark.parametrize(
    ("signals", "decision", "word"),
    [
        (lamp(("red", 0, 40)), "violation", "had been red for at least that long"),
        (lamp(("red", 9.9, 40)), "undecidable", "its change to red was not seen"),
        (lamp(("green", 0, 5), ("unknown", 5, 40)), "undecidable", "can't be trusted (unknown)"),
        (lamp(("red", 0, 40), armed=False), "undecidable", "can't be trusted (faulty later)"),
        (lamp(("red", 20, 40)), "undecidable", "was not seen at that moment"),
        ({}, "undecidable", "was not seen at that moment"),
        (
            lamp(("green", 0, 5), ("red", 5, 40), uncertainty=6.0),
            "borderline",
            "uncertainty of 6.05 s around the grace of 0.30 s",
        ),
    ],
)
def test_a_lamp_that_is_not_sure_never_makes_an_offence(
    signals: dict[str, SignalHistory], decision: str, word: str
) -> None:
    (finding,) = replay(track(straight(300, 10), 7, 13), SCENE, RULES, signals)
    assert finding.decision == decision
    assert word in in_words(finding)


@pytest.mark.parametrize("colour", ["green", "off", "flashing"])
def test_no_red_no_finding(colour: LampColour) -> None:
    assert replay(track(straight(300, 10), 7, 13), SCENE, RULES, lamp((colour, 0, 40))) == []


def test_a_disarmed_lamp_that_shows_green_is_no_matter() -> None:
    assert replay(track(straight(300, 10), 7, 13), SCENE, RULES, lamp(("green", 0, 40), armed=False)) == []


@pytest.mark.parametrize(
    ("vehicle", "why"),
    [
        (track(lambda t: (300, 200 + 100 * (t - 5)), 5, 9), "oncoming"),
        (track(lambda t: (100 * (t - 5), 380), 5, 10), "crossing traffic past the line"),
        (track(straight(300, 10), 9.95, 13), "appeared over the line"),
        (track(straight(550, 10), 7, 13), "passes beside the painted line"),
        (track(through((7, 300, 500), (9, 300, 410)), 7, 30), "stops before the line"),
        (track(through((7, 300, 500), (9, 300, 401)), 7, 30, jitter=2.5), "trembles at the line"),
        (track(through((7, 300, 500), (9, 300, 390)), 7, 30), "stops just past the line"),
        (
            track(through((3, 300, 500), (4.9, 300, 380), (30, 300, 380), (33, 300, 100)), 3, 33),
            "was past it",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_did_not_run_the_red(vehicle: Track, why: str) -> None:
    assert replay(vehicle, SCENE, RULES, RED_FROM_5) == []


def test_who_waited_at_the_line_and_starts_early_ran_the_red() -> None:
    path = through((7, 300, 500), (9, 300, 402), (38, 300, 402), (40, 300, 250))
    found = replay(track(path, 7, 42, jitter=1.5), SCENE, RULES, RED_FROM_5)
    assert [finding.decision for finding in found] == ["violation"]
    assert found[0].t == pytest.approx(38.1, abs=0.3)


def test_who_turns_behind_the_commit_line_has_gone_on() -> None:
    scene = changed(SCENE, stop_lines=(changed(LINE, commit=((100, 360), (500, 360))),))
    turning = track(through((5, 300, 700), (8, 300, 400), (8.5, 300, 355), (9.5, 360, 345)), 5, 9.5)
    (finding,) = replay(turning, scene, RULES, RED_FROM_5)
    assert finding.decision == "violation"


def test_green_before_the_commit_line_releases() -> None:
    scene = changed(SCENE, stop_lines=(changed(LINE, commit=((100, 300), (500, 300))),))
    assert replay(track(straight(300, 39.5), 37, 43), scene, RULES, RED_FROM_5) == []
    (finding,) = replay(track(straight(300, 38.5), 36, 43), scene, RULES, RED_FROM_5)
    assert finding.decision == "violation"


@pytest.mark.parametrize(
    ("start", "end", "flag"),
    [(9.9, 13.0, "passage.few_frames_before"), (7.0, 10.1, "passage.continuation_not_seen")],
)
def test_half_seen_passages_go_to_a_person(start: float, end: float, flag: str) -> None:
    (finding,) = replay(track(straight(300, 10), start, end), SCENE, RULES, RED_FROM_5)
    assert finding.decision == "borderline"
    assert flag in codes(finding)


def test_an_occlusion_over_the_line_widens_the_uncertainty() -> None:
    hidden = track(straight(300, 6.0), 3, 9, hidden=(5.0, 7.0))
    (finding,) = replay(hidden, SCENE, RULES, RED_FROM_5)
    assert finding.t == pytest.approx(6.0)
    assert finding.decision == "borderline"
    later = track(straight(300, 16.0), 13, 19, hidden=(15.7, 16.2))
    assert [f.decision for f in replay(later, SCENE, RULES, RED_FROM_5)] == ["violation"]


def test_a_path_nobody_saw_is_left_to_a_person() -> None:
    later = track(straight(300, 16.0), 13, 19, hidden=(15.0, 17.0))
    (finding,) = replay(later, SCENE, RULES, RED_FROM_5)
    assert (finding.decision, codes(finding)[-1]) == ("borderline", "track.path_not_seen")


@pytest.mark.parametrize(
    ("amber", "decision"), [("borderline", ["borderline"]), ("violation", ["violation"])]
)
def test_amber_counts_where_it_is_switched_on(amber: str, decision: list[str]) -> None:
    rules = Rules(red_light=RedLight.model_validate({"amber": amber}))
    found = replay(track(straight(300, 4.0), 1, 7), SCENE, rules, RED_FROM_5)
    assert [finding.decision for finding in found] == decision
    assert found[0].elapsed_red is None


EXITS = (
    Exit(movement="left", line=((50, 100), (50, 380))),
    Exit(movement="straight", line=((100, 100), (500, 100))),
    Exit(movement="right", line=((550, 100), (550, 380))),
)
APPROACH = ((100, 400), (500, 400), (500, 640), (100, 640))
RIGHT = through((7, 450, 600), (10, 450, 400), (11, 450, 300), (13, 600, 290))
STRAIGHT = straight(300, 10)
LEFT = through((7, 150, 600), (10, 150, 400), (11, 150, 300), (13, 0, 290))


@pytest.mark.parametrize(
    ("path", "free", "decisions"),
    [(RIGHT, ["right"], []), (RIGHT, [], ["violation"]), (STRAIGHT, ["right"], ["violation"])],
)
def test_right_on_red_where_the_lane_allows_it(path: object, free: list[str], decisions: list[str]) -> None:
    lane = Lane(id="A", polygon=APPROACH, free_on_red=frozenset(free))
    scene = changed(SCENE, stop_lines=(changed(LINE, exits=EXITS),), lanes=(lane,))
    found = replay(track(path, 7, 16), scene, RULES, RED_FROM_5)
    assert [finding.decision for finding in found] == decisions


def test_a_movement_that_was_not_seen_is_left_to_a_person() -> None:
    lane = Lane(id="A", polygon=APPROACH, free_on_red=frozenset(["right"]))
    scene = changed(SCENE, stop_lines=(changed(LINE, exits=EXITS),), lanes=(lane,))
    (finding,) = replay(track(straight(300, 10), 7, 11.5), scene, RULES, RED_FROM_5)
    assert (finding.decision, finding.lane) == ("borderline", "A")
    assert "passage.movement_unknown" in codes(finding)


@pytest.mark.parametrize(
    ("path", "arrow", "decisions"),
    [
        (LEFT, "green", []),
        (LEFT, "red", ["violation"]),
        (STRAIGHT, "green", ["violation"]),
    ],
)
def test_an_arrow_lamp_governs_its_own_movement(
    path: object, arrow: LampColour, decisions: list[str]
) -> None:
    line = changed(LINE, heads={"left": "arrow"}, exits=EXITS)
    signals = RED_FROM_5 | lamp((arrow, 0, 40), head="arrow")
    found = replay(track(path, 7, 16), changed(SCENE, stop_lines=(line,)), RULES, signals)
    assert [finding.decision for finding in found] == decisions


def test_unknown_movement_under_lamps_that_differ_is_left_to_a_person() -> None:
    line = changed(LINE, heads={"left": "arrow"}, exits=EXITS)
    signals = RED_FROM_5 | lamp(("green", 0, 40), head="arrow")
    found = replay(track(STRAIGHT, 7, 11), changed(SCENE, stop_lines=(line,)), RULES, signals)
    assert [finding.decision for finding in found] == ["borderline"]


def test_police_directing_marks_the_finding_and_does_not_drop_it() -> None:
    scene = changed(
        SCENE,
        exemptions=(Exemption(start=EPOCH, end=EPOCH + timedelta(seconds=20), reason="police directing"),),
    )
    (finding,) = replay(track(STRAIGHT, 7, 13), scene, RULES, RED_FROM_5)
    assert finding.decision == "borderline"
    assert finding.doubts == (doubt("scene.exempt", why="police directing"),)


def test_an_exemption_needs_the_time_of_day() -> None:
    scene = changed(SCENE, exemptions=(Exemption(start=EPOCH, end=EPOCH + timedelta(1), reason="x"),))
    with pytest.raises(ValueError, match="say what UTC stream time 0 is"):
        Rulebook(RULES, scene)


def test_a_rule_that_is_off_says_nothing() -> None:
    assert replay(track(STRAIGHT, 7, 13), SCENE, Rules(), RED_FROM_5) == []


@settings(max_examples=60, deadline=None)
@given(
    crossing=st.floats(6.0, 34.0),
    speed=st.floats(40, 400),
    x=st.floats(120, 480),
    fps=st.sampled_from([6.0, 10.0, 25.0]),
    seed=st.integers(0, 1000),
)
def test_whoever_drives_through_red_is_found_once_at_the_right_time(
    crossing: float, speed: float, x: float, fps: float, seed: int
) -> None:
    path = straight(x, crossing, speed=speed)
    vehicle = track(path, crossing - 2, crossing + 3, fps=fps, jitter=1.5, seed=seed)
    found = replay(vehicle, SCENE, RULES, RED_FROM_5)
    assert [finding.decision for finding in found] == ["violation"]
    assert abs(found[0].t - crossing) <= 1.5 / speed + 1.5 / fps


@settings(max_examples=60, deadline=None)
@given(
    stop=st.floats(404, 460),
    seed=st.integers(0, 1000),
    fps=st.sampled_from([6.0, 25.0]),
    jitter=st.floats(0, 3),
)
def test_whoever_stops_before_the_line_is_never_found(
    stop: float, seed: int, fps: float, jitter: float
) -> None:
    path = through((6, 300, 600), (8, 300, stop), (13, 300, stop), (15, 300, 200))
    vehicle = track(path, 6, 16, fps=fps, jitter=jitter, seed=seed)
    assert replay(vehicle, SCENE, RULES, lamp(("red", 0, 12.5), ("green", 12.5, 60))) == []
