"""Reconsiders a break in a track: some frames later it may be clear that it was the same vehicle.

Two that pass each other could be either for a look or two; half a second later one is ahead, or of other
colours. So the vehicle is remembered as it was before the break, with those it may have been taken for as
they were then, and a later look is asked which of them it continues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.detect.candidate import Candidate
from edge.detect.detector import Detection
from edge.detect.matching import apart, costs, margins
from edge.detect.motion import Motion
from edge.rules.inputs import Box

FIRST, LAST = 0.25, 1.0
"""Seconds after a break between which it is reconsidered: sooner nothing has changed, later its place before
tells nothing any more."""

PLAIN = 3.0
"""By how much more the next best explanation must cost (negative log-likelihood)."""

KNOWN = 3
"""Looks from which it was known how fast it goes."""

NEAR = 0.5
"""Distance from the expected position, in sizes of the vehicle, that is still the same vehicle."""

SURE = 0.25
"""Confidence a detection must have to take back a break."""


@dataclass(eq=False)
class Doubted:
    """The vehicle `of` a candidate as it was before a break at time `since` (`own`), and the others as they
    were then, each with the candidate that goes on with it. `frames` are those of the breaks."""

    since: float
    of: Candidate
    own: Candidate
    others: list[tuple[Candidate, Candidate]]
    frames: set[int] = field(default_factory=set)

    def motions(self) -> list[Motion]:
        """All that must move on with time."""
        return [self.own.motion, *(before.motion for _, before in self.others)]

    def join(self, later: "Doubted") -> None:
        """Takes in another break of the same vehicle, and whom it may be taken for there."""
        known = [candidate for candidate, _ in self.others]
        self.others += [(c, before) for c, before in later.others if c not in known]
        self.frames |= later.frames

    def is_plain(
        self,
        t: float,
        at: Mapping[int, int],
        there: Sequence[Detection],
        hidden: NDArray[np.bool_],
        bounds: Box,
    ) -> bool:
        """Whether what the candidate is seen as now continues this vehicle and none of the others.

        Args:
            t: seconds on the stream clock, to which all motions were advanced.
            at: which detection every candidate is seen as now, by its Python id.
            there: what was seen at all.
            hidden: for each whether something may hide its wheels.
            bounds: of the picture.
        """
        seen = at.get(id(self.of))
        if self.own.hits < KNOWN or seen is None or hidden[seen] or there[seen].confidence < SURE:
            return False
        rows = [self.own, *(before for _, before in self.others)]
        worth = costs([row.expected(t, bounds) for row in rows], there, hidden)
        off = apart(self.own.motion.box, there[seen].box)
        if worth.odd[0, seen] or not worth.possible[0, seen] or off > NEAR:
            return False
        pairs = [(0, seen)]
        pairs += [(n, at[id(c)]) for n, (c, _) in enumerate(self.others, start=1) if id(c) in at]
        return margins(worth, pairs)[0] >= PLAIN
