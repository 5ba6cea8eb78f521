"""The head finder's interface for the rest of the node: one small protocol and one value."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.rules.inputs import Box, HeadState

Image = NDArray[np.uint8]
"""A picture, height x width x 3, BGR."""

SMALLEST = 14.0
"""Height of a head in pixels below which a helmet can't be distinguished from hair."""

BARE, HELMET = 0.9, 0.35
"""Probabilities of a bare head: bare from the first value on, a helmet up to the second, uncertain in
between. Chosen on the training sources; `models/riders.yaml` has the figures."""


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
        """All candidates, doubtful ones too, highest score first; `motorbike` is its box in pixels of the
        picture, people included."""
        ...


def state_of(bare: float, height: float) -> HeadState:
    """The state assigned to a head of that height in pixels."""
    if height < SMALLEST or HELMET < bare < BARE:
        return "unsure"
    return "bare" if bare >= BARE else "helmet"


def probability_of(state: HeadState, bare: float) -> float:
    """Probability of a head's state."""
    return {"bare": bare, "helmet": 1 - bare}.get(state, max(bare, 1 - bare))
