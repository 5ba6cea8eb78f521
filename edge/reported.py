"""Which acts of one camera were reported: each is told once, under whatever id its vehicle goes by."""

from typing import Literal

from configs.rules import RULES
from edge.rules.geometry import overlap
from edge.rules.inputs import Finding, Track
from edge.rules.observed import nearest
from edge.rules.trust import unbroken

_KEPT = 10_000
"""How many acts are remembered; the oldest are forgotten first."""

_ONE_SPOT, _THE_SAME_SPOT = 0.3, 0.5
"""Intersection over union of the boxes of one vehicle that stands; and where nothing else says it is one."""


class Reported:
    """Remembers findings. Not thread-safe: it belongs to the thread that judges."""

    def __init__(self) -> None:
        self._acts: dict[tuple[str, int, str], Finding] = {}

    def take(self, finding: Finding, track: Track | None) -> Literal["new", "known", "renamed"]:
        """Remembers a finding and says whether it is new, was `known`, or is the act of a vehicle that was
        lost and found again under another id (`renamed`). `track` is the finding's, if it is at hand."""
        key = (finding.rule, finding.track, finding.episode)
        if key in self._acts:
            return "known"
        renamed = any(_is_again(old, finding, track) for old in self._acts.values())
        self._acts[key] = finding
        while len(self._acts) > _KEPT:
            del self._acts[next(iter(self._acts))]
        return "renamed" if renamed else "new"


def _is_again(old: Finding, finding: Finding, track: Track | None) -> bool:
    """Whether both are one act: of a vehicle that was lost and found again, or of a rule under which no
    other can have come to the same spot meanwhile."""
    if old.rule != finding.rule:
        return False
    if RULES[old.rule].one_a_spot and old.episode == finding.episode:
        return overlap(old.point.whole, finding.point.whole) >= _THE_SAME_SPOT
    if track is None or old.track not in track.after:
        return False
    return _at_one_place(old, finding) and not _was_elsewhere(old, finding, track)


def _was_elsewhere(old: Finding, finding: Finding, track: Track) -> bool:
    """Whether this vehicle was seen far from the place of the old act when that was done."""
    seen = unbroken(track, finding.t).points
    if not seen[0].t <= old.t <= seen[-1].t:
        return False
    return overlap(nearest(seen, old.t).whole, old.point.whole) == 0.0


def _at_one_place(old: Finding, finding: Finding) -> bool:
    """Whether both acts were done at one part of the scene; one of standing also at one spot in it."""
    if finding.zone is not None and overlap(old.point.whole, finding.point.whole) < _ONE_SPOT:
        return False
    return _where(old) == _where(finding)


def _where(finding: Finding) -> tuple[str | None, ...]:
    """The part of the scene an act was done at."""
    return finding.line, finding.zone, None if finding.line else finding.lane
