"""What the rest of the node knows of a head finder: one small protocol and one value."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box, HeadState

Image = NDArray[np.uint8]
"""A picture, height x width x 3, BGR."""

SMALLEST = 14.0
"""Pixels of a head's height below which nobody can tell a helmet from hair."""

BARE, HELMET = 0.9, 0.35
"""Probabilities of a bare head: from the first on it is called bare, up to the second a helmet is seen, and
between them it can't be told. Chosen on the sources that were trained on; `models/riders.yaml` has the
figures."""


@dataclass(frozen=True)
class SeenHead:
    """A head of one of the people on a motorbike, in pixels of the picture. `score` is the probability that
    it is one, `bare` that it wears no helmet (a cap, a hood, hair and a conical hat are none)."""

    box: Box
    score: float
    bare: float

    @property
    def height(self) -> float:
        """Pixels."""
        return self.box[3] - self.box[1]


class HeadFinder(Protocol):
    """Finds the heads of the people on one motorbike."""

    def find(self, image: Image, motorbike: Box) -> tuple[SeenHead, ...]:
        """All candidates, doubtful ones too, the surest first; `motorbike` is its box in pixels of the
        picture, people included."""
        ...


def state_of(bare: float, height: float) -> HeadState:
    """What may be said of a head of that height in pixels."""
    if height < SMALLEST or HELMET < bare < BARE:
        return "unsure"
    return "bare" if bare >= BARE else "helmet"


def probability_of(state: HeadState, bare: float) -> float:
    """How sure a state is."""
    return {"bare": bare, "helmet": 1 - bare}.get(state, max(bare, 1 - bare))
