"""Viewing times of reviewers (thời gian xem): shortest, 10th percentile and median, and decisions that were
too fast."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.cases import looks
from central.cases.looks import STEP_MS, Look
from central.watching import rules


@dataclass(frozen=True)
class Looks:
    """One person's viewing times, in seconds, each rounded down to a quarter.

    `measured` of `decided` decisions came from a screen; `too_short` of those were below the bound.
    """

    person: int
    decided: int
    measured: int
    shortest: float
    tenth: float
    median: float
    too_short: int

    @property
    def short_share(self) -> float:
        """The share of measured decisions that were too fast."""
        return self.too_short / self.measured


def by_person(session: Session, since: datetime) -> list[Looks]:
    """Everybody with measured decisions since then; the most often too fast first."""
    bound = rules.present(session).shortest_look
    classes: dict[int, dict[int, int]] = defaultdict(dict)
    unmeasured: dict[int, int] = defaultdict(int)
    for person, step, count in looks.counted(session, since):
        if step is None:
            unmeasured[person] += count
        else:
            classes[person][step] = count
    found = [_looks(person, counts, unmeasured[person], bound) for person, counts in classes.items()]
    return sorted(found, key=lambda each: (-each.short_share, -each.measured, each.person))


def too_short(session: Session, since: datetime, limit: int = 50) -> list[Look]:
    """Decisions after too short a viewing time, the latest first."""
    return looks.shorter_than(session, since, round(rules.present(session).shortest_look * 1000), limit)


def _looks(person: int, counts: dict[int, int], unmeasured: int, bound: float) -> Looks:
    measured = sum(counts.values())
    return Looks(
        person=person,
        decided=measured + unmeasured,
        measured=measured,
        shortest=min(counts) * STEP_MS / 1000,
        tenth=_quantile(counts, measured * 0.1),
        median=_quantile(counts, measured * 0.5),
        too_short=sum(count for step, count in counts.items() if step * STEP_MS < bound * 1000),
    )


def _quantile(counts: dict[int, int], rank: float) -> float:
    """The class of the decision with that rank, in seconds."""
    passed = 0
    for step in sorted(counts):
        passed += counts[step]
        if passed >= rank:
            return step * STEP_MS / 1000
    raise AssertionError("the rank is within the counts")
