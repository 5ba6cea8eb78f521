"""Cloned plates (biển số giả, trùng): a lead before any notice goes out, so that nobody pays for a vehicle
that is not theirs.

Two things raise a lead: the seen vehicle is not the registered one in type, make or colour, or the same
plate was seen elsewhere at a time no vehicle could have been at both. A confirmed clone is watched: its
later hits become leads at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.models import Case
from central.cases.queries import get_case, same_plate_elsewhere
from central.proceedings.loading import is_watched
from central.proceedings.models import Proceeding, ProceedingStep, WatchedPlate
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, history, problems_of, take
from central.proceedings.tracks import CaseKind
from central.registry.service import latest_answer
from central.settings import CentralSettings

FASTEST_KMH = 200.0
"""No vehicle is at two places that it would have to drive between faster than this, as the crow flies."""

_WINDOW = timedelta(hours=12)
_EARTH_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """Where a camera stands, in degrees (WGS 84)."""

    latitude: float
    longitude: float


Places = dict[str, Place]
"""Where the sites are, by their id; a site without a known place is compared with none."""


def places_of(settings: CentralSettings) -> Places:
    """Where the sites are, as far as they are configured."""
    return {site: Place(place.latitude, place.longitude) for site, place in settings.sites.items()}


@dataclass(frozen=True)
class Lead:
    """Why a plate may be cloned: a code and its values, for the words of `clone.<code>`."""

    code: str
    values: dict[str, Any]


def impossible(one: tuple[Place, datetime], other: tuple[Place, datetime], slack: timedelta) -> bool:
    """Whether no vehicle could have been at both; `slack` is the uncertainty of both clocks together."""
    apart = distance_km(one[0], other[0])
    hours = (abs(one[1] - other[1]) + slack).total_seconds() / 3600
    return apart > FASTEST_KMH * hours


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance in kilometres."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(north / 2) ** 2
    half += cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def leads(session: Session, case: Case, places: Places) -> list[Lead]:
    """Everything that speaks for a cloned plate in this case."""
    found = []
    if is_watched(session, case.plate):
        found.append(Lead("watched", {"plate": case.plate}))
    found += _differences(session, case)
    found += _elsewhere(session, case, places)
    return found


def _differences(session: Session, case: Case) -> list[Lead]:
    assert case.id is not None
    answer = latest_answer(session, case.id)
    if answer is None or case.mismatch_resolved_by is not None:
        return []
    return [Lead("differs", dict(difference)) for difference in answer.differences]


def _elsewhere(session: Session, case: Case, places: Places) -> list[Lead]:
    here = places.get(case.site)
    if here is None:
        return []
    found = []
    for other in same_plate_elsewhere(session, case, _WINDOW):
        there = places.get(other.site)
        if there is None:
            continue
        if impossible((here, case.occurred_at), (there, other.occurred_at), timedelta(seconds=10)):
            values = {"case": other.id, "site": other.site_name, "km": round(distance_km(here, there))}
            found.append(Lead("elsewhere", values))
    return found


def suspect(session: Session, proceeding: Proceeding, places: Places, now: datetime) -> list[Lead]:
    """Looks for leads and holds the case back if there are any; to be asked before a notice is drawn.

    A lead that somebody has cleared does not come back; a watched plate always does.
    """
    found = leads(session, get_case(session, proceeding.case_id), places)
    cleared = _cleared(session, proceeding)
    found = [lead for lead in found if lead.code == "watched" or _told(lead) not in cleared]
    doing = Doing("suspect_clone", reason="cloned_plate", detail={"leads": [_told(lead) for lead in found]})
    if found and not problems_of(session, proceeding, doing, PROGRAMME, now):
        take(session, proceeding, doing, PROGRAMME, now)
    return found


def _told(lead: Lead) -> dict[str, Any]:
    return {"code": lead.code, **lead.values}


def _cleared(session: Session, proceeding: Proceeding) -> list[dict[str, Any]]:
    """Leads of suspicions that were cleared since."""
    assert proceeding.id is not None
    found: list[dict[str, Any]] = []
    pending: list[dict[str, Any]] = []
    for step in history(session, proceeding.id):
        if step.action == "suspect_clone":
            pending = list(step.detail.get("leads", ()))
        elif step.action == "clear_clone":
            found += pending
    return found


def confirm(session: Session, proceeding: Proceeding, note: str, by: Mover, now: datetime) -> ProceedingStep:
    """The plate is cloned: the case is against somebody unknown, notices are withdrawn, the plate is
    watched."""
    step = take(session, proceeding, Doing("confirm_clone", reason="cloned_plate", note=note), by, now)
    proceeding.kind = CaseKind.CLONED_PLATE
    case = get_case(session, proceeding.case_id)
    if case.plate is not None and not is_watched(session, case.plate):
        session.add(
            WatchedPlate(plate=case.plate, reason=note[:500], case_id=case.id, since=now, by_id=by.person)
        )
    session.flush()
    return step


def end_watch(session: Session, plate: str, by: User, now: datetime) -> int:
    """The clone was caught, or there was none: the plate is handled like any other again. Returns how many
    ended."""
    query = select(WatchedPlate).where(WatchedPlate.plate == plate, col(WatchedPlate.ended_at).is_(None))
    rows = session.exec(query).all()
    for row in rows:
        row.ended_at = now
    audit.record(session, f"user:{by.username}", "plate.end_watch", f"plate:{plate}", {"ended": len(rows)})
    return len(rows)


def watched(session: Session) -> list[WatchedPlate]:
    """Plates that are watched now, the newest first."""
    query = select(WatchedPlate).where(col(WatchedPlate.ended_at).is_(None))
    return list(session.exec(query.order_by(col(WatchedPlate.id).desc())))
