"""What a law table no longer answers that an earlier one did: rows dropped, and days left without a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel

from configs.law_rows import DatedRow, Day, Deadline, Finding, Offence, Row, Signer


@dataclass(frozen=True)
class Missing:
    """A row of the earlier table that no row of the later one stands in for, on days `first` to `last` (both
    included; `date.min` and `date.max`: always, for rows without days).
    """

    row: Row
    first: date = date.min
    last: date = date.max


def missing_rows(before: BaseModel, after: BaseModel) -> list[Missing]:
    """What `before` answers and `after`, a table of the same kind, does not."""
    found: list[Missing] = []
    for part, rows in before:
        if not isinstance(rows, tuple) or not rows or not isinstance(rows[0], Row):
            continue
        later = getattr(after, part)
        if isinstance(rows[0], DatedRow):
            found += _days_without(rows, later)
        else:
            kept = {_subject(row) for row in later}
            found += [Missing(row) for row in rows if _subject(row) not in kept]
    return found


def _subject(row: Row) -> tuple[object, ...]:
    """What an undated row is about; rows with the same stand in for each other."""
    match row:
        case Finding():
            return ("finding", row.rule, tuple(sorted(row.facts.items())))
        case Day():
            return ("day", row.day)
    return tuple(getattr(row, name) for name in ("act", "code") if hasattr(row, name))


def _questions(row: DatedRow) -> list[tuple[object, ...]]:
    """What a dated row answers: one of any road answers for both kinds of road."""
    match row:
        case Offence():
            places = ("ordinary", "expressway") if row.place == "any" else (row.place,)
            return [(row.act, row.vehicle, row.party, place) for place in places]
        case Deadline():
            return [(row.code,)]
        case Signer():
            return [(row.title,)]
    return [()]


def _days_without(before: Iterable[DatedRow], after: Iterable[DatedRow]) -> Iterable[Missing]:
    answered: dict[tuple[object, ...], list[DatedRow]] = {}
    for row in after:
        for question in _questions(row):
            answered.setdefault(question, []).append(row)
    for row in before:
        gaps = (_gaps(row, answered.get(question, ())) for question in _questions(row))
        for first, last in sorted(set().union(*gaps)):
            yield Missing(row, first, last)


def _gaps(row: DatedRow, others: Iterable[DatedRow]) -> set[tuple[date, date]]:
    """The days of a row on which none of the others is in force."""
    found, first, last = set(), row.valid_from, row.valid_to or date.max
    for other in sorted(others, key=lambda each: each.valid_from):
        if not row.overlaps(other):
            continue
        if other.valid_from > first:
            found.add((first, other.valid_from - timedelta(days=1)))
        if other.valid_to is None:
            return found
        first = max(first, other.valid_to + timedelta(days=1))
    if first <= last:
        found.add((first, last))
    return found
