"""How often two operators who review the same case agree: by person and by rule."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from central.watching.models import SecondReview


@dataclass(frozen=True)
class Agreement:
    """Completed second reviews of one person's decisions, or of one rule.

    `overturned`: settled by a third person against the first decision; `waiting`: not settled yet.
    """

    of: Any
    accepted: int
    accepted_agreed: int
    rejected: int
    rejected_agreed: int
    overturned: int
    waiting: int

    @property
    def compared(self) -> int:
        """How many cases two operators have reviewed."""
        return self.accepted + self.rejected

    @property
    def share(self) -> float | None:
        """The share in which both agreed; None without any."""
        agreed = self.accepted_agreed + self.rejected_agreed
        return agreed / self.compared if self.compared else None


def by_person(session: Session, since: datetime) -> list[Agreement]:
    """Second reviews of each operator's first decisions since then; the most often compared first."""
    return _grouped(session, SecondReview.first_id, since)


def by_rule(session: Session, since: datetime) -> list[Agreement]:
    """How often first and second reviewer agreed since then, rule by rule."""
    return _grouped(session, SecondReview.rule, since)


def _grouped(session: Session, of: Any, since: datetime) -> list[Agreement]:
    agreed = col(SecondReview.state) == "agreed"
    accepted = col(SecondReview.first_verdict) == "accepted"
    parts = (
        accepted,
        accepted & agreed,
        ~accepted,
        ~accepted & agreed,
        col(SecondReview.outcome) == "second",
        col(SecondReview.state) == "disputed",
    )
    compared = col(SecondReview.second_id).is_not(None)
    query = select(of, *(func.count().filter(part) for part in parts)).where(
        compared, col(SecondReview.first_at) >= since
    )
    found = [Agreement(*row) for row in session.exec(query.group_by(of))]
    return sorted(found, key=lambda each: (-each.compared, str(each.of)))
