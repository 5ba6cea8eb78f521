"""How many frames a second are analysed of a camera, and for which rules that is too few.

A rule says how many looks a second it takes to prove an act (`RuleDescriptor.looks`). Counted is what was
looked at, whatever the camera sends: a busy machine passes pictures over.
"""

from collections import deque
from collections.abc import Iterable

from configs.rules import RULES
from contract.reasons import Reason, reason

COUNTED_SECONDS = 4.0
"""Over so long the pace is measured."""

LEAST_SECONDS = 2.5
"""Nothing is said of the pace before."""

REST, WAKE = 0.8, 0.9
"""Part of its looks below which a rule rests, and from which it wakes: a rate varies."""


class Pace:
    """Counts the looks at one camera. `resting` are the rules of `names` that rest now."""

    def __init__(self, names: Iterable[str]) -> None:
        self.resting: frozenset[str] = frozenset()
        self._wanted = {name: RULES[name].looks for name in names}
        self._times: deque[float] = deque()

    def look(self, t: float) -> None:
        """A picture of stream time `t` is looked at."""
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
        """What comes next does not go on from what was before."""
        self._times.clear()

    @property
    def rate(self) -> float | None:
        """Looks a second lately; None while that can't be told."""
        seconds = self._times[-1] - self._times[0] if self._times else 0.0
        return (len(self._times) - 1) / seconds if seconds >= LEAST_SECONDS else None

    @property
    def trouble(self) -> Reason | None:
        """That there are too few looks for some rules, and for which."""
        if not self.resting or (rate := self.rate) is None:
            return None
        return reason("camera.too_few_looks", looks=round(rate, 1), rules=tuple(sorted(self.resting)))
