"""What the centre knows of its nodes: births, late wills, health, silence, alarms, keys."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from central.alarms import service as alarms
from central.alarms.models import Alarm
from central.errors import ConflictError, InvalidError, NotFoundError
from central.fleet import service
from central.fleet.enrolment import enrol, parse_enrolment, revoke
from central.fleet.models import HealthRecord, Node, NodeKey
from contract.reasons import Reason, legacy, reason
from contract.reports import CameraHealth, CameraInfo, HealthReport, NodeStatus
from contract.signing import SigningKey
from tests.central.evidence import NODE, NODE_KEY, enrolment

CAMERA = CameraInfo(id="cam-1", site="hang-bai", site_name="Hàng Bài", calibration="cal-1")


@pytest.fixture
def node(session: Session, now: datetime) -> Node:
    return enrol(session, enrolment(), now, "test")


def status(state: str, run: str, started_at: datetime) -> NodeStatus:
    return NodeStatus.model_validate(
        {
            "node": NODE,
            "state": state,
            "session": run,
            "started_at": started_at,
            "software": "ngatu test",
            "cameras": [CAMERA],
        }
    )


def health(at: datetime, *reported: Reason, state: str = "online") -> HealthReport:
    camera = CameraHealth.model_validate({"id": "cam-1", "state": state, "fps": 12.5, "armed": True})
    return HealthReport(
        node=NODE,
        session="s-1",
        at=at,
        cameras=(camera,),
        outbox_packages=3,
        outbox_bytes=1,
        disk_free_bytes=10,
        alarms=reported,
    )


def open_alarms(session: Session) -> set[tuple[str, str]]:
    return {(alarm.kind, alarm.subject) for alarm in alarms.list_open(session)}


def test_a_birth_announces_the_cameras(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    assert (node.state, node.last_seen_at) == ("online", now)
    assert [camera.site_name for camera in service.list_cameras(session, NODE)] == ["Hàng Bài"]


def test_the_will_of_an_earlier_run_changes_nothing(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-2", now), now)
    service.note_status(session, status("offline", "s-1", now - timedelta(hours=1)), now)
    assert node.state == "online"
    service.note_status(session, status("offline", "s-2", now), now)
    assert node.state == "offline"
    assert ("offline", "") in open_alarms(session)
    service.note_status(session, status("online", "s-3", now + timedelta(minutes=1)), now)
    assert open_alarms(session) == set()


def test_health_updates_node_and_cameras(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    service.note_health(session, health(now), now)
    [camera] = service.list_cameras(session)
    assert (node.outbox_packages, camera.state, camera.fps, camera.armed) == (3, "online", 12.5, True)


def test_an_old_report_is_history_only(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    service.note_health(session, health(now), now)
    service.note_health(session, health(now - timedelta(hours=1), state="offline"), now)
    service.note_health(session, health(now), now)
    assert [camera.state for camera in service.list_cameras(session)] == ["online"]
    assert len(service.health_history(session, NODE)) == 2


def test_reported_alarms_open_count_and_close(session: Session, node: Node, now: datetime) -> None:
    lost, full = reason("packing.lost", violations=1, detail="x"), reason("outbox.full", violations=3)
    service.note_health(session, health(now, lost, full), now)
    service.note_health(session, health(now + timedelta(seconds=30), lost), now)
    assert open_alarms(session) == {("reported", "packing.lost")}
    counts = {alarm.subject: alarm.count for alarm in session.exec(select(Alarm))}
    assert counts == {"packing.lost": 2, "outbox.full": 1}


@pytest.mark.parametrize(
    "told",
    [
        lambda n: reason("centre.silent", packages=n),
        lambda n: legacy(f"the centre does not answer for {n} packages"),
    ],
)
def test_an_alarm_whose_number_grows_is_one_alarm(
    session: Session, node: Node, now: datetime, told: Callable[[int], Reason]
) -> None:
    for number in range(1, 12):
        at = now + timedelta(seconds=30 * number)
        service.note_health(session, health(at, told(number)), at)
    [alarm] = session.exec(select(Alarm))
    assert (alarm.count, alarm.raised_at, alarm.cleared_at) == (11, now + timedelta(seconds=30), None)
    assert "11 packages" in alarm.message


def test_an_alarm_a_person_cleared_opens_anew(session: Session, node: Node, now: datetime) -> None:
    for number in (1, 2):
        alarms.raise_alarm(session, NODE, "chain", "e-1", "broken", now)
        alarms.acknowledge(session, number, now, "user:an")
    assert [alarm.count for alarm in session.exec(select(Alarm))] == [1, 1]
    with pytest.raises(NotFoundError):
        alarms.acknowledge(session, 2, now, "user:an")


def test_silence_raises_an_alarm_until_the_node_speaks(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    assert service.watch_silence(session, now + timedelta(minutes=2)) == 0
    assert service.watch_silence(session, now + timedelta(minutes=4)) == 1
    assert open_alarms(session) == {("silent", "")}
    service.note_health(session, health(now + timedelta(minutes=5)), now + timedelta(minutes=5))
    assert open_alarms(session) == set()


def test_health_history_is_bounded(
    session: Session, node: Node, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "HEALTH_KEPT", 3)
    for minute in range(5):
        service.note_health(session, health(now + timedelta(minutes=minute)), now)
    assert service.trim_health(session) == 2
    kept = [record.at for record in session.exec(select(HealthRecord))]
    assert min(kept) == now + timedelta(minutes=2)


def test_enrolling_twice_is_enrolling_once(session: Session, node: Node, now: datetime) -> None:
    assert enrol(session, enrolment(), now, "test") is node
    assert len(session.exec(select(NodeKey)).all()) == 1


def test_a_key_belongs_to_one_node(session: Session, node: Node, now: datetime) -> None:
    with pytest.raises(ConflictError, match="key_of_other_node"):
        enrol(session, enrolment("nut-2", NODE_KEY), now, "test")


def test_a_revoked_key_never_comes_back_but_a_new_one_may(
    session: Session, node: Node, now: datetime
) -> None:
    assert revoke(session, NODE, "stolen", now, "test") == 1
    assert revoke(session, NODE, "again", now, "test") == 0
    with pytest.raises(ConflictError, match="key_revoked"):
        enrol(session, enrolment(), now, "test")
    enrol(session, enrolment(key=SigningKey(b"\x05" * 32)), now, "test")
    in_use = [key for key in service.keys_of(session, [NODE]).values() if key.revoked_at is None]
    assert len(in_use) == 1


def test_revoking_an_unknown_node_says_so(session: Session, now: datetime) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        revoke(session, "nobody", "?", now, "test")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": "ngatu.enrolment/1", "node": "A B"}'])
def test_what_is_no_enrolment_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="enrolment_file"):
        parse_enrolment(text)


def test_a_certificate_is_entered_for_a_known_camera(session: Session, node: Node, now: datetime) -> None:
    good = service.Validity("GCN-1", now, now + timedelta(days=365))
    with pytest.raises(NotFoundError):
        service.set_certificate(session, NODE, "cam-1", good, "user:an")
    service.announce_camera(session, NODE, CAMERA)
    session.flush()
    with pytest.raises(InvalidError, match="certificate_interval"):
        service.set_certificate(session, NODE, "cam-1", service.Validity("GCN-1", now, now), "user:an")
    camera = service.set_certificate(session, NODE, "cam-1", good, "user:an")
    service.announce_camera(session, NODE, CAMERA)
    assert service.certificate_state(camera, now + timedelta(days=1)) == "valid"
