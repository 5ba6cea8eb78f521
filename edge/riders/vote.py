"""Combines looks at one motorbike: how many people sit on it, and what each head wears.

One look can miss somebody (a passenger behind the driver) or take a rucksack for a head; glare can make a cap
look like a helmet. So the number of people is the largest that most looks show, and a head's state is the
mean over the looks (log odds, limited so that one sure look does not outweigh five).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, prod

from edge.riders.heads import SeenHead, probability_of, state_of
from edge.rules.inputs import Box, Point, RiderHead, RiderLook, Riders

COUNTED = 0.45
"""Score from which a candidate counts as a head."""

MOST = 0.5
"""Share of the looks that must show at least so many people."""

SURE = 0.5
"""Mean probability of the count below which it is not reported."""

_CLIP = 0.02
"""Limit of a single look's probability from 0 and 1."""


@dataclass(frozen=True)
class Seen:
    """One look: the motorbike's box and the head candidates on it, in pixels of a picture that is `scale`
    times as large as the detect stream's."""

    t: float
    frame: int
    box: Box
    heads: tuple[SeenHead, ...]
    scale: tuple[float, float]

    @property
    def counted(self) -> tuple[SeenHead, ...]:
        """The candidates that count as heads."""
        return tuple(head for head in self.heads if head.score >= COUNTED)

    @property
    def height(self) -> float:
        """Height of the motorbike, in pixels of the detect stream."""
        return (self.box[3] - self.box[1]) / self.scale[1]

    @property
    def certainty(self) -> float:
        """Probability that exactly the counted candidates are heads."""
        return prod(h.score if h.score >= COUNTED else 1 - h.score for h in self.heads)


def vote(looks: Sequence[Seen], headings: Sequence[Point]) -> Riders:
    """The vote over all looks so far; `headings` gives for each the direction of travel in the picture."""
    told = tuple(_told(look, heading) for look, heading in zip(looks, headings, strict=True))
    people = _people(looks)
    agreeing = [i for i, look in enumerate(looks) if len(look.counted) == people]
    certainty = sum(looks[i].certainty for i in agreeing) / len(looks) if looks else 0.0
    best = max(agreeing, key=lambda i: looks[i].height, default=None)
    heads = () if best is None else _voted([told[i] for i in agreeing], told[best], looks[best].scale)
    return Riders(people if certainty >= SURE and people else None, certainty, heads, told)


def _people(looks: Sequence[Seen]) -> int:
    """The largest number that most looks show."""
    counts = sorted((len(look.counted) for look in looks), reverse=True)
    needed = MOST * len(looks)
    return max((count for rank, count in enumerate(counts, 1) if rank >= needed), default=0)


def _told(look: Seen, heading: Point) -> RiderLook:
    """The look in pixels of the detect stream, its heads from front to back."""
    middle = [
        ((h.box[0] + h.box[2]) * heading[0] + (h.box[1] + h.box[3]) * heading[1], h) for h in look.counted
    ]
    ordered = [head for _, head in sorted(middle, key=lambda pair: -pair[0])]
    heads = tuple(_rider(_scaled(h.box, look.scale), h.bare, h.height) for h in ordered)
    return RiderLook(look.t, look.frame, _scaled(look.box, look.scale), heads)


def _voted(looks: Sequence[RiderLook], best: RiderLook, scale: Point) -> tuple[RiderHead, ...]:
    """For each place from front to back the vote of the looks with as many heads."""
    return tuple(
        _rider(
            head.box,
            _mean([look.heads[place].bare for look in looks]),
            (head.box[3] - head.box[1]) * scale[1],
        )
        for place, head in enumerate(best.heads)
    )


def _rider(box: Box, bare: float, height: float) -> RiderHead:
    state = state_of(bare, height)
    return RiderHead(box, state, probability_of(state, bare), bare)


def _mean(chances: Sequence[float]) -> float:
    clipped = [min(max(chance, _CLIP), 1 - _CLIP) for chance in chances]
    odds = sum(log(chance / (1 - chance)) for chance in clipped) / len(clipped)
    return 1 / (1 + exp(-odds))


def _scaled(box: Box, scale: Point) -> Box:
    return (box[0] / scale[0], box[1] / scale[1], box[2] / scale[0], box[3] / scale[1])
