"""Lamp heads (đèn tín hiệu) found by their switching.

Two lenses form a head if one goes on as the other goes off, repeatedly, and they are placed like lenses of
one housing. Then the lamp network is applied: only a housing that it reads as the lenses show, on stills from
the whole recording, is a head, and of several possible housings the best read one. A single lens is accepted
if the network reads it and it changes together with another head.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, pairwise

import numpy as np

from contract.types import LampColour
from edge.rules.geometry import overlap
from edge.rules.inputs import Box
from edge.setup.suggest.housing import Housing, housings
from edge.setup.suggest.lenses import COLOURS, Lens, Lit, switching_lenses
from edge.setup.suggest.model import Image, LampHead, LampPhase, Minute, Still
from edge.signal.lamp import LampReader

AT_ONCE = 0.45
"""Seconds within which one lens goes off and the next on."""

LONGEST_AMBER = 6.5
"""Seconds between green and red in which the amber lens may have been missed."""

TOGETHER = 0.05
"""Part of the time in which two lenses of one head may both seem lit."""

HANDED_OVER = 0.6
"""Part of all switches of two lenses that must be a change from one to the other."""

AGREES, HALF_AGREES, CONTRADICTS = 0.7, 0.4, 0.1
"""Part of the stills on which the network must read what the lenses show; less is enough for two lenses if it
seldom reads something else, as in low sun, when it reads nothing."""

SURENESS = {1: 0.28, 2: 0.6, 3: 0.75}
"""Confidence in a head by the number of its lenses seen lit, if the network agrees on few stills; and
`MANY_READ` more if it agrees on many."""
MANY_READ = 0.2

UNREAD = 0.15
"""Confidence in a lens that the network can't read but that changes with the heads."""

LONG_ENOUGH = 20.0
"""Least seconds of recording for a single lens: in less, too many things switch once by chance."""

STRONG = 90.0
"""Least contrast of such a lens; it must be red or green, since flashing amber lights are everywhere."""

SURE = 150.0
"""Contrast from which a lens that changes with other heads is accepted although no network can read it."""

CLEAR = 0.9
"""Part of the time without a vehicle in front of such a lens: where vehicles stop at red there is road, and a
bright thing on a waiting vehicle comes and goes with the lamps."""

MOST_STILLS = 12
"""Stills of each colour that are read."""

APART = 0.7
"""Seconds around a switch within which stills aren't read."""


BRIDGE = 1.0
"""Seconds without any lit lens that are bridged."""


@dataclass(frozen=True)
class _Found:
    """A head: its position, its lenses, the part of the stills that agrees, and their number."""

    housing: Housing
    lenses: tuple[Lens, ...]
    agreement: float
    read: int


def find_heads(minute: Minute, reader: LampReader) -> tuple[LampHead, ...]:
    """The heads, highest confidence first."""
    lenses = switching_lenses(minute.lights)
    pictures = _Pictures(minute)
    pairs = _without_doubles([*_pairs(lenses, minute, pictures, reader)])
    found = [_completed(pair, lenses) for pair in pairs]
    lone = [lens for lens in lenses if not any(_counts_down(one.housing, lens) for one in found)]
    singles = [one for lens in lone if (one := _single(lens, found, minute, pictures, reader)) is not None]
    heads = [_head(one, minute) for one in _without_doubles([*found, *singles])]
    return tuple(sorted(heads, key=lambda head: -head.confidence))


def _pairs(
    lenses: Sequence[Lens], minute: Minute, pictures: "_Pictures", reader: LampReader
) -> Iterator[_Found]:
    for one, other in combinations(lenses, 2):
        first, second = sorted((one, other), key=lambda lens: COLOURS.index(lens.colour))
        if first.colour == second.colour:
            continue
        tried = housings(first, second)
        if not tried or not _hand_over(first, second, minute.lights.times):
            continue
        best = _best(tried, (first, second), pictures, reader)
        if best is not None:
            yield best


def _hand_over(first: Lens, second: Lens, times: tuple[float, ...]) -> bool:
    """Whether one lens goes off as the other goes on, as lenses of one head do. `first` is nearer to red."""
    seen = first.seen & second.seen
    if (first.on & second.on & seen).sum() > TOGETHER * max(1, seen.sum()):
        return False
    neighbours = COLOURS.index(second.colour) - COLOURS.index(first.colour) == 1
    late = AT_ONCE if neighbours else LONGEST_AMBER
    off = {lens.colour: _switches(lens, times, on=False) for lens in (first, second)}
    on = {lens.colour: _switches(lens, times, on=True) for lens in (first, second)}
    # Green gives way to amber, amber to red: the lens nearer to red follows. Red gives way to green at once.
    followed = _followed(off[second.colour], on[first.colour], late)
    if (first.colour, second.colour) == ("red", "green"):
        followed += _followed(off["red"], on["green"], AT_ONCE)
    expected = min(len(on[first.colour]), len(off[second.colour])) if neighbours else len(on[second.colour])
    return followed >= 1 and followed >= HANDED_OVER * max(1, expected)


def _changes(lens: Lens, times: tuple[float, ...]) -> list[float]:
    return [*_switches(lens, times, on=True), *_switches(lens, times, on=False)]


def _switches(lens: Lens, times: tuple[float, ...], *, on: bool) -> list[float]:
    changed = np.flatnonzero((lens.on[1:] != lens.on[:-1]) & (lens.on[1:] == on)) + 1
    return [times[i] for i in changed]


def _followed(ends: Sequence[float], starts: Sequence[float], late: float) -> int:
    return sum(any(-AT_ONCE <= start - end <= late for start in starts) for end in ends)


def _single(
    lens: Lens, found: Sequence[_Found], minute: Minute, pictures: "_Pictures", reader: LampReader
) -> _Found | None:
    """The lens as a head without other visible lenses; None unless something else supports it."""
    times = minute.lights.times
    if lens.contrast < STRONG or lens.colour == "amber" or minute.seconds < LONG_ENOUGH:
        return None
    known = [t for one in found for other in one.lenses for t in _changes(other, times)]
    own = [t for t in _changes(lens, times) if t - times[0] > APART]
    as_known = sum(any(abs(t - other) <= AT_ONCE for other in known) for t in own)
    if found and as_known < max(1, HANDED_OVER * len(own)):
        return None
    tried = housings(lens)
    best = _best(tried, (lens,), pictures, reader)
    if best is None and found and lens.contrast >= SURE and lens.seen.mean() >= CLEAR:
        return _Found(tried[0], (lens,), 0.0, 0)
    return best


def _completed(found: _Found, lenses: Sequence[Lens]) -> _Found:
    """The head with its third lens, if one was seen in the housing that is never lit with the others."""
    colours = {lens.colour for lens in found.lenses}
    thirds = [
        lens
        for lens in lenses
        if lens.colour not in colours
        and _holds(found.housing.box, lens)
        and not any((lens.on & one.on).mean() > TOGETHER for one in found.lenses)
    ]
    best = max(thirds, key=lambda lens: lens.contrast, default=None)
    return found if best is None else replace(found, lenses=(*found.lenses, best))


def _counts_down(head: Housing, lens: Lens) -> bool:
    """Whether the lens is part of a head or of a countdown display beside it."""
    x1, y1, x2, y2 = head.box
    across, along = ((x2 - x1) / 4, y2 - y1) if head.layout == "vertical" else (x2 - x1, (y2 - y1) / 4)
    return _holds((x1 - across, y1 - along, x2 + across, y2 + along), lens)


def _best(
    tried: Sequence[Housing], lenses: tuple[Lens, ...], pictures: "_Pictures", reader: LampReader
) -> _Found | None:
    """The housing whose readings agree best with the lenses; None if none is good enough."""
    best: tuple[float, _Found] | None = None
    shown = pictures.of(lenses)
    for housing in tried:
        right, wrong, belief = _read(housing, shown, reader)
        enough = right >= AGREES or (len(lenses) > 1 and right >= HALF_AGREES and wrong <= CONTRADICTS)
        if enough and (best is None or belief > best[0]):
            best = belief, _Found(housing, lenses, right, len(shown))
    return best[1] if best else None


def _read(
    housing: Housing, shown: Sequence[tuple[Image, Lit]], reader: LampReader
) -> tuple[float, float, float]:
    """Part of the pictures read as the lenses show, part read as another colour, and the network's mean score
    for the right one; colour by colour, so that a long red does not outvote a short amber."""
    by_colour: dict[Lit, list[tuple[bool, bool, float]]] = {}
    for picture, colour in shown:
        reading = reader.read(picture, housing.box, housing.layout)
        right = reading.colour == colour
        wrong = not right and reading.colour in COLOURS
        by_colour.setdefault(colour, []).append((right, wrong, reading.confidence if right else 0.0))
    if not by_colour:
        return 0.0, 0.0, 0.0
    right, wrong, belief = np.mean([np.mean(some, axis=0) for some in by_colour.values()], axis=0)
    return float(right), float(wrong), float(belief)


def _without_doubles(found: Sequence[_Found]) -> list[_Found]:
    """The best of duplicate heads: more lenses, then better read."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda f: (-len(f.lenses), -f.agreement, -_strength(f))):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _strength(found: _Found) -> float:
    return sum(lens.contrast for lens in found.lenses)


def _same(one: _Found, other: _Found) -> bool:
    shared = any(a is b for a in one.lenses for b in other.lenses)
    return shared or overlap(one.housing.box, other.housing.box) > 0.1


def _holds(box: Box, lens: Lens) -> bool:
    (x, y), (x1, y1, x2, y2) = lens.centre, box
    return x1 <= x <= x2 and y1 <= y <= y2


class _Pictures:
    """The stills of a recording, with the state and visibility of the lenses in them."""

    def __init__(self, minute: Minute) -> None:
        self._times = np.array(minute.lights.times)
        self._stills = minute.stills
        self._decoded: dict[float, Image] = {}

    def of(self, lenses: Sequence[Lens]) -> list[tuple[Image, Lit]]:
        """At most `MOST_STILLS` for each lens, while it alone was lit and visible."""
        return [
            (self._picture(still), lens.colour)
            for lens in lenses
            for still in _spread([still for still in self._stills if self._is_steady(still.t, lens, lenses)])
        ]

    def _is_steady(self, t: float, lens: Lens, lenses: Sequence[Lens]) -> bool:
        near = np.abs(self._times - t) <= APART
        others = [one for one in lenses if one is not lens]
        lit = lens.on[near].all() and not any(one.on[near].any() for one in others)
        return bool(near.any() and lit and lens.seen[near].all())

    def _picture(self, still: Still) -> Image:
        if still.t not in self._decoded:
            self._decoded[still.t] = still.picture
        return self._decoded[still.t]


def _spread(stills: Sequence[Still]) -> Sequence[Still]:
    return stills[:: max(1, -(-len(stills) // MOST_STILLS))]


def _head(found: _Found, minute: Minute) -> LampHead:
    phases = _phases(found.lenses, minute.lights.times)
    starts = {colour: [p.start for p in phases[1:] if p.colour == colour] for colour in COLOURS}
    cycles = [b - a for some in starts.values() for a, b in pairwise(some)]
    between = [
        p.end - p.start
        for before, p, after in zip(phases, phases[1:], phases[2:], strict=False)
        if (before.colour, p.colour, after.colour) == ("green", "amber", "red")
    ]
    return LampHead(
        box=found.housing.box,
        layout=found.housing.layout,
        phases=phases,
        cycle=float(np.median(cycles)) if cycles else None,
        amber=float(np.median(between)) if between else None,
        confidence=_confidence(found),
    )


def _confidence(found: _Found) -> float:
    sure = SURENESS[len(found.lenses)] + MANY_READ * min(1.0, found.read / 20)
    return round(max(UNREAD, found.agreement * sure), 2)


def _phases(lenses: Sequence[Lens], times: tuple[float, ...]) -> tuple[LampPhase, ...]:
    """The head's phases; `unknown` while no lens was seen lit."""
    shown: list[LampColour] = []
    for i in range(len(times)):
        lit = [lens for lens in lenses if lens.on[i]]
        shown.append(max(lit, key=lambda lens: lens.contrast).colour if lit else "unknown")
    shown = _bridged(shown, round(BRIDGE * (len(times) - 1) / (times[-1] - times[0])))
    starts = [0, *(i for i in range(1, len(shown)) if shown[i] != shown[i - 1])]
    ends = [*starts[1:], len(times) - 1]
    return tuple(LampPhase(shown[a], times[a], times[b]) for a, b in zip(starts, ends, strict=True))


def _bridged(shown: Sequence[LampColour], most: int) -> list[LampColour]:
    """Unknown stretches of at most so many looks are assigned to the preceding colour, at the start to the
    following one."""
    stretches = [(colour, len(list(group))) for colour, group in groupby(shown)]
    bridged: list[LampColour] = []
    for colour, count in stretches:
        known = colour != "unknown" or count > most or len(stretches) == 1
        before = bridged[-1] if bridged else stretches[min(1, len(stretches) - 1)][0]
        bridged += [colour if known else before] * count
    return bridged
