"""Two vehicles that become one box and part again: which of them is which afterwards, nobody saw.

A tracker that follows the wide box with one of two hands it to either when they part, and each then seems to
go on well enough. So a link is a break where one of them was lost in the other's box, and each may now be
either.
"""

from collections.abc import Mapping, Sequence

from edge.detect.candidate import Candidate
from edge.detect.detector import TWO_WHEELED
from edge.detect.matching import Costs
from edge.detect.shapes import Shapes
from edge.rules.abreast import TOO_WIDE
from edge.rules.inputs import Box

_INSIDE = 0.6
"""Part of a box that must lie in another for its vehicle to be lost in that."""


_CHANGED = 5.5
"""What it may cost more to say that two changed places while they were one box (natural logarithm): the
wide box taught each a wrong place and a wrong size."""


def merge(candidates: Sequence[Candidate], at: Mapping[int, Box], shapes: Shapes) -> None:
    """Notes of the known candidates that were not seen now in whose box each may be: one that is too wide for
    one rider. `at` has the boxes of those that were seen, by index."""
    wide = [
        (candidates[i], box)
        for i, box in at.items()
        if candidates[i].kind in TWO_WHEELED
        and (breadth := shapes.breadth(box, candidates[i].way)) is not None
        and breadth.sigmas >= TOO_WIDE
    ]
    for i, candidate in enumerate(candidates):
        if i in at:
            candidate.lost_in = None
        elif candidate.id and candidate.kind in TWO_WHEELED and candidate.lost_in is None:
            own = candidate.motion.box
            candidate.lost_in = next((other for other, box in wide if _inside(own, box) >= _INSIDE), None)


def parted(candidates: Sequence[Candidate], pairs: Sequence[tuple[int, int]], worth: Costs) -> dict[int, int]:
    """Those of the candidates (rows of `worth`) that were one box and are two now, and may be either: each
    with the other."""
    at, rows = dict(pairs), {id(candidate): i for i, candidate in enumerate(candidates)}
    found: dict[int, int] = {}
    for i, j in pairs:
        other = rows.get(id(candidates[i].lost_in))
        if other in at and _may_have_changed(worth, (i, j), (other, at[other])):
            found |= {i: other, other: i}
    return found


def _may_have_changed(worth: Costs, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two pairs of a track with a look may as well be the other way round."""
    (i, j), (k, m) = one, other
    if not (worth.possible[i, m] and worth.possible[k, j]):
        return False
    cost = worth.cost
    return bool(cost[i, m] + cost[k, j] - cost[i, j] - cost[k, m] < _CHANGED)


def _inside(box: Box, other: Box) -> float:
    """Part of a box that lies in another."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(0.0, width) * max(0.0, height) / ((box[2] - box[0]) * (box[3] - box[1]))
