"""How many frames a second of a camera are analysed, and for which rules that is too few.

A rule states how many looks a second it needs to prove an offence (`RuleDescriptor.looks`). Only analysed
frames count, whatever the camera sends: a busy machine skips pictures.
"""

from collections import deque
from collections.abc import Iterable

from configs.rules import RULES
from contract.reasons import Reason, reason

COUNTED_SECONDS = 4.0
"""Seconds over which the rate is measured."""

LEAST_SECONDS = 2.5
"""Least seconds before the rate is reported."""

REST, WAKE = 0.8, 0.9
"""Part of its required looks below which a rule rests, and from which it is active again: a rate varies."""


class Pace:
    """Counts a camera's looks. `resting` are the rules of `names` that rest now."""

    def __init__(self, names: Iterable[str]) -> None:
        self.resting: frozenset[str] = frozenset()
        self._wanted = {name: RULES[name].looks for name in names}
        self._times: deque[float] = deque()

    def look(self, t: float) -> None:
        """Counts the analysis of a picture of stream time `t`."""
        self._times.append(t)
        while self._times[0] < t - COUNTED_SECONDS:
            self._times.popleft()
        if (rate := self.rate) is not None:
            self.resting = frozenset(
                name
                for name, wanted in self._wanted.items()
                if rate < wanted * (WAKE if name in self.resting else REST)
            )

    def interrupt(self) -> None:
        """The next frame does not continue the earlier ones."""
        self._times.clear()

    @property
    def rate(self) -> float | None:
        """Looks a second lately; None if not yet measurable."""
        seconds = self._times[-1] - self._times[0] if self._times else 0.0
        return (len(self._times) - 1) / seconds if seconds >= LEAST_SECONDS else None

    @property
    def trouble(self) -> Reason | None:
        """Reports that there are too few looks for some rules, and for which."""
        if not self.resting or (rate := self.rate) is None:
            return None
        return reason("camera.too_few_looks", looks=round(rate, 1), rules=tuple(sorted(self.resting)))
