"""The phases of a group of signal heads."""

from dataclasses import dataclass
from itertools import pairwise

from contract.types import LampColour


@dataclass(frozen=True)
class Program:
    """Colour changes (start, colour) in order; the first is valid from ever, the last for ever."""

    changes: tuple[tuple[float, LampColour], ...]

    def at(self, t: float) -> LampColour:
        """The colour at `t`."""
        return next((c for start, c in reversed(self.changes) if t >= start), self.changes[0][1])

    def since(self, t: float) -> float:
        """When the colour at `t` began."""
        return next((start for start, _ in reversed(self.changes) if t >= start), self.changes[0][0])

    def states(self, end: float) -> list[tuple[float, float, LampColour]]:
        """Stretches (start, end, colour) from 0 to `end`."""
        marks = [0.0, *(start for start, _ in self.changes if 0.0 < start < end), end]
        return [(a, b, self.at(a)) for a, b in pairwise(marks)]

    def opposite(self, clearing: float = 1.5, amber: float = 3.0) -> "Program":
        """The program of the cross street: red while this is not, green `clearing` seconds after this turns
        red."""
        changes: list[tuple[float, LampColour]] = [(-1000.0, "red")]
        for number, (start, colour) in enumerate(self.changes):
            end = self.changes[number + 1][0] if number + 1 < len(self.changes) else start + 1000.0
            if colour == "red":
                changes += [
                    (max(start + clearing, -999.0), "green"),
                    (end - amber - clearing, "amber"),
                    (end - clearing, "red"),
                ]
        return Program(tuple(changes))
