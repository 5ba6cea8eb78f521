"""The result of a plate reader: text with evidence. Shared by the readers, the vote and the still
pictures."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from contract.plates import PlateColour, fits_rows, interpretations, near_mission

SURE = 0.9
"""From this confidence on a reading should be right in at least 99 of 100 cases."""
NOTHING_READ = 0.01
"""Below this confidence a text is worthless, however often it was read: the plate is unread."""
UNISSUED = 0.5
"""Highest confidence of a text that no law allows on a plate."""
NOT_SURE = SURE - 0.05
"""Highest confidence of a text that some observation contradicts."""
COLOURS: tuple[PlateColour, ...] = ("white", "yellow", "blue", "red")
CHOSEN = "chosen"
"""Flag: of several texts read a valid one was preferred to a more likely one."""
MISSION = "mission"
"""Flag: a motorbike's series that differs from a foreigner's by one unclear letter (MN for NN)."""
GRAMMAR = "grammar"
"""Flag: no issued plate has this text, layout and colour."""


@dataclass(frozen=True)
class Character:
    """One character with its probability and the alternatives, most probable first."""

    text: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class PlateReading:
    """A reading of one plate on one picture.

    ``text`` is normalised (no separators, Đ as D), ``rows`` the same as printed on the plate's one or two
    lines, ``confidence`` calibrated, ``characters`` one for each of ``text``.
    """

    rows: tuple[str, ...]
    colour: PlateColour
    confidence: float
    characters: tuple[Character, ...]
    flags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.rows)

    @property
    def lines(self) -> Literal[1, 2]:
        """Lines of text on the plate."""
        return 2 if len(self.rows) == 2 else 1


class PlateReader(Protocol):
    """Anything that reads a plate by its corners in a BGR picture; None if nothing can be read."""

    def read(self, image: NDArray[np.uint8], quad: NDArray[np.float32]) -> PlateReading | None: ...


def judge(rows: tuple[str, ...], colour: PlateColour, confidence: float) -> tuple[float, tuple[str, ...]]:
    """Confidence and flags once the grammar was applied: it may lower confidence, it never changes a text.

    Distinguishes one-line from two-line plates; the vehicle is not known here, so car and motorbike plates
    both pass.
    """
    text = "".join(rows)
    plates = interpretations(text, lines=len(rows), colour=colour)
    printed = [plate for plate in plates if fits_rows(plate, rows)]
    if not printed:
        return min(confidence, UNISSUED), (GRAMMAR,)
    if any(map(near_mission, printed)):
        return min(confidence, NOT_SURE), (MISSION,)
    return confidence, ()
