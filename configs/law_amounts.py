"""Amounts of fines (mức phạt): pure arithmetic over a band, the person and the circumstances.

Amounts in dong.

Law on Administrative Violations Art 3.1.e (organisations twice), 23.4 (middle of the band), 9-10 with NĐ
118/2021 Art 9 as amended by NĐ 68/2025 (one circumstance: halfway to the end; two or more: the end; they
offset one another), 134.3 (minors), 78.1 with TT 18/2023/TT-BTC Art 5 (late fee).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from configs.law_rows import Effect, Sanctions


@dataclass(frozen=True)
class Person:
    """The facts about the fined person that affect the amount; `birth` is None for organisations and if
    unknown."""

    organisation: bool = False
    birth: date | None = None

    def age_on(self, day: date) -> int | None:
        """Full years on that day."""
        if self.birth is None:
            return None
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True)
class Band:
    """The lowest and highest fine for one act by one person."""

    low: int
    high: int

    def holds(self, fine: int) -> bool:
        """True if the fine lies in the band."""
        return self.low <= fine <= self.high


def band_for(low: int, high: int, person: Person, act_day: date, rules: Sanctions) -> Band:
    """The band of a row (for an individual) adjusted to this person; (0, 0) for those who can only be
    warned."""
    if person.organisation:
        factor = rules.organisation_factor * rules.area_factor
        return Band(round(low * factor), round(high * factor))
    low, high = round(low * rules.area_factor), round(high * rules.area_factor)
    age = person.age_on(act_day)
    if age is None or age >= rules.adult_age:
        return Band(low, high)
    if age < rules.fined_from_age:
        return Band(0, 0)
    share = rules.minor_share_percent
    return Band(low * share // 100, high * share // 100)


def steps_from_middle(effects: Iterable[Effect]) -> int:
    """How far circumstances move the fine: −2 the lowest, −1, 0 the middle, +1, +2 the highest."""
    found = list(effects)
    balance = found.count("aggravating") - found.count("mitigating")
    return max(-2, min(2, balance))


def usual_fine(band: Band, effects: Iterable[Effect] = ()) -> int:
    """The fine that follows from the circumstances: in fourths of the band from the lowest to the highest."""
    return band.low + (band.high - band.low) * (steps_from_middle(effects) + 2) // 4


def allowed_fines(band: Band, effects: Iterable[Effect] = ()) -> Band:
    """The fines that a signer may choose under these circumstances: one amount, or the range beside the
    middle."""
    steps = steps_from_middle(effects)
    middle = (band.low + band.high) // 2
    if steps == -1:
        return Band(band.low, middle)
    if steps == 1:
        return Band(middle, band.high)
    exact = usual_fine(band, effects)
    return Band(exact, exact)


def may_explain(band_high: int, person: Person, rules: Sanctions, *, suspension: bool = False) -> bool:
    """Whether the right to explain (giải trình, Art 61) opens; `band_high` is the top of the band for an
    individual."""
    if suspension:
        return True
    if person.organisation:
        return band_high * rules.organisation_factor >= rules.explain_from_organisation
    return band_high >= rules.explain_from


def points_of(points: Iterable[int], person: Person) -> int:
    """Points one decision deducts: the highest of its acts (NĐ 168/2024 Art 50.1.b); an organisation has
    no licence."""
    return 0 if person.organisation else max(points, default=0)
