"""Remembers a camera's reported violations: each is reported once, even if the vehicle's track id changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from typing import Literal

from configs.rules import RULES
from edge.rules.geometry import along, overlap
from edge.rules.inputs import Finding, Track, TrackPoint
from edge.rules.observed import height, nearest
from edge.rules.trust import unbroken

_KEPT = 10_000
"""Most remembered acts; the oldest are forgotten first."""

_ONE_SPOT, _THE_SAME_SPOT = 0.3, 0.5
"""Intersection over union of the boxes of one standing vehicle; and if there is no other sign that it is the
same."""

_BACK = 1.0
"""Box heights a vehicle can't have gone back on its path, to commit the act again from there."""


@dataclass
class _Act:
    """The finding, and the last look that is surely of its vehicle."""

    finding: Finding
    last: TrackPoint


class Reported:
    """Remembers findings. Not thread-safe: it belongs to the judging thread."""

    def __init__(self) -> None:
        self._acts: dict[tuple[str, int, str], _Act] = {}

    def take(self, finding: Finding, track: Track | None) -> Literal["new", "known", "renamed"]:
        """Remembers a finding and says whether it is new, was `known`, or is the act of a vehicle that was
        lost and found again under another id (`renamed`). `track` is the finding's, if available."""
        key = (finding.rule, finding.track, finding.episode)
        if (known := self._acts.get(key)) is not None:
            known.last = _last(known.finding, track)
            return "known"
        renamed = any(_is_again(old, finding, track) for old in self._acts.values())
        self._acts[key] = _Act(finding, _last(finding, track))
        while len(self._acts) > _KEPT:
            del self._acts[next(iter(self._acts))]
        return "renamed" if renamed else "new"


def _last(finding: Finding, track: Track | None) -> TrackPoint:
    """The newest look at a track that is surely of the finding's vehicle."""
    return finding.point if track is None else unbroken(track, finding.t).points[-1]


def _is_again(act: _Act, finding: Finding, track: Track | None) -> bool:
    """Whether both are one act: of a vehicle that was lost and found again, or of a rule under which no other
    vehicle can have reached the same spot meanwhile."""
    old = act.finding
    if old.rule != finding.rule:
        return False
    if RULES[old.rule].one_a_spot and old.episode == finding.episode:
        return overlap(old.point.whole, finding.point.whole) >= _THE_SAME_SPOT
    if track is None or old.track not in track.after or not _at_one_place(old, finding):
        return False
    seen = unbroken(track, finding.t).points
    return not (_was_elsewhere(act, seen) or _is_behind(act, seen[0]))


def _was_elsewhere(act: _Act, seen: Sequence[TrackPoint]) -> bool:
    """Whether this vehicle was seen far from the place of the old act at the time of that act, or far from
    the other vehicle when that was last surely seen."""
    return any(
        seen[0].t <= then.t <= seen[-1].t and overlap(nearest(seen, then.t).whole, then.whole) == 0.0
        for then in (act.finding.point, act.last)
    )


def _is_behind(act: _Act, first: TrackPoint) -> bool:
    """Whether this look lies so far back on the old vehicle's path that it would have had to turn round and
    come again."""
    start, last = act.finding.point.ground, act.last.ground
    far = _BACK * height(act.last.box)
    if first.t <= act.last.t or dist(start, last) < far:
        return False
    return along(last, first.ground, (last[0] - start[0], last[1] - start[1])) < -far


def _at_one_place(old: Finding, finding: Finding) -> bool:
    """Whether both acts were at one part of the scene; for stopping also at one spot in it."""
    if finding.zone is not None and overlap(old.point.whole, finding.point.whole) < _ONE_SPOT:
        return False
    return _where(old) == _where(finding)


def _where(finding: Finding) -> tuple[str | None, ...]:
    """The part of the scene an act took place at."""
    return finding.line, finding.zone, None if finding.line else finding.lane
