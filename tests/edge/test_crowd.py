"""Riders who hide each other at the line: who stands behind it is never reported, who runs it is."""

import random
from collections.abc import Sequence

import pytest

from configs.rules import Rules
from configs.rules.red_light import RedLight
from configs.rules.stop_line import StopLineParameters
from configs.scene import Scene, StopLine
from edge.detect.tracker import Tracker
from edge.rules.inputs import Finding, Phase, SignalHistory
from edge.rules.rulebook import Rulebook
from tests.edge.crowd import SIZE, Rider, crowd, looks

LINE = StopLine(id="S1", line=((250, 400), (1050, 400)), direction=(0, -1), head="main")
SCENE = Scene(size=SIZE, stop_lines=(LINE,))
RULES = Rules(red_light=RedLight(), stop_line=StopLineParameters())
SECONDS = 14.0


def red(now: float) -> dict[str, SignalHistory]:
    return {"main": SignalHistory("main", "vision", (Phase("red", -5.0, now, True, 0.05),), armed=True)}


def found(riders: Sequence[Rider], rate: float, *, dropped: float = 0.0, seed: int = 1) -> list[Finding]:
    """What tracker and rules say of the crowd, the lamp red all the time."""
    tracker, book, chance = Tracker(bounds=(0, 0, *SIZE)), Rulebook(RULES, SCENE), random.Random(seed)
    result: dict[tuple[str, int, str], Finding] = {}
    for t, frame, detections in looks(riders, SECONDS, rate, seed):
        if chance.random() < dropped:
            continue
        for ended, tracks in ((False, tracker.update(t, frame, detections)), (True, tracker.take_ended())):
            for track in tracks:
                for one in book.judge(track, red(t), t, track_ended=ended):
                    result.setdefault((one.rule, one.track, one.episode), one)
    for track in tracker.end_all():
        for one in book.judge(track, red(SECONDS), SECONDS, track_ended=True):
            result.setdefault((one.rule, one.track, one.episode), one)
    return list(result.values())


@pytest.mark.parametrize(("rate", "dropped"), [(6, 0.0), (12, 0.0), (12, 0.5), (12, 0.8)])
@pytest.mark.parametrize("seed", [0, 1])
def test_who_waits_behind_the_line_is_not_reported(rate: float, dropped: float, seed: int) -> None:
    """With four of five looks lost somebody may be left to a person: nobody is accused."""
    said = found(crowd(seed), rate, dropped=dropped, seed=seed)
    assert [one for one in said if dropped < 0.8 or one.decision == "violation"] == []


@pytest.mark.parametrize("rate", [6, 12])
def test_who_runs_it_from_the_first_row_is_found(rate: float) -> None:
    """Some were never seen whole before the line: they are left to a person, or not noticed."""
    riders = [crowd(seed, runners=4) for seed in (0, 1)]
    times, reported, sure = 0, 0, 0
    for seed, those in enumerate(riders):
        runs = [rider for rider in those if rider.runs is not None]
        findings = found(those, rate, seed=seed)
        assert {one.rule for one in findings} <= {"red_light"}
        for one in findings:
            x = (one.point.box[0] + one.point.box[2]) / 2
            assert any(abs(r.stop[0] - x) < 12 and abs((r.runs or 0) + 0.4 - one.t) < 0.6 for r in runs)
        times += len(runs)
        reported += len(findings)
        sure += sum(one.decision == "violation" for one in findings)
    assert reported <= times
    assert reported >= times / 2
    assert sure >= times / 4
