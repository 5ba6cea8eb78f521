"""Dừng quá vạch dừng — standing past the stop line on red without entering the junction (6.1.a, 7.1.a)."""

from typing import Final

from configs.rules.red_light import RedLight
from contract.types import DecisionName
from edge.rules.inputs import Finding
from edge.rules.lamp import Verdict, lamp_verdict
from edge.rules.observed import nearest
from edge.rules.passage import Passage
from edge.rules.situation import Situation

VERSION: Final = 1


def judge(situation: Situation) -> list[Finding]:
    """A finding as soon as the vehicle has stood long enough past the line it crossed on red."""
    if situation.rules.stop_line is None:
        return []
    lamp = situation.rules.red_light or RedLight()
    found = (_judge_passage(situation, passage, lamp) for passage in situation.passages)
    return [finding for finding in found if finding is not None]


def _judge_passage(situation: Situation, passage: Passage, lamp: RedLight) -> Finding | None:
    if passage.stood is None:
        return None
    verdict = lamp_verdict(situation, passage, lamp.model_copy(update={"amber": "off"}))
    if verdict is None or not _red_while_standing(situation, verdict, passage.stood):
        return None
    return _finding(situation, passage, passage.stood, verdict)


def _red_while_standing(situation: Situation, verdict: Verdict, stood: tuple[float, float]) -> bool:
    history = situation.signals.get(verdict.head)
    phase = None if history is None else history.at(stood[1])
    return phase is None or phase.colour != "green"


def _finding(situation: Situation, passage: Passage, stood: tuple[float, float], verdict: Verdict) -> Finding:
    points, line, lane = situation.track.points, passage.line, passage.lane
    decision: DecisionName = verdict.decision
    flags: tuple[str, ...] = ()
    if passage.frames_before < situation.rules.passage.frames_before:
        flags = ("few_frames_before",)
    elif lane is not None and lane.lane.free_on_red:
        flags = ("free_on_red_lane",)
    if flags and decision == "violation":
        decision = "borderline"
    vi = f"Dừng quá vạch dừng {line.id} khi đèn đỏ: {verdict.words[0]}"
    en = f"stood past stop line {line.id} for {stood[1] - stood[0]:.1f} s, crossed {verdict.words[1]}"
    return Finding(
        rule="stop_line",
        version=VERSION,
        decision=decision,
        reason=f"{vi} — {en}",
        track=situation.track.id,
        t=stood[0],
        point=nearest(points, stood[0]),
        moments={"before": points[passage.crossing.index - 1].t, "over": stood[0], "continuing": stood[1]},
        episode=line.id if verdict.since is None else f"{line.id}@{verdict.since:.1f}",
        elapsed_red=verdict.elapsed,
        amber=verdict.amber,
        lane=lane.lane.id if lane is not None else None,
        line=line.id,
        head=verdict.head,
        flags=flags,
    )
