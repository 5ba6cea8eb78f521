"""From single looks at a lamp head to its phases.

A look can be wrong: LEDs flicker, a bus covers the head, the sun overexposes it. So a colour counts only
after several looks, short gaps are bridged, and the order of colours must be possible for a signal.
Impossible states become `fault`, unseen ones `unknown`; both disarm the red-light rules. Pure: no clock, no
picture. Time is seconds on the camera's stream clock and must grow.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from contract.types import LampColour
from edge.rules.inputs import Phase, SignalHistory

LIT = frozenset({"red", "amber", "green"})
SUCCESSORS = {"green": "amber", "amber": "red", "red": "green"}
"""Order of a Vietnamese signal (QCVN 41): green, amber, red, green. Red and amber are never lit together."""


@dataclass(frozen=True)
class TimelineSettings:
    """Debounce and plausibility; all times in seconds."""

    looks: int = 3
    """Successive looks that make a colour; two are enough if they lie `span` apart (slow cameras)."""
    span: float = 0.3
    bridge: float = 1.0
    """A gap (unreadable or dark) up to this long between two looks of one colour is no phase of its own."""
    flicker: float = 0.04
    """A dark look this soon after a lit one is the pause of an LED, not a change."""
    dark: float = 3.0
    """A head dark for longer is faulty."""
    min_amber: float = 1.5
    """A shorter amber before red was misread, or is against the regulations: no basis for a fine."""
    max_gap: float = 2.0
    """Without a look for longer, the state in between is unknown."""
    keep: float = 600.0
    """Phases that ended longer ago are forgotten."""


@dataclass(frozen=True)
class _Run:
    """Equal successive looks: colour, time of the first, number."""

    colour: LampColour
    first: float
    looks: int


class Blinker:
    """Distinguishes flashing amber (đèn vàng nhấp nháy) from amber: three switch-ons within four seconds."""

    WINDOW = 4.0
    SWITCH_ONS = 3
    OVER_AFTER = 2.0

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._lit = False
        self._switch_ons: deque[float] = deque(maxlen=self.SWITCH_ONS)

    def observe(self, t: float, colour: LampColour) -> bool:
        """Add a look; True while the head flashes amber, dark moments included."""
        if colour in ("red", "green"):
            self._switch_ons.clear()
        if colour == "amber" and not self._lit:
            self._switch_ons.append(t)
        if colour != "unknown":
            self._lit = colour == "amber"
        if len(self._switch_ons) < self.SWITCH_ONS or t - self._switch_ons[-1] > self.OVER_AFTER:
            return False
        return self._switch_ons[-1] - self._switch_ons[0] <= self.WINDOW


class SignalTimeline:
    """The history of one head, built look by look."""

    def __init__(
        self,
        head: str,
        source: Literal["vision", "controller"] = "vision",
        settings: TimelineSettings | None = None,
    ) -> None:
        """Start without knowledge of the head called `head`."""
        self._head = head
        self._source = source
        self._settings = settings or TimelineSettings()
        self._blinker = Blinker()
        self._done: deque[Phase] = deque()
        self._now: Phase | None = None
        self._shown: LampColour = "unknown"  # the lamp's colour, also while the phase is called `fault`
        self._supported = 0.0  # when that was last seen
        self._run: _Run | None = None
        self._t: float | None = None
        self._interrupted = False
        self._lit: tuple[float, LampColour] | None = None

    def observe(self, t: float, colour: LampColour) -> None:
        """Add one look.

        Args:
            t: when, in seconds; later than the look before.
            colour: what the head showed, `unknown` where it could not be read.

        Raises:
            ValueError: `t` does not grow.
        """
        if self._t is not None and t <= self._t:
            raise ValueError(f"time of a look must grow: {t} s after {self._t} s")
        known = self._t is not None and self._now is not None
        if known and self._t is not None and (self._interrupted or t - self._t > self._settings.max_gap):
            self._begin("unknown", self._t, t)
            self._run = None
        self._interrupted = False
        colour = "flashing" if self._blinker.observe(t, colour) else self._steadied(t, colour)
        same = self._run if self._run is not None and self._run.colour == colour else _Run(colour, t, 0)
        run = self._run = _Run(colour, same.first, same.looks + 1)
        if self._now is not None and colour == self._shown:
            self._supported = t
        elif self._is_sure(run, t):
            self._begin(colour, run.first if colour in LIT else self._known_until(run), t)
        self._t = t
        self._go_on(t)

    def interrupt(self) -> None:
        """The lamp was not observed between the last look and the next, for an unknown time."""
        self._interrupted = True

    def snapshot(self) -> SignalHistory:
        """The history so far, as an immutable value; empty and not armed before the first sure colour."""
        phases = () if self._now is None else (*self._done, self._now)
        colour: LampColour = "unknown" if self._now is None else self._now.colour
        return SignalHistory(self._head, self._source, phases, colour in LIT)

    def _steadied(self, t: float, colour: LampColour) -> LampColour:
        """Fill the pauses of a flickering LED."""
        if colour in LIT:
            self._lit = (t, colour)
        elif colour == "off" and self._lit is not None and t - self._lit[0] <= self._settings.flicker:
            return self._lit[1]
        return colour

    def _is_sure(self, run: _Run, t: float) -> bool:
        """Whether the newest looks, which differ from the head's present state, make a phase."""
        if run.colour in ("unknown", "off"):
            return t - self._known_until(run) > self._settings.bridge
        if run.colour in LIT:
            slow_but_long = run.looks >= 2 and t - run.first >= self._settings.span
            return run.looks >= self._settings.looks or slow_but_long
        return run.colour == "flashing" or run.looks >= self._settings.looks

    def _known_until(self, run: _Run) -> float:
        return run.first if self._now is None else self._supported

    def _begin(self, colour: LampColour, start: float, t: float) -> None:
        """End the current phase at `start` and begin the next."""
        before, shown_before = self._now, self._shown
        self._shown = colour
        observed = before is not None and shown_before in LIT and colour in LIT
        gap = start - self._supported if observed else 0.0
        if before is not None:
            self._done.append(replace(before, end=start))
            if observed and not self._can_follow(before, shown_before, start):
                colour = "fault"
        self._now = Phase(colour, start, t, observed, gap)
        self._supported = t

    def _can_follow(self, before: Phase, shown_before: LampColour, start: float) -> bool:
        """Whether a working signal can change from the phase `before` to the colour shown now."""
        known_whole = before.colour == "amber" and before.onset_observed
        too_short = known_whole and start - before.start < self._settings.min_amber
        return SUCCESSORS[shown_before] == self._shown and not too_short

    def _go_on(self, t: float) -> None:
        """Extend the current phase to `t`, mark a head that stays dark as faulty, forget old phases."""
        if self._now is not None:
            self._now = replace(self._now, end=t)
            if (
                self._now.colour == "off"
                and self._supported == t
                and t - self._now.start > self._settings.dark
            ):
                self._done.append(self._now)
                self._now = Phase("fault", t, t, False, 0.0)
        while self._done and self._done[0].end < t - self._settings.keep:
            self._done.popleft()
