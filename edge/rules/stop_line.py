"""Dừng quá vạch dừng — standing past the stop line on red without entering the junction (6.1.a, 7.1.a)."""

from configs.rules.red_light import RedLight
from configs.rules.stop_line import RULE, StopLineParameters
from contract.reasons import Doubt, Value, reason
from edge.rules.abreast import may_be_two
from edge.rules.geometry import depth_past
from edge.rules.inputs import Finding
from edge.rules.lamp import Verdict, lamp_verdict
from edge.rules.observed import nearest, since
from edge.rules.passage import Passage
from edge.rules.said import doubt, ms
from edge.rules.situation import Situation


def judge(situation: Situation, _parameters: StopLineParameters) -> list[Finding]:
    """A finding as soon as the vehicle has stood long enough past the line it crossed on red."""
    lamp = situation.rules.parameters(RedLight) or RedLight()
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


def _doubts(situation: Situation, passage: Passage, stood: tuple[float, float]) -> tuple[Doubt, ...]:
    """Doubts that require an operator's decision."""
    if passage.frames_before < situation.rules.passage.frames_before:
        return (doubt("passage.few_frames_before", frames=passage.frames_before),)
    if not passage.stood_short:
        return (doubt("stop_line.at_junction", line=passage.line.id),)
    lane = passage.lane.lane if passage.lane is not None else None
    if lane is not None and lane.free_on_red:
        return (doubt("stop_line.free_on_red", lane=lane.id),)
    points, past = situation.track.points, depth_past(passage.line.line, passage.line.direction)
    standing = points[since(points, stood[0]) : since(points, stood[1]) + 1]
    return may_be_two(standing, points, lambda looks: all(past(look.ground) > 0 for look in looks))


def _finding(situation: Situation, passage: Passage, stood: tuple[float, float], verdict: Verdict) -> Finding:
    points, line, lane = situation.track.points, passage.line, passage.lane
    doubts = _doubts(situation, passage, stood)
    code = "stop_line.stood" if verdict.on_red else "stop_line.stood_unseen_lamp"
    values: dict[str, Value] = {"line": line.id, "head": verdict.head, "stood_ms": ms(stood[1] - stood[0])}
    before = points[passage.crossing.index - 1].t
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts and verdict.decision == "violation" else verdict.decision,
        reasons=(reason(code, **values, **verdict.values),),
        track=situation.track.id,
        t=stood[0],
        point=nearest(points, stood[0]),
        moments={"before": before, "over": stood[0], "continuing": stood[1]},
        proved=(before if passage.seen_before is None else min(before, passage.seen_before), stood[1]),
        episode=line.id if verdict.since is None else f"{line.id}@{verdict.since:.1f}",
        elapsed_red=verdict.elapsed,
        amber=verdict.amber,
        lane=lane.lane.id if lane is not None else None,
        line=line.id,
        head=verdict.head,
        doubts=(*verdict.doubts, *doubts),
    )
