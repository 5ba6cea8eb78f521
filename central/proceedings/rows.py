"""Rows of the step tables (`central.proceedings.steps`): a step of a track, which may require conditions of
other tracks (`needs`) and may move them (`effects`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from central.proceedings.dossier import Attempt, Dossier
from central.proceedings.tracks import Actor, Track

Condition = Callable[[Dossier, Attempt], bool]


@dataclass(frozen=True)
class Need:
    """A condition that must hold before a step; `code` names the unmet condition, with the text
    `problem.<code>`.
    """

    code: str
    holds: Condition


@dataclass(frozen=True)
class Effect:
    """Another track moved by a step, from one of `sources` (None: from any state), if `when` holds."""

    track: Track
    target: str
    sources: frozenset[str] | None = None
    when: Condition | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One row of a table.

    `events` start and meet deadlines; they have the day on which the step is said to have happened. `form` is
    its paper, `basis` the article. `reason`: a text or reason code is required. `today`: it can't be
    backdated.
    """

    action: str
    track: Track
    sources: frozenset[str]
    target: str
    actors: frozenset[Actor]
    basis: str
    needs: tuple[Need, ...] = ()
    effects: tuple[Effect, ...] = ()
    events: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    form: str | None = None
    reason: bool = False
    today: bool = False


def sources(*states: str) -> frozenset[str]:
    """A set of states, short to write in a table."""
    return frozenset(states)


def by(*actors: Actor) -> frozenset[Actor]:
    """A set of actors, short to write in a table."""
    return frozenset(actors)


@dataclass(frozen=True)
class Moved:
    """Effects of a step, all on one day: the tracks it moved (from, to), the events it created, each with its
    track.
    """

    step: Step
    day: date
    tracks: dict[Track, tuple[str, str]] = field(default_factory=dict)
    events: dict[str, Track] = field(default_factory=dict)

    def reached(self, track: Track) -> str:
        """The state to which it moved a track; empty for a track it did not move."""
        return self.tracks.get(track, ("", ""))[1]
