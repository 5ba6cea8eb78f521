"""Letters of incidents that are still to be sent: counted for the menu, and told by an alarm in the last
quarter of their time, then once more when it has run out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.alarms import service as alarms
from central.incidents.models import Incident
from central.incidents.service import Letter, due_at, open_ones, to_send
from contract.local_time import VIETNAM
from contract.reasons import Reason, reason

NEAR, LATE = "centre.incident_near", "centre.incident_late"
LAST_PART = 4
"""A letter presses in the last quarter of its time: 6 of 24 hours, 18 of 72."""


@dataclass(frozen=True)
class Waiting:
    """How many incidents have a letter to be sent, and whether there is an alarm for one of them."""

    incidents: int
    presses: bool


def waiting(session: Session) -> Waiting:
    """What the menu tells those who handle incidents."""
    pressing = any(alarms.is_open(session, alarms.CENTRE, kind) for kind in (NEAR, LATE))
    return Waiting(len(open_ones(session)), pressing)


def _presses(row: Incident, letter: Letter, now: datetime) -> bool:
    due = due_at(row, letter)
    return now >= due - (due - row.found_at) / LAST_PART


def look(session: Session, now: datetime) -> None:
    """Raises the alarms of letters that press, and ends those of letters that were sent or need not be."""
    told: dict[str, dict[str, Reason]] = {NEAR: {}, LATE: {}}
    for row in open_ones(session):
        for letter in to_send(row):
            if _presses(row, letter, now):
                kind = LATE if now > due_at(row, letter) else NEAR
                told[kind][f"incident:{row.id}:{letter}"] = _reason(kind, row, letter)
    for kind, pressing in told.items():
        alarms.clear_others(session, alarms.CENTRE, kind, pressing, now)
        for subject, why in pressing.items():
            if not alarms.is_open(session, alarms.CENTRE, kind, subject):
                alarms.raise_alarm(session, alarms.CENTRE, why, now, subject)


def _reason(kind: str, row: Incident, letter: Letter) -> Reason:
    due = due_at(row, letter).astimezone(VIETNAM)
    words = {"incident_letter": letter, "clock": f"{due:%H:%M}", "day": f"{due:%Y-%m-%d}"}
    return reason(kind, incident=row.id or 0, **words)
