"""Matches the answers about a motorbike's riders with the labels, by the middles of heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from edge.riders.heads import SMALLEST, SeenHead, state_of
from edge.riders.vote import COUNTED
from edge.rules.inputs import HeadState
from models.evaluation.riders.labels import LabelledHead, Ridden

NEAR = 0.6
"""Most distance between the middles, as a part of a head's width."""


@dataclass(frozen=True)
class Said:
    """One head: its label (None: no head) and the answer (None: not found), with the probability of bare.
    `large` heads are high enough for the node to report them."""

    truth: HeadState | None
    state: HeadState | None
    bare: float
    large: bool


@dataclass(frozen=True)
class Judged:
    """The answers for one motorbike; `people` by label, None if not all heads are visible."""

    heads: tuple[Said, ...]
    people: int | None
    counted: int


def judge(ridden: Ridden, found: Sequence[SeenHead]) -> Judged:
    """In order of score, each finding takes the nearest head that is near enough and still free."""
    left = list(ridden.heads)
    said = []
    counted = [head for head in found if head.score >= COUNTED]
    for head in sorted(counted, key=lambda head: -head.score):
        match = min(left, key=lambda other: _distance(head, other), default=None)
        if match is not None and _distance(head, match) <= NEAR * match.width:
            left.remove(match)
        else:
            match = None
        truth = match.state if match else None
        said.append(Said(truth, state_of(head.bare, head.height), head.bare, head.height >= SMALLEST))
    said += [Said(head.state, None, 0.0, head.width >= SMALLEST) for head in left]
    return Judged(tuple(said), ridden.people, len(counted))


def _distance(head: SeenHead, other: LabelledHead) -> float:
    return hypot((head.box[0] + head.box[2]) / 2 - other.x, (head.box[1] + head.box[3]) / 2 - other.y)


@dataclass(frozen=True)
class Figures:
    """The counts over many motorbikes; heads too small to be judged are left out."""

    motorbikes: int
    heads: int
    found: int
    bare: int
    bare_found: int
    called_bare: int
    called_bare_wrongly: int
    called_helmet: int
    called_helmet_wrongly: int
    countable: int
    counted_right: int

    @property
    def bare_precision(self) -> float:
        """Of the heads called bare, those that are; 1 if there are none."""
        return 1 - self.called_bare_wrongly / self.called_bare if self.called_bare else 1.0

    @property
    def bare_recall(self) -> float:
        """Of the bare heads, those called bare."""
        return self.bare_found / self.bare if self.bare else 0.0


def figures(judged: Sequence[Judged]) -> Figures:
    """Sums over motorbikes. For a head with an uncertain label every answer is right, but calling a helmet or
    a false head bare is wrong."""
    heads = [head for one in judged for head in one.heads if head.large]
    real = [head for head in heads if head.truth is not None]
    bare = [head for head in real if head.truth == "bare"]
    called = [head for head in heads if head.state == "bare" and head.truth != "unsure"]
    helmet = [head for head in heads if head.state == "helmet" and head.truth != "unsure"]
    countable = [one for one in judged if one.people is not None and all(head.large for head in one.heads)]
    return Figures(
        motorbikes=len(judged),
        heads=len(real),
        found=sum(head.state is not None for head in real),
        bare=len(bare),
        bare_found=sum(head.state == "bare" for head in bare),
        called_bare=len(called),
        called_bare_wrongly=sum(head.truth != "bare" for head in called),
        called_helmet=len(helmet),
        called_helmet_wrongly=sum(head.truth == "bare" for head in helmet),
        countable=len(countable),
        counted_right=sum(one.counted == one.people for one in countable),
    )
