"""Motorbikes and the people on them in one still picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.vehicles import VehicleKind
from edge.detect.detector import Detection, VehicleDetector
from edge.riders.heads import HeadFinder, Image, SeenHead, probability_of, state_of
from edge.riders.vote import COUNTED
from edge.rules.geometry import overlap
from edge.rules.inputs import Box, HeadState

MOTORBIKE = VehicleKind.MOTORBIKE

SURE, WEAK = 0.25, 0.08
"""Confidence from which a motorbike is reported, and from which it is if a head is seen on it: near
motorbikes seen from the side often have low confidence."""

OVERLAP = 0.5
"""Intersection over union from which two boxes, found at two input sizes, are one motorbike."""

TWICE = 0.5
"""Heads of two motorbikes whose middles are nearer than this part of their width are the same head."""


@dataclass(frozen=True)
class StillHead:
    """A head of a person on a motorbike, in pixels of the picture."""

    box: Box
    state: HeadState
    confidence: float


@dataclass(frozen=True)
class FoundMotorbike:
    """A motorbike with the heads of the people on it; `confidence` that it is one."""

    box: Box
    confidence: float
    heads: tuple[StillHead, ...]

    def count(self, state: HeadState) -> int:
        """Number of heads in that state."""
        return sum(head.state == state for head in self.heads)


def smaller(size: int) -> int:
    """The second input size for motorbike detection: about two thirds, a multiple of 32."""
    return size * 2 // 3 // 32 * 32


def riders_in_picture(
    image: Image, detectors: Sequence[VehicleDetector], finder: HeadFinder
) -> list[FoundMotorbike]:
    """The motorbikes of a picture, highest confidence first. A head counts for one motorbike only: the one
    for which its score is highest.

    Args:
        detectors: of several input sizes, with confidence threshold `WEAK`: large ones find far motorbikes,
            small ones near ones.
    """
    bikes = _motorbikes(image, detectors)
    heads = [(number, head) for number, bike in enumerate(bikes) for head in finder.find(image, bike.box)]
    kept: list[tuple[int, SeenHead]] = []
    for number, head in sorted(heads, key=lambda pair: -pair[1].score):
        if head.score >= COUNTED and not any(_same(head, other) for _, other in kept):
            kept.append((number, head))
    found = [
        FoundMotorbike(bike.box, bike.confidence, _told([head for of, head in kept if of == number]))
        for number, bike in enumerate(bikes)
    ]
    return [bike for bike in found if bike.heads or bike.confidence >= SURE]


def _motorbikes(image: Image, detectors: Sequence[VehicleDetector]) -> list[Detection]:
    """The box of highest confidence for each motorbike."""
    seen = [one for detector in detectors for one in detector.detect(image) if one.kind is MOTORBIKE]
    kept: list[Detection] = []
    for one in sorted(seen, key=lambda one: (-one.confidence, one.box)):
        if all(overlap(one.box, other.box) < OVERLAP for other in kept):
            kept.append(one)
    return kept


def _told(heads: Sequence[SeenHead]) -> tuple[StillHead, ...]:
    """The reported motorbikes, from left to right."""
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
