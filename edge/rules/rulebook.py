"""All rules of one camera, and which one applies when one act breaks several (lex specialis).

The judges are found by the descriptors of `configs.rules`: a rule's judge is the function `judge` of the
module of its name here. Article 6.1.a excludes acts listed elsewhere, so one act is one offence: of the
ranked rules only the first by the camera's `precedence` is reported and names the others (`also`). red_light
and stop_line exclude each other by definition: the vehicle went on, or it stood.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from configs.rules import RULES, RuleSet
from configs.scene import Scene
from edge.rules.inputs import Finding, Riders, SignalHistory, Track
from edge.rules.said import doubt, doubted
from edge.rules.situation import Situation
from edge.rules.trust import trusted

Judge = Callable[[Situation, Any], list[Finding]]
"""Judges a situation with the rule's parameters."""


def _judge_of(rule: str) -> Judge:
    judge: Judge = import_module(f"edge.rules.{rule}").judge
    return judge


JUDGES = {name: _judge_of(name) for name in RULES}

ONE_ACT_SECONDS = 5.0
"""Seconds within which findings of one vehicle under rules of the precedence list are one act."""


BETTER_SECONDS = 3.0
"""Seconds a borderline finding waits for a sure one of the same act, of the same or a continuing track."""


class Rulebook:
    """Judges the vehicles of one camera. It stores only which acts of active tracks it reported, or holds
    back for a moment.

    Args:
        epoch: UTC at stream time 0. Required if something in the scene applies only at certain hours.

    Raises:
        ValueError: such a scene without an epoch.
    """

    def __init__(self, rules: RuleSet, scene: Scene, epoch: datetime | None = None) -> None:
        if scene.is_timed and epoch is None:
            raise ValueError("exemptions or signs with hours: say what UTC stream time 0 is")
        self._rules = rules
        self._scene = scene
        self._epoch = epoch
        parameters = ((name, JUDGES[name], rules.of(rule)) for name, rule in RULES.items())
        self._on = [(name, judge, found) for name, judge, found in parameters if found is not None]
        self._acts: dict[int, dict[str, float]] = {}
        self._doubted: dict[int, dict[tuple[str, str], tuple[float, Finding]]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The active rules."""
        return tuple(name for name, _, _ in self._on)

    def judge(
        self,
        track: Track,
        signals: Mapping[str, SignalHistory],
        now: float,
        *,
        track_ended: bool = False,
        riders: Riders | None = None,
        resting: Collection[str] = (),
    ) -> list[Finding]:
        """The findings decidable for `track` now; to be called for each track seen in a frame, and once more
        with `track_ended`. Rules named in `resting` are not applied. A finding may be returned again in later
        calls: the caller keeps the first of each (rule, track, episode)."""
        situation = Situation(track, self._scene, signals, now, self._rules, self._epoch, track_ended, riders)
        found = [
            trusted(finding, track)
            for name, judge, parameters in self._on
            if name not in resting
            for finding in judge(situation, parameters)
        ]
        found = self._ripe(found, track.id, now, track_ended)
        result = [_exempted(finding, situation) for finding in self._one_act(track.id, found)]
        if track_ended:
            self._acts.pop(track.id, None)
            self._doubted.pop(track.id, None)
        return result

    def _ripe(self, found: list[Finding], track: int, now: float, ended: bool) -> list[Finding]:
        """Holds back borderline findings for a while, and drops those whose act is meanwhile found for
        sure."""
        held = self._doubted.setdefault(track, {}) if found else self._doubted.get(track, {})
        clear = []
        for finding in found:
            key = (finding.rule, finding.episode)
            if finding.decision == "borderline":
                held.setdefault(key, (now, finding))
                continue
            clear.append(finding)
            if finding.decision == "violation":
                held.pop(key, None)
        due = [key for key, (since, _) in held.items() if ended or now - since >= BETTER_SECONDS]
        return clear + [held.pop(key)[1] for key in due]

    def _one_act(self, track: int, found: list[Finding]) -> list[Finding]:
        """Keeps for each act the finding that comes first in the precedence, which names the others."""
        order = self._rules.precedence
        result = [finding for finding in found if finding.rule not in order]
        ranked = sorted(
            (finding for finding in found if finding.rule in order), key=lambda f: order.index(f.rule)
        )
        acts = self._acts.setdefault(track, {}) if ranked else {}
        for finding in ranked:
            same = [rule for rule, t in acts.items() if abs(t - finding.t) <= ONE_ACT_SECONDS]
            rank = order.index(finding.rule)
            if any(order.index(rule) < rank for rule in same):
                continue
            also = [rule for rule in same if rule != finding.rule]
            also += [
                f.rule for f in ranked if f.rule not in (finding.rule, *also) and order.index(f.rule) > rank
            ]
            acts[finding.rule] = finding.t
            result.append(replace(finding, also=tuple(also)))
        return result


def _exempted(finding: Finding, situation: Situation) -> Finding:
    """During an exemption an operator decides: the finding is marked, not dropped."""
    windows = situation.scene.exemptions
    window = next((w for w in windows if w.start <= situation.utc(finding.t) <= w.end), None)
    if window is None:
        return finding
    return doubted(finding, [doubt("scene.exempt", why=window.reason)])
