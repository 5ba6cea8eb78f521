"""Two motorbikes that merge into one detection and split again: their identities may have been swapped.

While they are merged, one track follows the wide box and the other is unseen. At the split the tracker may
give either detection to either track, and both continue plausibly. So both links count as breaks (possible
identity switches) wherever the other assignment would have been about as likely.
"""

from collections.abc import Mapping, Sequence

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
(negative log-likelihood). It is generous: the wide box has shifted the position and size of both tracks."""


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
        candidate.lost_in = next((other for other, box in wide if contained(own, box) >= _INSIDE), None)


def parted(candidates: Sequence[Candidate], pairs: Sequence[tuple[int, int]], worth: Costs) -> dict[int, int]:
    """The pairs of tracks (rows of `worth`) that split now and may have been swapped: each with the other."""
    at, rows = dict(pairs), {id(candidate): i for i, candidate in enumerate(candidates)}
    found: dict[int, int] = {}
    for i, j in pairs:
        other = rows.get(id(candidates[i].lost_in))
        if other in at and _may_have_changed(worth, (i, j), (other, at[other])):
            found |= {i: other, other: i}
    return found


def _may_have_changed(worth: Costs, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two assignments (track, detection) may as well be the other way round."""
    (i, j), (k, m) = one, other
    if not (worth.possible[i, m] and worth.possible[k, j]):
        return False
    cost = worth.cost
    return bool(cost[i, m] + cost[k, j] - cost[i, j] - cost[k, m] < _CHANGED)
