"""Riders on paper: who is fined, who is left to a person, and who is not accused."""

from dataclasses import replace

import pytest

from configs.law_tables import shipped
from configs.rules import Rules
from configs.scene import RiderZone, Scene
from contract.vehicles import VehicleKind
from edge.rules.inputs import Finding, HeadState, RiderHead, RiderLook, Riders, Track
from edge.rules.rulebook import Rulebook
from tests.edge.rules.tracks import EPOCH, codes, in_words, straight, through, track

ZONE = RiderZone(id="near", polygon=((0, 0), (640, 0), (640, 640), (0, 640)))
SCENE = Scene(size=(640, 640), rider_zones=(ZONE,))
RULES = Rules.model_validate({"no_helmet": {}, "passengers": {}})
RIDE = track(straight(300, 3.0), 0.0, 4.0)

States = tuple[HeadState, ...]
B: HeadState = "bare"
H: HeadState = "helmet"
U: HeadState = "unsure"


def head(state: HeadState, place: int, lower: float = 0.0) -> RiderHead:
    """Heads of 12 pixels, side by side from front to back."""
    bare = {"bare": 0.97, "helmet": 0.02, "unsure": 0.6}[state]
    x, y = 300.0 + 15 * place, 200.0 + 12 * lower
    return RiderHead((x, y, x + 12, y + 12), state, max(bare, 1 - bare), bare)


def seen(*looks: States, heads: States | None = None, every: float = 0.3, lower: float = 0.0) -> Riders:
    """Riders as the looks show them, the first `lower` heads of a head below the others."""
    told = tuple(
        RiderLook(
            1.0 + every * number,
            10 + round(10 * every * number),
            (280, 200, 320, 280 + number),
            tuple(head(state, place, lower * (place == 0)) for place, state in enumerate(states)),
        )
        for number, states in enumerate(looks)
    )
    voted = looks[0] if heads is None else heads
    shown = tuple(head(state, place, lower * (place == 0)) for place, state in enumerate(voted))
    return Riders(len(voted), 0.9, shown, told)


def judged(riders: Riders | None, ride: Track = RIDE) -> list[Finding]:
    """What is said by the end of the ride."""
    now = ride.points[-1].t
    return Rulebook(RULES, SCENE, EPOCH).judge(ride, {}, now, track_ended=True, riders=riders)


@pytest.mark.parametrize(
    ("riders", "who"),
    [
        (seen((B,), (B,), (B,)), ["driver"]),
        (seen((B, H), (B, H), (B, H)), ["driver"]),
        (seen((H, B), (H, B), (H, B)), ["passenger"]),
        (seen((B, B), (B, B), (B, B)), ["driver", "passenger"]),
        (seen((B,), (U,), (B,), (U,), (B,)), ["driver"]),
    ],
)
def test_who_rides_without_a_helmet_is_found(riders: Riders, who: list[str]) -> None:
    found = judged(riders)
    assert [(f.rule, f.episode, f.decision) for f in found] == [("no_helmet", w, "violation") for w in who]
    for finding in found:
        assert (
            finding.moments["before"] < finding.moments["over"] == finding.t < finding.moments["continuing"]
        )


@pytest.mark.parametrize(
    "riders",
    [
        None,
        seen((H,), (H,), (H,)),
        seen((U,), (U,), (U,)),
        seen((B,), (B,)),
        seen((B,), (B,), (B,), every=0.1),
        seen((B,), (B,), (B,), (H,), (H,), (H,)),
        seen((B,), (B,), (B,), heads=(U,)),
        seen((), (), ()),
    ],
    ids=["no look", "helmet", "unsure", "two looks", "too short", "looks disagree", "vote unsure", "nobody"],
)
def test_in_doubt_nobody_is_accused(riders: Riders | None) -> None:
    assert judged(riders) == []


@pytest.mark.parametrize(
    "ride",
    [
        track(through((0.0, 300, 400), (4.0, 305, 401)), 0.0, 4.0),
        track(straight(300, 3.0), 0.0, 4.0, kind=VehicleKind.BICYCLE),
        track(straight(300, 3.0), 0.0, 4.0, kind=VehicleKind.CAR),
        replace(RIDE, kinds={VehicleKind.MOTORBIKE: 0.6, VehicleKind.BICYCLE: 0.4}),
    ],
    ids=["sits on a standing motorbike", "bicycle", "car", "may be a bicycle"],
)
def test_only_who_drives_a_motorbike_is_judged(ride: Track) -> None:
    assert judged(seen((B, B, B), (B, B, B), (B, B, B)), ride) == []


def test_a_head_well_below_another_may_be_a_child_and_a_person_decides() -> None:
    (finding,) = judged(seen((B, H), (B, H), (B, H), lower=1.5))
    assert finding.decision == "borderline"
    assert codes(finding) == ["no_helmet.bare", "no_helmet.exceptions", "no_helmet.may_be_a_child"]
    assert "1,5" in in_words(finding)


def test_whoever_can_not_be_told_from_the_driver_is_somebody() -> None:
    riders = seen((B, H), (B, H), (B, H))
    (finding,) = judged(Riders(None, 0.3, riders.heads, riders.looks))
    assert finding.episode == "rider"
    assert "no_helmet.who_is_unsure" in codes(finding)


@pytest.mark.parametrize(
    ("people", "article", "exceptions"),
    [(3, "7.2.g", True), (4, "7.3.b", False), (5, "7.3.b", False)],
)
def test_too_many_people_are_the_point_of_law_they_are(people: int, article: str, exceptions: bool) -> None:
    (finding,) = judged(seen(*[(H,) * people] * 3))
    assert finding.rule == "passengers"
    assert ("passengers.exceptions" in codes(finding)) is exceptions
    facts = {"passengers": str(finding.reasons[0].values["passengers"])}
    table = shipped()
    row = next(r for r in table.acts_table.findings if r.rule == "passengers" and r.agrees(facts))
    found = {
        o.article for o in table.offences_table.offences if o.act in row.acts and o.vehicle == "motorbike"
    }
    assert found == {article}


@pytest.mark.parametrize(
    "riders",
    [seen((H, H), (H, H), (H, H)), seen((H, H, H), (H, H), (H, H), (H, H)), seen((H, H, H), (H, H, H))],
    ids=["two", "three in one look only", "two looks"],
)
def test_who_may_be_two_is_not_called_three(riders: Riders) -> None:
    assert judged(riders) == []
