"""Reconsiders a break in a track: some frames later it may be clear that it was the same vehicle.

When two vehicles pass each other, identities can be unclear for a look or two; half a second later position
or colours tell them apart. So the vehicle's state before the break is kept, with those of the vehicles it may
be confused with, and a later look decides which of them it continues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge.detect.candidate import Candidate
from edge.detect.detector import Detection
from edge.detect.hiding import Hidden
from edge.detect.matching import Costs, apart, costs, margins
from edge.detect.motion import Motion
from edge.rules.inputs import Box

FIRST, LAST = 0.25, 1.0
"""Seconds after a break between which it is reconsidered: earlier nothing has changed, later its position
before the break says nothing any more."""

PLAIN, PLAIN_PARTED = 3.0, 5.5
"""By how much more the second-best explanation must cost (negative log-likelihood), and after a split
(`edge.detect.merging`): before they merged, either may have been seen in part only."""

KNOWN = 3
"""Observations after which its speed was known."""

NEAR = 0.5
"""Largest distance from the expected position, in sizes of the vehicle, for the same vehicle."""

SURE = 0.25
"""Least confidence of a detection that may remove a break."""


@dataclass(eq=False)
class Doubted:
    """The vehicle `of` a candidate as it was before a break at time `since` (`own`), and the others as they
    were then, each with the candidate that continues it. Those of them that were in one box with it have
    `parted`. `frames` are those of the breaks."""

    since: float
    of: Candidate
    own: Candidate
    others: list[tuple[Candidate, Candidate]]
    parted: list[Candidate] = field(default_factory=list)
    frames: set[int] = field(default_factory=set)

    def is_over(self, t: float) -> bool:
        """Whether its state before the break is too old at time `t`; after a split, that before the two were
        in one box."""
        states = [self.own, *(before for candidate, before in self.others if candidate in self.parted)]
        since = min(state.newest.t for state in states) if self.parted else self.since
        return t - since > LAST

    def motions(self) -> list[Motion]:
        """All motions that must be advanced in time."""
        return [self.own.motion, *(before.motion for _, before in self.others)]

    def join(self, later: "Doubted") -> None:
        """Adds another break of the same vehicle, and the vehicles it may be confused with there."""
        known = [candidate for candidate, _ in self.others]
        self.others += [(c, before) for c, before in later.others if c not in known]
        self.frames |= later.frames
        self.parted += later.parted

    def is_plain(
        self,
        t: float,
        at: Mapping[int, int],
        there: Sequence[Detection],
        hidden: Hidden,
        bounds: Box,
    ) -> bool:
        """Whether the candidate's present detection continues this vehicle and none of the others.

        Args:
            t: seconds on the stream clock, to which all motions were advanced.
            at: index of the detection now assigned to each candidate, by the candidate's Python id.
            there: all detections of this look.
            hidden: what something may hide of each.
            bounds: of the picture.
        """
        seen = at.get(id(self.of))
        if self.own.hits < KNOWN or seen is None or hidden.below[seen] or there[seen].confidence < SURE:
            return False
        rows = [(self.of, self.own), *self.others]
        worth = costs([before.expected(t, bounds) for _, before in rows], there, hidden)
        off = apart(self.own.motion.box, there[seen].box, hidden.sides(seen))
        if worth.odd[0, seen] or not worth.possible[0, seen] or off > NEAR:
            return False
        now = [at.get(id(candidate)) for candidate, _ in rows]
        parted = [n for n, (candidate, _) in enumerate(rows) if candidate in self.parted]
        if any(_may_be_swapped(worth, seen, n, now[n]) for n in parted):
            return False
        return margins(worth, [(n, j) for n, j in enumerate(now) if j is not None])[0] >= PLAIN


def _may_be_swapped(worth: Costs, seen: int, row: int, other: int | None) -> bool:
    """Whether the vehicle of the first row of `worth`, assigned to the detection `seen`, may be the one of
    another `row`, assigned to the `other` detection, if to any. As at the split, sizes exclude nothing, nor
    does a place expected so wrongly that its own detection is not near it."""
    if other is not None and not worth.near[row, other]:
        return True
    if not worth.near[row, seen] or (other is not None and not worth.near[0, other]):
        return False
    cost = worth.cost
    swapped = cost[row, seen] - cost[0, seen]
    if other is not None:
        swapped += cost[0, other] - cost[row, other]
    return bool(swapped < PLAIN_PARTED)
