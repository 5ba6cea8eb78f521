"""Hours with and without a picture, from the nodes' reports to the leaders' line."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from central.audit import service as audit
from central.fleet import service as fleet
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, CameraDay
from central.reports import service
from contract.local_time import local_day
from contract.reports import HealthReport
from tests.central.evidence import enrolment
from tests.central.reports.test_service import AFTER, WEEK, lines, take


def known(session: Session, now: datetime) -> None:
    """A node with one camera."""
    enrol(session, enrolment(), now, "test")
    session.merge(Camera(node_id="nut-1", id="cam-1", site="s", site_name="S"))
    session.flush()


def report(at: datetime, state: str) -> HealthReport:
    """What a node with two cameras tells: one works, one is as told."""
    cameras = [
        {"id": "cam-1", "state": "online", "fps": 25.0, "frames": 1, "armed": True, "funnel": {}},
        {"id": "nowhere", "state": "online", "fps": 25.0, "frames": 1, "armed": True, "funnel": {}},
    ]
    cameras[0]["state"] = state
    values = {"node": "nut-1", "session": "s", "at": at, "cameras": cameras, "alarms": []}
    return HealthReport.model_validate(
        values | {"outbox_packages": 0, "outbox_bytes": 0, "disk_free_bytes": 1}
    )


def test_time_between_reports_counts_while_there_is_a_picture(session: Session, now: datetime) -> None:
    known(session, now)
    for minutes, state in ((0, "online"), (1, "online"), (2, "offline"), (3, "online"), (60, "online")):
        fleet.note_health(
            session, report(now + timedelta(minutes=minutes), state), now + timedelta(minutes=minutes)
        )
    session.flush()
    (row,) = session.exec(select(CameraDay)).all()
    assert (row.camera_id, row.day, row.seen_seconds) == ("cam-1", local_day(now), 60 + 60 + 180)


def test_the_share_of_hours_is_told_with_what_lacks(session: Session, now: datetime) -> None:
    known(session, now)
    day = timedelta(days=1)
    for which in (WEEK.first - 2 * day, WEEK.first - day, WEEK.first, WEEK.first + day):
        session.add(CameraDay(node_id="nut-1", camera_id="cam-1", day=which, seen_seconds=86_400))
    session.flush()
    told = service.content_of(take(session, now + AFTER))
    assert lines(told, "availability") == {(): (round(2 / 7, 4), 1.0, None, round(3 / 8, 4))}
    assert lines(told, "hours_without_picture") == {(): (120.0, 0.0, None, 120.0)}


def test_a_backup_s_age_is_told_and_none_where_there_is_none(session: Session, now: datetime) -> None:
    audit.record(session, "cli", "centre.backup", "backup:x", {})
    session.commit()
    told = service.content_of(take(session, now + AFTER))
    ages = {key: lines(told, key)[()][0] for key in ("hours_since_backup", "hours_since_restore")}
    assert ages["hours_since_restore"] is None
    assert ages["hours_since_backup"] is not None
