"""Searches by plate (tra cứu lịch sử một phương tiện): each requires a purpose and a file number, and is
reviewed every month by somebody who doesn't search (DP-19).

A vehicle's movements are sensitive personal data (dữ liệu cá nhân nhạy cảm).
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.alarms import service as alarms
from central.audit import service as audit
from central.audit.models import AuditEntry
from central.cases import queries
from central.cases.errors import ReasonRequiredError
from central.cases.models import Case
from central.cases.queries import CaseFilter
from central.errors import ConflictError, InvalidError
from central.searches.models import SearchReview
from contract.local_time import bounds_of_days, local_day
from contract.plates import normalise, strange_characters
from contract.reasons import reason

SearchPurpose = Literal["record", "complaint", "cloned_plate", "investigation"]
"""Purpose of a vehicle search: for the proceedings, a complaint, a plate that seems cloned, at the written
request of an investigating body.
"""

ACTION = "case.search"
READ = "search.read"
OVERDUE = "centre.searches_unreviewed"
LEAST_TYPED, LEAST_OF_PART = 3, 4
"""Fewest characters of a plate's beginning, and of a part from its middle or end: fewer would list half a
province.
"""
_BEGINNING = re.compile(r"\d\d[^\W\d]|[^\W\d]{2}\d")
"""Province and letter as every civil plate begins, or a military plate's letters."""
DUE_DAY = 10
"""Day of the month by which the previous month's searches must be reviewed."""


@dataclass(frozen=True)
class Search:
    """The plate searched for, the purpose, and the file number."""

    plate: str
    purpose: SearchPurpose
    file: str


@dataclass(frozen=True)
class Month:
    """The searches of one month, the latest first, with the review if there is one."""

    first: date
    searches: list[AuditEntry]
    review: SearchReview | None

    @property
    def name(self) -> str:
        """The month as stored."""
        return f"{self.first:%Y-%m}"


def search(
    session: Session, user: User, wanted: Search, before: int | None, limit: int, *, with_police: bool
) -> list[Case]:
    """Cases whose plate starts with these characters, or contains them if no plate starts so (what a witness
    saw of it), newest first; the search is audited.

    Raises:
        InvalidError: no file number, too few characters of a plate, or characters that no plate has.
    """
    file = wanted.file.strip()
    if not any(character.isdigit() for character in file):
        raise InvalidError("file_number", field="file")
    plate = normalise(wanted.plate)
    if strange := strange_characters(wanted.plate):
        raise InvalidError("plate_characters", field="plate", characters=strange)
    from_start = _BEGINNING.match(plate) is not None
    least = LEAST_TYPED if from_start else LEAST_OF_PART
    if len(plate) < least:
        raise InvalidError("plate_short", field="plate", n=least)
    detail = {"plate": plate, "purpose": wanted.purpose, "reference": file}
    audit.record(session, user.actor, ACTION, "case:search", detail)
    asked = CaseFilter(with_police=with_police)
    asked = replace(asked, plate=plate) if from_start else replace(asked, plate_part=plate)
    return queries.list_cases(session, asked, before, limit)


def month_of(session: Session, day: date) -> Month:
    """The searches of the month of that day."""
    first, last = _bounds(day)
    since, until = bounds_of_days(first, last)
    found = audit.of_action(session, ACTION, since, until)
    return Month(first, found, session.get(SearchReview, f"{first:%Y-%m}"))


def read_month(session: Session, reader: User, day: date) -> Month:
    """`month_of` for a person: it contains plates, so reading it is audited."""
    month = month_of(session, day)
    detail = {"month": month.name, "searches": len(month.searches)}
    audit.record(session, reader.actor, READ, "case:search", detail)
    return month


def confirm(
    session: Session, supervisor: User, day: date, doubtful: int, note: str, now: datetime
) -> SearchReview:
    """Records a supervisor's review of a month that has ended.

    Raises:
        ConflictError: the month has not ended, was already reviewed, or contains a search of the supervisor.
        InvalidError: more doubtful searches than there were.
        ReasonRequiredError: doubtful ones without a note.
    """
    month = month_of(session, day)
    if _bounds(day)[1] >= local_day(now):
        raise ConflictError("month_goes_on")
    if month.review is not None:
        raise ConflictError("month_reviewed")
    if any(entry.actor == supervisor.actor for entry in month.searches):
        raise ConflictError("own_searches")
    if not 0 <= doubtful <= len(month.searches):
        raise InvalidError("doubtful", field="doubtful", n=len(month.searches))
    if doubtful and not note.strip():
        raise ReasonRequiredError("note", field="note")
    assert supervisor.id is not None
    review = SearchReview(
        month=month.name,
        searches=len(month.searches),
        doubtful=doubtful,
        note=note.strip()[:1000],
        reviewed_by=supervisor.id,
        reviewed_at=now,
    )
    session.add(review)
    detail = {"month": month.name, "searches": review.searches, "doubtful": doubtful}
    audit.record(session, supervisor.actor, "search.review", "case:search", detail)
    alarms.clear(session, alarms.CENTRE, [OVERDUE], now, month.name)
    return review


def watch(session: Session, now: datetime) -> bool:
    """Raises an alarm if the previous month had searches that nobody has reviewed in time."""
    today = local_day(now)
    month = month_of(session, today.replace(day=1) - timedelta(days=1))
    late = today.day > DUE_DAY and bool(month.searches) and month.review is None
    if late:
        why = reason(OVERDUE, month=month.name, searches=len(month.searches))
        alarms.raise_alarm(session, alarms.CENTRE, why, now, month.name)
    return late


def reviews(session: Session, limit: int = 24) -> list[SearchReview]:
    """Reviewed months, the latest first."""
    return list(session.exec(select(SearchReview).order_by(col(SearchReview.month).desc()).limit(limit)))


def _bounds(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
