"""Vượt đèn đỏ — crossing the stop line on red and going on (Decree 168/2024, 6.9.b, 7.7.c).

Red must hold from the crossing until the vehicle is past the commit line; one that stands past the line
instead falls under stop_line; one already past the line at the start of red has done nothing wrong.
"""

from configs.rules.red_light import RULE, RedLight
from contract.reasons import Doubt, Reason, reason
from edge.rules.inputs import Finding
from edge.rules.lamp import Verdict, lamp_verdict
from edge.rules.observed import nearest
from edge.rules.passage import Passage
from edge.rules.said import doubt, ms
from edge.rules.situation import Situation

_NEAR = 0.25
"""Seconds before and after the wheels were seen on either side of the line in which they must not jump."""


def judge(situation: Situation, parameters: RedLight) -> list[Finding]:
    """Findings decidable now; the same one may be returned again while the passage is in view."""
    found = (_judge_passage(situation, passage, parameters) for passage in situation.passages)
    return [finding for finding in found if finding is not None]


def _judge_passage(situation: Situation, passage: Passage, parameters: RedLight) -> Finding | None:
    if passage.stood is not None or not _ripe(situation, passage, parameters):
        return None
    free = passage.lane.lane.free_on_red if passage.lane is not None else frozenset()
    if passage.movement in free:
        return None
    verdict = lamp_verdict(situation, passage, parameters)
    if verdict is None or _released(situation, passage, verdict):
        return None
    doubts = _doubts(situation, passage, movement_matters=bool(free))
    return _finding(situation, passage, verdict, doubts)


def _ripe(situation: Situation, passage: Passage, parameters: RedLight) -> bool:
    """True once nothing can change the result: it went on and the lamp is settled, or it has left."""
    if situation.track_ended:
        return True
    expired = situation.now - passage.crossing.t > situation.rules.passage.within
    lane = passage.lane.lane if passage.lane is not None else None
    movement_matters = bool(passage.line.heads) or (lane is not None and bool(lane.free_on_red))
    # Riders behind may hide the wheels of a vehicle that starts: wait until they are seen past the line.
    if passage.seen_past is None and not expired:
        return False
    if passage.onward is None or (movement_matters and passage.movement is None and not expired):
        return False
    in_time = passage.onward - passage.crossing.t <= situation.rules.passage.within
    return in_time and situation.now >= passage.onward + parameters.settle


def _released(situation: Situation, passage: Passage, verdict: Verdict) -> bool:
    """True if the lamp turned green between the stop line and the commit line."""
    history = situation.signals.get(verdict.head)
    if history is None or passage.committed is None:
        return False
    later = history.at(passage.committed)
    return later is not None and later.colour == "green"


def _doubts(situation: Situation, passage: Passage, *, movement_matters: bool) -> tuple[Doubt, ...]:
    """Doubts that require an operator's decision."""
    doubts = []
    if passage.frames_before < situation.rules.passage.frames_before:
        doubts.append(doubt("passage.few_frames_before", frames=passage.frames_before))
    if passage.committed is None or passage.onward is None:
        doubts.append(doubt("passage.continuation_not_seen"))
    if movement_matters and passage.movement is None:
        doubts.append(doubt("passage.movement_unknown"))
    return tuple(doubts)


def _reasons(passage: Passage, verdict: Verdict) -> tuple[Reason, ...]:
    code = "red_light.crossed" if verdict.on_red else "red_light.crossed_unseen_lamp"
    code = code if verdict.amber is None or verdict.on_red else "red_light.crossed_on_amber"
    crossed = reason(code, line=passage.line.id, head=verdict.head, **verdict.values)
    if passage.committed is None or passage.onward is None:
        return (crossed,)
    after = max(0.0, passage.committed - passage.crossing.t)
    return (crossed, reason("red_light.went_on", after_ms=ms(after)))


def _shown(passage: Passage) -> tuple[float, float]:
    """From the last look with the wheels before the line to the first with the wheels past it."""
    at = passage.crossing.t
    before = at if passage.seen_before is None else passage.seen_before
    return before, at if passage.seen_past is None else passage.seen_past


def _finding(situation: Situation, passage: Passage, verdict: Verdict, doubts: tuple[Doubt, ...]) -> Finding:
    points, crossing, line = situation.track.points, passage.crossing, passage.line
    first = max(points[0].t, verdict.since if verdict.since is not None else points[0].t)
    before = max(first, crossing.t - 0.5) if first < crossing.t else points[crossing.index - 1].t
    over = points[crossing.clear].t
    shown = _shown(passage)
    continuing = next((t for t in (passage.onward, passage.committed) if t is not None), points[-1].t)
    return Finding(
        rule=RULE.name,
        version=RULE.version,
        decision="borderline" if doubts and verdict.decision == "violation" else verdict.decision,
        reasons=_reasons(passage, verdict),
        track=situation.track.id,
        t=crossing.t,
        point=nearest(points, crossing.t),
        moments={"before": before, "over": over, "continuing": max(over, continuing)},
        proved=(min(before, shown[0]), max(over, continuing, shown[1])),
        decisive=(
            (before if passage.seen_before is None else shown[0]) - _NEAR,
            max(over, shown[1]) + _NEAR,
        ),
        episode=line.id if verdict.since is None else f"{line.id}@{verdict.since:.1f}",
        elapsed_red=verdict.elapsed,
        amber=verdict.amber,
        lane=passage.lane.lane.id if passage.lane is not None else None,
        line=line.id,
        head=verdict.head,
        movement=passage.movement,
        doubts=(*verdict.doubts, *doubts),
    )
