"""One act, one offence; and the rulebook's own promises."""

from dataclasses import replace

from configs.rules import RULES, Rules
from configs.rules.solid_line import SolidLineParameters
from configs.rules.wrong_lane import WrongLane
from configs.scene import Lane, Scene, SolidLine
from contract.vehicles import VehicleKind
from edge.rules.inputs import Track
from edge.rules.rulebook import JUDGES, Rulebook
from tests.edge.rules.tracks import codes, replay, through, track

OPPOSING = Lane(id="opposing", polygon=((100, 100), (300, 100), (300, 600), (100, 600)), direction=(0, 1))
SCENE = Scene(
    size=(640, 640), lanes=(OPPOSING,), solid_lines=(SolidLine(id="centre", line=((300, 600), (300, 100))),)
)
OVERTAKES = through((0, 360, 600), (1, 360, 500), (1.6, 230, 440), (4, 230, 150))


def test_every_rule_has_a_judge_and_a_switch() -> None:
    assert set(JUDGES) == set(RULES) == set(Rules.model_fields) - {"passage", "precedence"}


def test_an_act_under_two_rules_is_one_offence_and_names_the_other() -> None:
    rules = Rules(solid_line=SolidLineParameters(), wrong_lane=WrongLane())
    found = replay(track(OVERTAKES, 0, 4, size=(30, 130)), SCENE, rules)
    assert [finding.rule for finding in found] == ["solid_line", "wrong_lane"]
    assert found[1].also == ("solid_line",)


def test_the_precedence_is_the_cameras_own() -> None:
    rules = Rules(
        solid_line=SolidLineParameters(),
        wrong_lane=WrongLane(),
        precedence=("solid_line", "wrong_lane", "wrong_way"),
    )
    found = replay(track(OVERTAKES, 0, 4, size=(30, 130)), SCENE, rules)
    assert [finding.rule for finding in found] == ["solid_line"]


def test_the_same_track_gives_the_same_findings() -> None:
    rules = Rules(solid_line=SolidLineParameters(), wrong_lane=WrongLane())
    vehicle = track(OVERTAKES, 0, 4, kind=VehicleKind.CAR, size=(90, 80), jitter=3)
    assert replay(vehicle, SCENE, rules) == replay(vehicle, SCENE, rules)


def test_no_rules_no_findings() -> None:
    vehicle = track(OVERTAKES, 0, 4)
    assert Rulebook(Rules(), SCENE).judge(vehicle, {}, 4.0) == []


def against(seconds: float) -> Track:
    """Drives against the opposing half for so long; after its first look there it may be another vehicle."""
    vehicle = track(through((0, 230, 580), (4, 230, 180)), 0, seconds)
    points = tuple(replace(point, breaks=point.t == 0.2) for point in vehicle.points)
    return replace(vehicle, points=points)


def test_a_sure_finding_takes_the_place_of_a_doubted_one_of_the_same_act() -> None:
    found = replay(against(3.0), SCENE, Rules(wrong_lane=WrongLane()))
    assert [(one.decision, codes(one)) for one in found] == [("violation", ["wrong_lane.opposing"])]


def test_a_doubted_act_that_is_never_seen_better_is_a_persons() -> None:
    found = replay(against(0.6), SCENE, Rules(wrong_lane=WrongLane()))
    assert [(one.decision, codes(one)) for one in found] == [
        ("borderline", ["wrong_lane.opposing", "track.broken"])
    ]
