"""What a row of the tables of steps is (`central.proceedings.steps`): a step of a track, which may need
something of other tracks (`needs`) and may move them (`effects`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from central.proceedings.dossier import Attempt, Dossier
from central.proceedings.tracks import Actor, Track

Condition = Callable[[Dossier, Attempt], bool]


@dataclass(frozen=True)
class Need:
    """Something that must hold before a step; `code` names what is missing, in the words of
    `problem.<code>`."""

    code: str
    holds: Condition


@dataclass(frozen=True)
class Effect:
    """Another track that a step moves, from one of `sources` (None: from any state), if `when` holds."""

    track: Track
    target: str
    sources: frozenset[str] | None = None
    when: Condition | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One row of a table.

    `events` are what the deadlines count from and are met by; they carry the day the step is said to have
    happened. `form` is the paper that belongs to it, `basis` the article. `reason`: words or a reason code
    must come with it. `today`: it can't be dated back.
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
    """What a step did, all on one day: the tracks it moved (from, to), the events it made, each with its
    track."""

    step: Step
    day: date
    tracks: dict[Track, tuple[str, str]] = field(default_factory=dict)
    events: dict[str, Track] = field(default_factory=dict)

    def reached(self, track: Track) -> str:
        """The state that it moved a track to; empty for a track it did not move."""
        return self.tracks.get(track, ("", ""))[1]
