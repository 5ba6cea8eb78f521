"""One plate from the readings of many frames of a track: final only by agreement.

Readings of the same layout and length that differ in at most one character are taken for the same plate and
vote character by character. A text without a second frame's confirmation is not agreed, however sure the
single reading was; a text that no frame read as a whole is flagged; and the result names the frame the winner
was read from.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contract.plates import PlateColour, PlateKind, interpretations
from contract.vehicles import VehicleKind
from edge.plate.reading import CHOSEN, NOT_SURE, NOTHING_READ, Character, PlateReading, judge

WORTH_TELLING = 0.5
"""Confidence from which a plate read in only one frame is reported, as not agreed."""
AMBIGUOUS = "ambiguous"
"""Flag: the text fits more than one kind of plate."""
COMPOSED = "composed"
"""Flag: the vote gave a text that no single frame read."""
MOST_ALTERNATIVES = 5


@dataclass(frozen=True)
class RawRead:
    """One unprocessed reading: frame time in seconds, the caller's key of the frame, the corners there."""

    time: float
    frame_key: int
    reading: PlateReading
    quad: NDArray[np.float32] = field(compare=False)


@dataclass(frozen=True)
class PlateResult:
    """The joint result of a track's frames; ``text`` is None if the plate stays unread.

    ``frame_key`` and ``quad`` belong to the frame the winner was read from, ``alternatives`` are other texts
    that frames gave, ``raw_reads`` all of them in order of time.
    """

    text: str | None
    confidence: float
    agreed: bool
    characters: tuple[Character, ...] = ()
    alternatives: tuple[str, ...] = ()
    raw_reads: tuple[RawRead, ...] = ()
    frame_key: int | None = None
    quad: NDArray[np.float32] | None = field(default=None, compare=False)
    colour: PlateColour | None = None
    lines: Literal[1, 2] | None = None
    kind: PlateKind | None = None
    flags: tuple[str, ...] = ()


class PlateVote:
    """Collects the readings of one track. ``vehicle`` helps to distinguish a car's plate from a
    motorbike's."""

    def __init__(self, vehicle: VehicleKind | None = None) -> None:
        self._vehicle = vehicle
        self._reads: dict[int, RawRead] = {}

    def add(self, time: float, frame_key: int, reading: PlateReading, quad: NDArray[np.float32]) -> None:
        """Add the reading of one frame; of several readings of the same frame the surest counts."""
        read = RawRead(time, frame_key, reading, quad)
        known = self._reads.get(frame_key)
        if known is None or _rank(read) < _rank(known):
            self._reads[frame_key] = read

    def result(self) -> PlateResult:
        """The result so far; the order of the readings does not matter."""
        reads = tuple(sorted(self._reads.values(), key=lambda read: (read.time, read.frame_key)))
        groups = cluster(reads)
        if not groups:
            return PlateResult(None, 0.0, False)
        winner = max(groups, key=lambda group: (_weight(group), [-value for value in _rank(group[0])[:2]]))
        return self._verdict(winner, reads)

    def _verdict(self, winner: Sequence[RawRead], reads: tuple[RawRead, ...]) -> PlateResult:
        characters = vote_characters(winner)
        voted = "".join(character.text for character in characters)
        exact = [read for read in winner if read.reading.text == voted]
        shown = exact[0] if exact else winner[0]
        layout = shown.reading
        rows = _split(voted, [len(row) for row in layout.rows])
        colour = _common_colour(winner)
        agreed = len(exact) >= 2
        share = _weight(winner) / _weight(reads)
        best = max((read.reading.confidence for read in exact), default=0.0)
        confidence, flags = judge(rows, colour, best * share if agreed else min(best * share, NOT_SURE))
        kinds = {
            plate.kind
            for plate in interpretations(voted, lines=layout.lines, colour=colour, vehicle=self._vehicle)
        }
        flags += (AMBIGUOUS,) * (len(kinds) > 1) + (COMPOSED,) * (not exact)
        flags += (CHOSEN,) * all(CHOSEN in read.reading.flags for read in exact or winner)
        texts = dict.fromkeys(read.reading.text for read in sorted(reads, key=_rank))
        others = tuple(text for text in texts if text != voted)[:MOST_ALTERNATIVES]
        worth = confidence >= (NOTHING_READ if agreed else WORTH_TELLING)
        return PlateResult(
            text=voted if worth else None,
            confidence=round(confidence, 4) if worth else confidence,
            agreed=agreed and worth,
            characters=characters if worth else (),
            alternatives=others if worth else (voted, *others)[:MOST_ALTERNATIVES],
            raw_reads=reads,
            frame_key=shown.frame_key,
            quad=shown.quad,
            colour=colour,
            lines=layout.lines,
            kind=kinds.pop() if worth and len(kinds) == 1 else None,
            flags=flags,
        )


def cluster(reads: Sequence[RawRead]) -> list[list[RawRead]]:
    """Groups of readings of the same row lengths within one character of the group's surest reading, surest
    first."""
    groups: list[list[RawRead]] = []
    for read in sorted(reads, key=_rank):
        home = next((group for group in groups if _near(group[0].reading, read.reading)), None)
        if home is None:
            groups.append([read])
        else:
            home.append(read)
    return groups


def vote_characters(reads: Sequence[RawRead]) -> tuple[Character, ...]:
    """The most likely character at each position over all readings, each weighted by its confidence."""
    voted = []
    for place in range(len(reads[0].reading.text)):
        mass: dict[str, float] = defaultdict(float)
        for read in reads:
            character = read.reading.characters[place]
            weight = max(read.reading.confidence, 1e-3)
            for text, chance in ((character.text, character.confidence), *character.alternatives):
                mass[text] += weight * max(chance, 1e-6)
        total = sum(mass.values())
        order = sorted(mass, key=lambda text: (-mass[text], text))
        others = tuple((text, round(mass[text] / total, 4)) for text in order[1:4])
        voted.append(Character(order[0], round(mass[order[0]] / total, 4), others))
    return tuple(voted)


def _near(one: PlateReading, other: PlateReading) -> bool:
    same_layout = [len(row) for row in one.rows] == [len(row) for row in other.rows]
    return same_layout and sum(a != b for a, b in zip(one.text, other.text, strict=True)) <= 1


def _rank(read: RawRead) -> tuple[float, float, int, str]:
    """Surest first, then earliest."""
    return -read.reading.confidence, read.time, read.frame_key, read.reading.text


def _weight(reads: Sequence[RawRead]) -> float:
    return sum(max(read.reading.confidence, 1e-3) for read in reads)


def _split(text: str, lengths: list[int]) -> tuple[str, ...]:
    ends = np.cumsum(lengths).tolist()
    return tuple(text[end - length : end] for end, length in zip(ends, lengths, strict=True))


def _common_colour(reads: Sequence[RawRead]) -> PlateColour:
    mass: dict[PlateColour, float] = defaultdict(float)
    for read in reads:
        mass[read.reading.colour] += max(read.reading.confidence, 1e-3)
    return max(sorted(mass), key=lambda colour: mass[colour])
