"""Motorbikes and the people on them in one still picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.vehicles import VehicleKind
from edge.detect.detector import VehicleDetector
from edge.riders.heads import HeadFinder, Image, SeenHead, probability_of, state_of
from edge.riders.vote import COUNTED
from edge.rules.inputs import Box, HeadState

TWICE = 0.5
"""Two heads of two motorbikes whose middles are nearer than this part of their width are one."""


@dataclass(frozen=True)
class StillHead:
    """A head of somebody on a motorbike, in pixels of the picture."""

    box: Box
    state: HeadState
    confidence: float


@dataclass(frozen=True)
class FoundMotorbike:
    """A motorbike with the heads of those who sit on it; `confidence` that it is one."""

    box: Box
    confidence: float
    heads: tuple[StillHead, ...]

    def count(self, state: HeadState) -> int:
        """Heads of that state."""
        return sum(head.state == state for head in self.heads)


def riders_in_picture(image: Image, detector: VehicleDetector, finder: HeadFinder) -> list[FoundMotorbike]:
    """The motorbikes of a picture, the surest first. One head counts for one motorbike: the one for which it
    is surest."""
    bikes = [seen for seen in detector.detect(image) if seen.kind is VehicleKind.MOTORBIKE]
    heads = [(number, head) for number, bike in enumerate(bikes) for head in finder.find(image, bike.box)]
    kept: list[tuple[int, SeenHead]] = []
    for number, head in sorted(heads, key=lambda pair: -pair[1].score):
        if head.score >= COUNTED and not any(_same(head, other) for _, other in kept):
            kept.append((number, head))
    return [
        FoundMotorbike(bike.box, bike.confidence, _told([head for of, head in kept if of == number]))
        for number, bike in enumerate(bikes)
    ]


def _told(heads: Sequence[SeenHead]) -> tuple[StillHead, ...]:
    """From left to right."""
    told = []
    for head in sorted(heads, key=lambda head: head.box[0]):
        state = state_of(head.bare, head.height)
        told.append(StillHead(head.box, state, head.score * probability_of(state, head.bare)))
    return tuple(told)


def _same(one: SeenHead, other: SeenHead) -> bool:
    dx = (one.box[0] + one.box[2] - other.box[0] - other.box[2]) / 2
    dy = (one.box[1] + one.box[3] - other.box[1] - other.box[3]) / 2
    width = max(one.box[2] - one.box[0], other.box[2] - other.box[0])
    return abs(dx) < TWICE * width and abs(dy) < TWICE * width
