"""The lamp's timeline, drawn as SVG by the server: the same everywhere, without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.manifest import SignalEvidence

WIDTH, HEIGHT = 1000, 64
_BEFORE, _AFTER = timedelta(seconds=6), timedelta(seconds=4)


@dataclass(frozen=True)
class Band:
    """One lamp colour on the timeline, in SVG units; `label` is its length in seconds where there is room."""

    colour: str
    x: float
    width: float
    seconds: float
    open_start: bool


@dataclass(frozen=True)
class Tick:
    """A moment on the timeline: a still, or the crossing itself (`kind` is the still's role or `event`)."""

    kind: str
    x: float
    seconds: float


@dataclass(frozen=True)
class Timeline:
    """The data the template draws: bands of colour, ticks, one-second marks."""

    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    seconds: tuple[Tick, ...]


def lamp_timeline(
    signal: SignalEvidence | None, occurred_at: datetime, moments: Sequence[tuple[str, datetime]]
) -> Timeline | None:
    """The lamp around the violation, with the moments of the stills; None if no lamp applies."""
    if signal is None or not signal.phases:
        return None
    times = [moment for _, moment in moments]
    start = min([*times, occurred_at - _BEFORE])
    end = max([*times, occurred_at + _AFTER])
    span = (end - start).total_seconds()

    def place(moment: datetime) -> float:
        inside = min(max(moment, start), end)
        return round((inside - start).total_seconds() / span * WIDTH, 1)

    bands = tuple(
        Band(
            phase.colour,
            place(phase.start),
            round(place(phase.end) - place(phase.start), 1),
            (phase.end - phase.start).total_seconds(),
            not phase.onset_observed,
        )
        for phase in signal.phases
        if phase.end > start and phase.start < end
    )
    ticks = [Tick(kind, place(at), (at - occurred_at).total_seconds()) for kind, at in moments]
    first = int((start - occurred_at).total_seconds())
    last = int((end - occurred_at).total_seconds())
    seconds = tuple(
        Tick("second", place(occurred_at + timedelta(seconds=s)), s) for s in range(first, last + 1)
    )
    return Timeline(bands, (*ticks, Tick("event", place(occurred_at), 0.0)), seconds)
