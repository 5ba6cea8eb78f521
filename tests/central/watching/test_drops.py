"""Counters that nodes tell since they started become days; a node started anew loses nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from central.fleet.enrolment import enrol
from central.fleet.models import Camera
from central.fleet.service import note_health
from central.watching import drops
from central.watching.drops import DISPROVED, SUSPICIONS
from contract.local_time import local_day
from contract.reports import CameraHealth, HealthReport
from tests.central.evidence import NODE, enrolment


@pytest.fixture(autouse=True)
def _node(session: Session, now: datetime) -> None:
    enrol(session, enrolment(), now, "test")
    session.flush()
    session.add(Camera(node_id=NODE, id="cam-1", site="s", site_name="S"))
    session.flush()


def told(session: Session, at: datetime, run: str = "run-1", **counts: Any) -> None:
    camera = CameraHealth(id="cam-1", state="online", funnel=counts | {"frames": 1_000})
    figures = {"outbox_packages": 0, "outbox_bytes": 0, "disk_free_bytes": 1}
    note_health(session, HealthReport(node=NODE, session=run, at=at, cameras=(camera,), **figures), at)
    session.flush()
    assert drops.note(session, at) == 1
    session.flush()


def test_counters_become_days(session: Session, now: datetime) -> None:
    told(session, now, suspicions=10, second_look_disproved=4)
    told(session, now + timedelta(minutes=1), suspicions=12, second_look_disproved=5)
    assert drops.note(session, now + timedelta(minutes=2)) == 1  # the same report again counts nothing
    told(session, now + timedelta(minutes=3), run="run-2", suspicions=3)
    told(session, now + timedelta(days=1), run="run-2", suspicions=4, second_look_disproved=1)
    session.flush()
    (both,) = drops.by_camera(session, local_day(now))
    assert both.of == (NODE, "cam-1")
    assert (both.counts[SUSPICIONS], both.counts[DISPROVED]) == (16, 6)
    assert both.share(DISPROVED) == pytest.approx(6 / 16)
    (later,) = drops.by_camera(session, local_day(now) + timedelta(days=1))
    assert (later.counts[SUSPICIONS], later.counts[DISPROVED]) == (1, 1)
    assert "frames" not in both.counts


def test_weeks_begin_on_monday(session: Session, now: datetime) -> None:
    for days in (0, 1, 7):
        told(session, now + timedelta(days=days), run=f"run-{days}", suspicions=2)
    tuesday = local_day(now)
    weeks = drops.by_week(session, tuesday)
    monday = tuesday - timedelta(days=1)
    assert [(week.of, week.counts[SUSPICIONS]) for week in weeks] == [
        (monday, 4),
        (monday + timedelta(days=7), 2),
    ]
    assert weeks[0].share(DISPROVED) == 0.0
    assert drops.Drops("none", weeks[0].counts.__class__()).share(DISPROVED) is None
