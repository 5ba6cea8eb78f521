"""Each act is told once, under whatever id its vehicle goes by."""

from dataclasses import replace

import pytest

from configs.rules import Rules
from configs.rules.no_stopping import NoStopping
from configs.rules.stop_line import StopLineParameters
from configs.rules.wrong_way import WrongWay
from configs.scene import Lane, Scene, Zone
from edge.reported import Reported
from edge.rules.inputs import Finding, Track
from tests.edge.rules import test_red_light as red
from tests.edge.rules import tracks as paper
from tests.edge.rules.tracks import replay, through, track

KERB = Zone(id="kerb", polygon=((100, 100), (600, 100), (600, 600), (100, 600)), seconds=2, basis="P130")
SCENE = Scene(size=(640, 640), zones=(KERB,))


def stands(x: float, track_id: int, after: tuple[int, ...] = ()) -> tuple[Finding, Track]:
    """What is found of a vehicle that stands there, and its track."""
    seen = replace(track(through((0, x, 400)), 0, 4), id=track_id, after=after)
    (found,) = replay(seen, SCENE, Rules(no_stopping=NoStopping()))
    return found, seen


@pytest.mark.parametrize(
    ("x", "after", "told"),
    [
        (300, (1,), "renamed"),
        (310, (1,), "renamed"),
        (345, (1,), "new"),  # beside it: another, or it stands there now
        (300, (), "new"),
    ],
)
def test_who_stands_is_told_once_at_each_spot(x: float, after: tuple[int, ...], told: str) -> None:
    reported = Reported()
    assert reported.take(*stands(300, 1)) == "new"
    assert reported.take(*stands(300, 1)) == "known"
    assert reported.take(*stands(x, 2, after)) == told


@pytest.mark.parametrize(("x", "told"), [(300, "renamed"), (345, "new")])
def test_who_stands_past_the_line_in_one_red_is_told_once_at_each_spot(x: float, told: str) -> None:
    """Another vehicle passed before it and took its track along."""

    def stands_past(x: float, track_id: int) -> tuple[Finding, Track]:
        seen = replace(track(through((0, x, 460), (8, x, 460), (9, x, 380)), 6, 14), id=track_id)
        (found,) = replay(seen, paper.SCENE, Rules(stop_line=StopLineParameters()), red.RED_FROM_5)
        return found, seen

    reported = Reported()
    assert reported.take(*stands_past(300, 1)) == "new"
    assert reported.take(*stands_past(x, 2)) == told


@pytest.mark.parametrize(
    ("lost", "came", "told"),
    [
        (1.2, 9.0, "renamed"),
        (1.2, 0.0, "new"),  # it was seen elsewhere meanwhile
        (4.0, 7.0, "new"),  # the first had gone on, and does not come again from behind
    ],
)
def test_one_that_was_elsewhere_or_comes_from_behind_is_another(lost: float, came: float, told: str) -> None:
    """Two ride against a lane one after the other; the second may have had any track that was lost there."""
    lane = Lane(
        id="one", polygon=((100, 0), (600, 0), (600, 640), (100, 640)), direction=(0, 1), one_way=True
    )
    scene, rules = Scene(size=(640, 640), lanes=(lane,)), Rules(wrong_way=WrongWay())
    first = replace(track(through((0, 300, 450), (4, 300, 100)), 0, lost), id=1)
    second = replace(track(through((0, 300, 600), (6, 300, 600), (12, 300, 100)), came, 12), id=2, after=(1,))
    reported = Reported()
    assert [reported.take(one, first) for one in replay(first, scene, rules)] == ["new"]
    assert [reported.take(one, second) for one in replay(second, scene, rules)] == [told]
