"""Sends data to the provincial platform: events are stored in the outbox with their cause, counts after each
day; a job sends them one after the other, despite outages, without duplicates or gaps.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from central.dispatches import service as dispatches
from central.dispatches.models import Dispatch
from central.dispatches.service import Message
from central.offences import service as offences
from central.sharing.events import SYSTEM, Counts, Event, Happened, HappenedType
from central.sharing.suppression import told
from contract.local_time import VIETNAM, local_day

SUBJECT = "all"
COUNTED_BACK = 31
"""Number of past days that are counted later if the centre was down."""


def happened(session: Session, case_id: int, kind: HappenedType, key: str, now: datetime) -> None:
    """Stores an event of a case; once for a key."""
    offence = offences.of_case(session, case_id)
    if offence is None:
        return
    data = Happened.model_validate(
        {"day": local_day(now), "rule": offence.rule, "vehicle_class": offence.vehicle_class}
    )
    _keep(session, kind, f"{SYSTEM}:{key}", data.model_dump(mode="json"), now)


def count_days(session: Session, now: datetime) -> int:
    """Stores the counts of every past day that was not counted; returns how many days."""
    done = 0
    for back in range(COUNTED_BACK, 0, -1):
        day = local_day(now) - timedelta(days=back)
        key = f"{SYSTEM}:counted:{day}"
        if dispatches.is_known(session, key):
            continue
        counts = counts_of(session, day)
        if counts.by_site:
            _keep(session, "violations.counted", key, counts.model_dump(mode="json"), now)
            done += 1
    return done


def counts_of(session: Session, day: date) -> Counts:
    """The offences recorded on a day, by site and by hour of the act, without small cells."""
    begins = datetime.combine(day, time(), VIETNAM)
    rows = offences.recorded_between(session, begins, begins + timedelta(days=1))
    sites = Counter((site, rule) for rule, site, _ in rows)
    hours = Counter((f"{at.astimezone(VIETNAM):%H}", rule) for rule, _, at in rows)
    return Counts(day=day, by_site=told(sites), by_hour=told(hours))


def _keep(session: Session, kind: str, key: str, data: dict[str, Any], now: datetime) -> None:
    content = {"id": uuid4().hex, "data": data}
    dispatches.keep(session, Message(SYSTEM, SUBJECT, kind, key, content=content), now)


def event(row: Dispatch, source: str) -> Event:
    """A stored event in the form in which it is sent."""
    return Event.model_validate(
        {
            "id": row.content["id"],
            "source": source,
            "type": row.kind,
            "time": row.at,
            "sequence": row.sequence,
            "data": row.content["data"],
        }
    )
