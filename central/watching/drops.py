"""Findings that nodes discarded before they became evidence: suspicions that the second check disproved, or
that were rejected because the picture was frozen. Nodes report counters since their start; here they are
converted to daily counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from central.fleet import service as fleet
from central.watching.models import CameraDrops
from contract.local_time import local_day, monday_of

VEHICLES, SUSPICIONS, NOT_BELIEVED = "vehicles", "suspicions", "findings_not_believed"
DISPROVED, DOUBTED, NOT_POSSIBLE = (
    "second_look_disproved",
    "second_look_doubted",
    "second_look_not_possible",
)
COUNTERS = (VEHICLES, SUSPICIONS, NOT_BELIEVED, DISPROVED, DOUBTED, NOT_POSSIBLE)
"""Steps of a camera's funnel that are stored."""


@dataclass(frozen=True)
class Drops:
    """Counts of a camera, or of all cameras in a week."""

    of: Any
    counts: Counter[str]

    def share(self, counter: str) -> float | None:
        """The share of its suspicions; None without any."""
        suspicions = self.counts[SUSPICIONS]
        return self.counts[counter] / suspicions if suspicions else None


def note(session: Session, now: datetime) -> int:
    """Stores each camera's counts since the last call; returns how many cameras have reported. A restarted
    node counts from zero again.
    """
    noted = 0
    for record in fleet.latest_health(session):
        for camera in record.report["cameras"]:
            _note(session, record.node_id, camera, record.report["session"], local_day(now))
            noted += 1
    return noted


def by_camera(session: Session, since: date) -> list[Drops]:
    """Since that day, by camera (node and name), the most disproved first."""
    found = _summed(session, since, lambda row: (row.node_id, row.camera_id))
    return sorted(found, key=lambda each: (-(each.share(DISPROVED) or 0.0), each.of))


def by_week(session: Session, since: date) -> list[Drops]:
    """All cameras together by the Monday of the week, the oldest first."""
    found = _summed(session, since, lambda row: monday_of(row.day))
    return sorted(found, key=lambda each: each.of)


def _summed(session: Session, since: date, of: Any) -> list[Drops]:
    sums: dict[Any, Counter[str]] = {}
    for row in session.exec(select(CameraDrops).where(col(CameraDrops.day) >= since)):
        sums.setdefault(of(row), Counter()).update(row.counts)
    return [Drops(of, counts) for of, counts in sums.items()]


def _note(session: Session, node: str, camera: Mapping[str, Any], run: str, today: date) -> None:
    told = {name: int(camera["funnel"].get(name, 0)) for name in COUNTERS}
    here = (CameraDrops.node_id == node, CameraDrops.camera_id == camera["id"])
    last = session.exec(
        select(CameraDrops).where(*here).order_by(col(CameraDrops.day).desc()).limit(1)
    ).first()
    before = last.told if last is not None and last.run == run else {}
    row = last
    if row is None or row.day != today:
        row = CameraDrops(node_id=node, camera_id=camera["id"], day=today, run=run)
        session.add(row)
    row.counts = dict(Counter(row.counts) + Counter(dict(_grown(before, told))))
    row.run, row.told = run, told


def _grown(before: Mapping[str, int], told: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for name, count in told.items():
        known = before.get(name, 0)
        yield name, count - known if count >= known else count
