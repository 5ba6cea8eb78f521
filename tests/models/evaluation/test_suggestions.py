"""Suggestions scored against truth: what is found, what is false, how far off."""

from pathlib import Path

import pytest

from edge.setup.suggest.model import LampHead, LampPhase, Lane, Scale, StopLine, Suggestions
from models.evaluation.suggestions.score import score
from models.evaluation.suggestions.truth import Clip, TrueHead, TrueLane, TrueScale, load
from sample_videos.truth import CLIPS

SIZE = (1280, 720)
HEAD = LampHead((100, 100, 120, 150), "vertical", (LampPhase("red", 0, 9),), None, None, 0.8)
LINE = StopLine(((300, 400), (800, 400)), (0, -1), 3, painted=True, confidence=0.9)
ROAD = ((300.0, 400.0), (800.0, 400.0), (900.0, 720.0), (200.0, 720.0))
TRUE = Clip(
    name="clip",
    video=Path("clip.mp4"),
    heads=(TrueHead("main", (98, 98, 122, 152), True), TrueHead("dark", (500, 10, 510, 30), False)),
    stop_lines=(((310, 404), (790, 408)),),
    lanes=(TrueLane(ROAD, True),),
    scale=TrueScale(60.0, 6.5, 1000.0),
)
FOUND = Suggestions(
    heads=(HEAD,),
    stop_lines=(LINE,),
    lanes=(Lane(ROAD, (0, -1), frozenset(), frozenset(), 5, 0.9),),
    scale=Scale(60, 6.5 * 1.05, 1200, 640, 4.0, 50),
)


def test_what_is_right_counts_as_found() -> None:
    told = score(TRUE, FOUND, SIZE)

    assert told.heads == (1, 1)
    assert told.false_heads == told.extra_lines == (0, 0)
    assert told.stop_lines == (pytest.approx(8 / 720 * 100),)
    assert told.extents == (pytest.approx(480 / 500),)
    assert told.lanes == (pytest.approx(1.0),)
    assert told.scale == pytest.approx(5)
    assert told.focal == pytest.approx(20)


def test_what_is_not_there_counts_against_it_by_its_confidence() -> None:
    false = tuple(
        LampHead((x, 300, x + 20, 350), "vertical", HEAD.phases, None, None, sure)
        for x, sure in ((700, 0.9), (800, 0.2))
    )
    extra = StopLine(((300, 600), (800, 600)), (0, -1), 1, painted=True, confidence=0.7)

    told = score(TRUE, Suggestions(heads=false, stop_lines=(extra,)), SIZE)

    assert told.heads == (0, 1)
    assert told.false_heads == (1, 1)
    assert told.stop_lines == (None,)
    assert told.extra_lines == (1, 0)
    assert told.lanes == (0.0,)


def test_a_head_that_never_changes_is_neither_owed_nor_false() -> None:
    dark = LampHead((499, 9, 511, 31), "vertical", HEAD.phases, None, None, 0.9)

    told = score(TRUE, Suggestions(heads=(HEAD, dark)), SIZE)

    assert told.heads == (1, 1)
    assert told.false_heads == (0, 0)


def test_a_lane_the_other_way_is_not_the_lane() -> None:
    turned = Lane(ROAD, (0, 1), frozenset(), frozenset(), 5, 0.9)

    assert score(TRUE, Suggestions(lanes=(turned,)), SIZE).lanes == (0.0,)


def test_the_truth_of_a_rendered_clip_is_read() -> None:
    clip = load(CLIPS / "crowd_day")

    assert [head.changes for head in clip.heads] == [True]
    assert len(clip.stop_lines) == 1
    assert [lane.away for lane in clip.lanes] == [False, True, True]
    assert clip.scale is not None
    assert 0 < clip.scale.horizon < 100
    assert 5 < clip.scale.height < 10
    assert clip.scale.focal == pytest.approx(1224, abs=1)


def test_a_lamp_behind_a_bus_did_not_change_in_sight() -> None:
    assert [head.changes for head in load(CLIPS / "bus_hides_lamp").heads] == [False]
