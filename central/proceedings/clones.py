"""Cloned plates (biển số giả, trùng): leads are checked before any notice is sent, so that nobody pays for
another vehicle.

Two things raise a lead: the seen vehicle is not the registered one in type, make or colour, or the same
plate was seen elsewhere at a time no vehicle could have been at both. A confirmed clone is watched: its
later hits become leads at once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.cases.models import Case
from central.cases.queries import cases_by_id, get_case, same_plate_elsewhere
from central.errors import InvalidError, NotFoundError
from central.jobs import queue as jobs
from central.proceedings.loading import is_watched
from central.proceedings.models import Proceeding, ProceedingStep, TrackState, WatchedPlate
from central.proceedings.people import PROGRAMME, Mover
from central.proceedings.service import Doing, history, lock, of_case, problems_of, take
from central.proceedings.tracks import CaseKind, Track
from central.registry.service import latest_answer
from central.settings import CentralSettings

FASTEST_KMH = 200.0
"""Two sightings are impossible for one vehicle if it had to drive faster than this between them, as the crow
flies.
"""

LOOK = "proceedings.look_for_clone"
"""Kind of job; its key is the case's id."""

_WINDOW = timedelta(hours=12)
_EARTH_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """Position of a camera, in degrees (WGS 84)."""

    latitude: float
    longitude: float


Places = dict[str, Place]
"""Positions of the sites by their id; a site without one is not compared."""


def places_of(settings: CentralSettings) -> Places:
    """Positions of the sites, as far as they are configured."""
    return {site: Place(place.latitude, place.longitude) for site, place in settings.sites.items()}


@dataclass(frozen=True)
class Lead:
    """Why a plate may be cloned: a code and its values, for the text `clone.<code>`."""

    code: str
    values: dict[str, Any]


def impossible(one: tuple[Place, datetime], other: tuple[Place, datetime], slack: timedelta) -> bool:
    """Whether no vehicle could have been at both places; `slack` is the uncertainty of both clocks
    together.
    """
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
    """Everything that indicates a cloned plate in this case."""
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
            minutes = round((other.occurred_at - case.occurred_at).total_seconds() / 60)
            values = {"case": other.id, "site": other.site_name, "km": round(distance_km(here, there))}
            values["minutes"] = minutes
            found.append(Lead("elsewhere", values))
    return found


def suspect(session: Session, proceeding: Proceeding, places: Places, now: datetime) -> list[Lead]:
    """Looks for leads and holds the case back if there are any; called before a notice is drawn up.

    A lead cleared by a person does not return; that of a watched plate always does.
    """
    found = leads(session, get_case(session, proceeding.case_id), places)
    cleared = _cleared(session, proceeding)
    found = [lead for lead in found if lead.code == "watched" or _told(lead) not in cleared]
    doing = Doing("suspect_clone", reason="cloned_plate", detail={"leads": [_told(lead) for lead in found]})
    if found and not problems_of(session, proceeding, doing, PROGRAMME, now):
        take(session, proceeding, doing, PROGRAMME, now)
        for other in (lead.values["case"] for lead in found if lead.code == "elsewhere"):
            jobs.enqueue(session, LOOK, str(other), {"case": other}, now)
    return found


def look(session: Session, case_id: int, places: Places, now: datetime) -> None:
    """Checks a case whose plate was seen elsewhere since: it is not known yet which of the two is the
    clone.
    """
    proceeding = of_case(session, case_id)
    if proceeding is not None:
        suspect(session, lock(session, proceeding.id or 0), places, now)


def _told(lead: Lead) -> dict[str, Any]:
    return {"code": lead.code, **lead.values}


def told_of(steps: Sequence[ProceedingStep]) -> list[Lead]:
    """The leads behind the last suspicion in a case's history; none if a person suspected it in words."""
    last = next((step for step in reversed(steps) if step.action == "suspect_clone"), None)
    told = last.detail.get("leads", ()) if last is not None else ()
    return [Lead(lead["code"], {name: lead[name] for name in lead if name != "code"}) for lead in told]


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
    """Confirms that the plate is cloned: the case is against an unknown person, notices are withdrawn, the
    plate is watched.
    """
    step = take(session, proceeding, Doing("confirm_clone", reason="cloned_plate", note=note), by, now)
    proceeding.kind = CaseKind.CLONED_PLATE
    case = get_case(session, proceeding.case_id)
    if case.plate is not None and not is_watched(session, case.plate):
        session.add(
            WatchedPlate(plate=case.plate, reason=note[:500], case_id=case.id, since=now, by_id=by.person)
        )
    session.flush()
    return step


def end_watch(session: Session, watch_id: int, reason: str, by: User, now: datetime) -> WatchedPlate:
    """The clone was caught, or there was none: the plate is handled like any other again. A person must clear
    the cases that remain suspected.

    Raises:
        NotFoundError: no such watch, or it has ended.
        InvalidError: no reason.
    """
    query = select(WatchedPlate).where(WatchedPlate.id == watch_id, col(WatchedPlate.ended_at).is_(None))
    row = session.exec(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("watched_plate", id=watch_id)
    if not reason.strip():
        raise InvalidError("watch_reason", field="reason")
    row.ended_at = now
    detail = {"watch": watch_id, "reason": reason.strip()[:500]}
    audit.record(session, by.actor, "plate.end_watch", f"plate:{row.plate}", detail)
    return row


def watched(session: Session, limit: int = 500) -> list[WatchedPlate]:
    """Plates that are watched now, the newest first."""
    query = select(WatchedPlate).where(col(WatchedPlate.ended_at).is_(None))
    return list(session.exec(query.order_by(col(WatchedPlate.id).desc()).limit(limit)))


def watches_of(session: Session, plate: str) -> list[WatchedPlate]:
    """When and why a plate was watched, the oldest first."""
    query = select(WatchedPlate).where(WatchedPlate.plate == plate)
    return list(session.exec(query.order_by(col(WatchedPlate.id))))


def held_back(session: Session, limit: int = 5000) -> Counter[str]:
    """Cases under suspicion now, by plate."""
    joined = select(Proceeding.case_id).join(TrackState, col(TrackState.proceeding_id) == col(Proceeding.id))
    suspected = joined.where(TrackState.track == Track.CLONE, TrackState.state == "suspected")
    cases = cases_by_id(session, session.exec(suspected.limit(limit)).all())
    return Counter(case.plate for case in cases.values() if case.plate is not None)
