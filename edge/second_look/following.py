"""Tracks the vehicle of a finding forwards and backwards from the decisive picture.

It starts there because that is the accused vehicle: whatever the live track was before or after, only this
vehicle is followed, and where it could be confused with another, or is lost, the path ends or is flagged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from edge.detect.appearance import unlike
from edge.detect.detector import Detection
from edge.detect.detector import Look as Appearance
from edge.rules.geometry import overlap
from edge.rules.inputs import Box
from edge.second_look.looking import Look

FOUND = 0.35
"""Overlap (intersection over union) from which a detected vehicle is at the live track's position."""

NEAR_SECONDS = 0.3
"""Seconds from the decisive moment within which the vehicle must first be seen: a single look may miss it."""

PATIENCE = 0.7
"""Seconds without seeing it after which the vehicle is lost."""

LINK = 0.2
"""Overlap from which a vehicle may be the one expected there."""

_NEAR_ENOUGH = 0.5
"""Distance in its heights that is allowed if boxes no longer overlap, at few pictures a second."""

_GROWTH = 1.8
"""Factor by which a box may be larger or smaller than in the look before."""

RIVAL = 0.15
"""Difference of score below which two vehicles are equally likely to be the expected one."""

_MEMORY = 0.5
"""Seconds over which the speed is computed."""


@dataclass(frozen=True)
class Step:
    """The vehicle in one look. `rival`: the score of the second most likely vehicle, as a part of its own."""

    look: Look
    seen: Detection
    rival: float = 0.0

    @property
    def t(self) -> float:
        """Stream time."""
        return self.look.t

    @property
    def box(self) -> Box:
        """Its box."""
        return self.seen.box


@dataclass(frozen=True)
class Path:
    """The tracked vehicle, oldest first; `decisive` is the index of the step tracking started from."""

    steps: tuple[Step, ...]
    decisive: int

    def near(self, t: float, within: float = NEAR_SECONDS) -> list[Step]:
        """The steps around a moment, the nearest first."""
        close = [step for step in self.steps if abs(step.t - t) <= within]
        return sorted(close, key=lambda step: (abs(step.t - t), step.t))

    def covers(self, first: float, last: float) -> bool:
        """Whether it was tracked from one moment to the other, except for `PATIENCE` at either end."""
        return self.steps[0].t <= first + PATIENCE and self.steps[-1].t >= last - PATIENCE


def follow(looks: Sequence[Look], t: float) -> Path | None:
    """Tracks the vehicle that the live track was on at `t`; None if no vehicle is there."""
    start = _start(looks, t)
    if start is None:
        return None
    number, seen = start
    first = Step(looks[number], seen)
    forwards = _walk(first, looks[number + 1 :])
    backwards = _walk(first, reversed(looks[:number]))
    return Path((*reversed(backwards), first, *forwards), len(backwards))


def left_by(looks: Sequence[Look], path: Path) -> list[Look]:
    """The looks next to the path's ends in which the live track is on a vehicle that can't be the tracked
    one: it is nowhere near the expected position."""
    before = [look for look in looks if path.steps[0].t - PATIENCE <= look.t < path.steps[0].t]
    after = [look for look in looks if path.steps[-1].t < look.t <= path.steps[-1].t + PATIENCE]
    ends = [(look, path.steps[::-1]) for look in before] + [(look, path.steps) for look in after]
    return [look for look, steps in ends if _is_elsewhere(look, _expected(steps, look.t))]


def _is_elsewhere(look: Look, expected: Box) -> bool:
    apart = hypot(*(p - q for p, q in zip(_ground(expected), _ground(look.live), strict=True)))
    on_one = any(overlap(seen.box, look.live) >= FOUND for seen in look.seen)
    return on_one and overlap(expected, look.live) == 0 and apart > expected[3] - expected[1]


def _start(looks: Sequence[Look], t: float) -> tuple[int, Detection] | None:
    """The look nearest to `t` with a vehicle at the track's position, and that vehicle."""
    order = sorted(range(len(looks)), key=lambda number: (abs(looks[number].t - t), number))
    for number in order:
        look = looks[number]
        if abs(look.t - t) > NEAR_SECONDS:
            return None
        best = max(look.seen, key=lambda seen: overlap(seen.box, look.live), default=None)
        if best is not None and overlap(best.box, look.live) >= FOUND:
            return number, best
    return None


def _walk(first: Step, looks: Iterable[Look]) -> list[Step]:
    """The vehicle from look to look, until it is lost."""
    steps = [first]
    for look in looks:
        if abs(look.t - steps[-1].t) > PATIENCE:
            break
        step = _next(steps, look)
        if step is not None:
            steps.append(step)
    return steps[1:]


def _next(steps: Sequence[Step], look: Look) -> Step | None:
    expected = _expected(steps, look.t)
    known = [step.seen.look for step in steps[-3:]]
    worth = sorted(
        ((_worth(expected, steps[-1].box, seen, known), number) for number, seen in enumerate(look.seen)),
        key=lambda pair: (-pair[0], pair[1]),
    )
    if not worth or worth[0][0] <= 0:
        return None
    (best, number), others = worth[0], [value for value, _ in worth[1:] if value > 0]
    return Step(look, look.seen[number], max(others, default=0.0) / best)


def _worth(expected: Box, before: Box, seen: Detection, known: Sequence[Appearance | None]) -> float:
    """Score of a vehicle as the tracked one: expected position, size and appearance; 0 if impossible."""
    height, earlier = seen.box[3] - seen.box[1], before[3] - before[1]
    width, wide = seen.box[2] - seen.box[0], before[2] - before[0]
    if max(height / earlier, earlier / height, width / wide, wide / width) > _GROWTH:
        return 0.0
    shared = overlap(expected, seen.box)
    apart = hypot(*(p - q for p, q in zip(_ground(expected), _ground(seen.box), strict=True)))
    if shared < LINK and apart > _NEAR_ENOUGH * earlier:
        return 0.0
    place = shared + 0.3 * max(0.0, 1 - apart / earlier)
    strange = min(unlike(one, seen.look) for one in known)
    return place * (1 - strange**2) ** 2 * (0.6 + 0.4 * seen.confidence)


def _expected(steps: Sequence[Step], t: float) -> Box:
    """Expected box at `t`: extrapolated at the speed of the last half second."""
    newest = steps[-1]
    recent = [step for step in steps if abs(step.t - newest.t) <= _MEMORY]
    oldest = recent[0]
    if oldest.t == newest.t:
        return newest.box
    part = (t - newest.t) / (newest.t - oldest.t)
    vx, vy = (q - p for p, q in zip(_ground(oldest.box), _ground(newest.box), strict=True))
    x1, y1, x2, y2 = newest.box
    return (x1 + part * vx, y1 + part * vy, x2 + part * vx, y2 + part * vy)


def _ground(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, box[3]
