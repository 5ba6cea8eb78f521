"""Two motorbikes that merge into one detection and split again: their identities may have been swapped.

While they are merged, one track follows the common box and the other is unseen. At the split the tracker may
give either detection to either track, and both continue plausibly. So both links count as breaks (possible
identity switches) wherever the other assignment would have been about as likely for what they were before. If
their speeds then show that only one of the assignments fits, the breaks are removed (`edge.detect.doubted`).
"""

from collections.abc import Callable, Mapping, Sequence

from edge.detect.candidate import Candidate
from edge.detect.detector import TWO_WHEELED
from edge.detect.matching import Costs
from edge.detect.shapes import Shapes
from edge.rules.abreast import TOO_WIDE
from edge.rules.geometry import contained
from edge.rules.inputs import Box

_INSIDE = 0.6
"""Part of a track's predicted box that must lie in a wide box for it to count as merged into that."""


_CHANGED = 5.5
"""By how much the cost of the swapped assignment may exceed that of the chosen one for a swap to be possible
(negative log-likelihood). It is generous: before they merged, either may have been seen in part only."""


def merge(candidates: Sequence[Candidate], at: Mapping[int, Box], shapes: Shapes) -> None:
    """Sets `lost_in` of each confirmed track that was not detected now and may be merged into the box of
    another: one that is too wide for one rider. `at` has the boxes of those that were detected, by index."""
    for i in at:
        candidates[i].lost_in = None
    lost = [
        candidate
        for i, candidate in enumerate(candidates)
        if i not in at and candidate.id and candidate.kind in TWO_WHEELED and candidate.lost_in is None
    ]
    if not lost:
        return
    wide = [
        (candidates[i], box)
        for i, box in at.items()
        if candidates[i].kind in TWO_WHEELED
        and (breadth := shapes.breadth(box, candidates[i].way)) is not None
        and breadth.sigmas >= TOO_WIDE
    ]
    for candidate in lost:
        own = candidate.motion.box
        into = next((other for other, box in wide if contained(own, box) >= _INSIDE), None)
        if into is not None:
            candidate.lose_in(into)


def parted(
    candidates: Sequence[Candidate],
    pairs: Sequence[tuple[int, int]],
    worth_of: Callable[[Sequence[Candidate]], Costs],
) -> dict[int, int]:
    """The pairs of tracks, by index, that split now and may have been swapped: each with the other.
    `worth_of` gives the value of the detections as continuations of any tracks."""
    at, rows = dict(pairs), {id(candidate): i for i, candidate in enumerate(candidates)}
    found: dict[int, int] = {}
    for i, j in pairs:
        merged = candidates[i].lost_in
        other = rows.get(id(merged.into)) if merged is not None else None
        if merged is None or other is None or other not in at:
            continue
        if _may_have_changed(worth_of([candidates[i], merged.before]), j, at[other]):
            found |= {i: other, other: i}
    return found


def before_merging(candidate: Candidate, other: Candidate) -> Candidate:
    """A track that splits from the `other` now, as it was before both were in one box."""
    merged = other.lost_in
    return merged.before if merged is not None and merged.into is candidate else candidate.before()


def _may_have_changed(worth: Costs, first: int, second: int) -> bool:
    """Whether the tracks in the two rows of `worth`, assigned to the `first` and `second` detection, may as
    well be swapped. Sizes say little: of a vehicle that was behind the other only a part was seen."""
    if not (worth.near[0, second] and worth.near[1, first]):
        return False
    cost = worth.cost
    return bool(cost[0, second] + cost[1, first] - cost[0, first] - cost[1, second] < _CHANGED)
