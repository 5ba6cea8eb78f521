"""A case as the step tables see it: track states, days, people, the device, the law on the acts. Pure
values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from central.proceedings.signers import Act, Power
from central.proceedings.tracks import START, Actor, CaseKind, Track
from configs.law_tables import LawBook


class Residence(StrEnum):
    """Where the person lives, as far as it matters: in this area, in this province, or in another."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    OTHER_PROVINCE = "other_province"


@dataclass(frozen=True)
class Limits:
    """Last days that bind a step; None where the deadline does not run."""

    limitation: date
    appearance: date | None = None
    explanation: date | None = None
    explanation_oral: date | None = None
    decision: date | None = None
    payment: date | None = None
    complaint: date | None = None
    complaint_second: date | None = None
    court: date | None = None
    enforcement: date | None = None


@dataclass(frozen=True)
class Money:
    """The fine and what was paid, in dong. `late_fee` is the fee accrued up to today."""

    fine: int = 0
    paid: int = 0
    late_fee: int = 0

    @property
    def owed(self) -> int:
        """The amount still to pay today."""
        return max(0, self.fine + self.late_fee - self.paid)

    @property
    def beyond(self) -> int:
        """The overpaid amount."""
        return max(0, self.paid - self.fine - self.late_fee)


@dataclass(frozen=True)
class Dossier:
    """All facts used by the tables.

    `device_valid`: approved, certified and signposted when the pictures were taken; `device_users`: the
    people appointed and trained for it then. `acts` are the offences a decision would cover; `confiscates`:
    one of them has the plate confiscated. `violator_known`: the person to be fined is named.
    `requalified_by`: who proposes another act. `decided_by`: who signed the decision. `states` holds the
    case's tracks and those of its decision in force.
    """

    kind: CaseKind
    captured_on: date
    limits: Limits
    book: LawBook
    states: Mapping[Track, str] = field(default_factory=lambda: dict(START))
    days: Mapping[str, date] = field(default_factory=dict)
    operator_id: int | None = None
    officer_id: int | None = None
    device_valid: bool = False
    device_users: frozenset[int] = frozenset()
    acts: tuple[Act, ...] = ()
    owner_known: bool = False
    violator_known: bool = False
    organisation: bool = False
    explanation_opens: bool = False
    points: int = 0
    confiscates: bool = False
    requalified_by: int | None = None
    residence: Residence = Residence.HERE
    plate_watched: bool = False
    money: Money = Money()
    relief_open: frozenset[str] = frozenset()
    decided_by: int | None = None

    def at(self, track: Track) -> str:
        """The state of a track."""
        return self.states[track]

    def is_at(self, track: Track, *states: str) -> bool:
        """True if the track is at one of the states."""
        return self.states[track] in states


@dataclass(frozen=True)
class Attempt:
    """An attempt to take a step: by whom, in which roles, by which powers to sign, for which day, today, with
    a reason.
    """

    person: int | None
    actors: frozenset[Actor]
    day: date
    today: date
    powers: tuple[Power, ...] = ()
    reason: bool = False
    detail: Mapping[str, str] = field(default_factory=dict)
