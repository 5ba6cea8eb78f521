"""Who may sign what (thẩm quyền xử phạt): Law Art 52 and 54, NĐ 168/2024 Art 41, 43 and 50.2. Pure.

The limit of a title is compared with the top of the band of every act of the decision; for an organisation
both double, so the comparison is the same. A decision with points requires a signer who may suspend licences.
The commune's police sign only what is on their list. A deputy signs only by a written delegation, with the
power of the giver; the deputy's own lower title does not prevent this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from configs.law_tables import LawBook, LawError


@dataclass(frozen=True)
class Act:
    """The content of a signature: the article, the top of the band for an individual, points, whether a plate
    is confiscated.
    """

    article: str
    fine_max: int
    points: int


@dataclass(frozen=True)
class Power:
    """A power to sign: a title, in person or by a delegation (number), valid from one day to another.

    `id` is its number in the register, `delegated_by` the person who gave the delegation.
    """

    title: str
    delegation: str | None = None
    valid_from: date = date.min
    valid_to: date | None = None
    id: int | None = field(default=None, compare=False)
    delegated_by: int | None = field(default=None, compare=False)

    def holds(self, day: date) -> bool:
        """True if the title or delegation is valid on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def signing_problem(
    book: LawBook, power: Power | None, acts: Iterable[Act], day: date, *, organisation: bool = False
) -> str | None:
    """Why this power is not sufficient, as a problem code; None if it is.

    One act above it requires a higher signer for the whole file.
    """
    if power is None or not power.holds(day):
        return "no_power"
    try:
        row = book.signer(power.title, day)
    except LawError:
        return "no_power"
    for act in acts:
        if act.fine_max > row.limit:
            return "above_limit"
        if act.points and not organisation and not row.licence:
            return "points_above_power"
        if row.acts is not None and not book.in_list(row.acts, act.article):
            return "act_not_listed"
    return None


def reaching(
    book: LawBook, powers: Sequence[Power], acts: Sequence[Act], day: date, *, organisation: bool = False
) -> tuple[Power, ...]:
    """The person's powers that cover all of these acts."""
    return tuple(
        power
        for power in powers
        if signing_problem(book, power, acts, day, organisation=organisation) is None
    )


def power_used(
    book: LawBook, powers: Sequence[Power], acts: Sequence[Act], day: date, *, organisation: bool = False
) -> Power | None:
    """The power used for these acts unless the person chooses: the first that covers them, own titles before
    delegations; the first of all if none does, None if they hold none.
    """
    found = reaching(book, powers, acts, day, organisation=organisation) or tuple(powers)
    return found[0] if found else None
