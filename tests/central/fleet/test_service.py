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
from configs.words import say
from contract.reasons import Reason, legacy, reason
from contract.reports import CameraHealth, CameraInfo, HealthReport, NodeStatus
from contract.signing import SigningKey
from tests.central.evidence import NODE, NODE_KEY, enrolment

CAMERA = CameraInfo(id="cam-1", site="hang-bai", site_name="Hàng Bài", calibration="cal-1")


@pytest.fixture
def node(session: Session, now: datetime) -> Node:
    return enrol(session, enrolment(), now, "test")


def test_a_site_s_name_with_a_null_character_is_made_visible(session: Session, now: datetime) -> None:
    camera = CAMERA.model_copy(update={"site_name": "Hàng\x00Bài"})
    enrol(session, enrolment().model_copy(update={"cameras": (camera,)}), now, "test")
    session.flush()
    assert [found.site_name for found in service.list_cameras(session, NODE)] == ["Hàng\\x00Bài"]


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
    assert ("node.offline", "") in open_alarms(session)
    service.note_status(session, status("online", "s-3", now + timedelta(minutes=1)), now)
    assert open_alarms(session) == set()


def test_the_last_report_of_each_node(session: Session, node: Node, now: datetime) -> None:
    assert service.latest_health(session) == []
    for minute in range(3):
        service.note_health(session, health(now + timedelta(minutes=minute)), now)
    assert [record.at for record in service.latest_health(session)] == [now + timedelta(minutes=2)]


def test_health_updates_node_and_cameras(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    service.note_health(session, health(now), now)
    [camera] = service.list_cameras(session)
    assert (node.outbox_packages, camera.state, camera.fps, camera.armed) == (3, "online", 12.5, True)


def test_the_report_that_comes_last_holds_whatever_the_nodes_clock_says(
    session: Session, node: Node, now: datetime
) -> None:
    """One report from 2099 must not blind the centre until 2099."""
    service.note_status(session, status("online", "s-1", now), now)
    service.note_health(session, health(now.replace(year=2099)), now)
    assert open_alarms(session) == {("node.clock_ahead", "")}
    lost = reason("packing.lost", violations=1, detail="x")
    service.note_health(session, health(now, lost, state="offline"), now + timedelta(seconds=30))
    assert [camera.state for camera in service.list_cameras(session)] == ["offline"]
    assert open_alarms(session) == {("packing.lost", "")}
    latest = service.health_history(session, NODE, 1)[0]
    assert (latest.at, latest.received_at) == (now, now + timedelta(seconds=30))


def test_the_run_that_comes_last_holds_whatever_the_nodes_clock_says(
    session: Session, node: Node, now: datetime
) -> None:
    service.note_status(session, status("online", "s-1", now.replace(year=2099)), now)
    service.note_status(session, status("online", "s-2", now), now)
    assert [camera.id for camera in service.list_cameras(session)] == ["cam-1"]
    assert (node.session, node.started_at) == ("s-2", now)
    service.note_status(session, status("offline", "s-2", now), now)
    assert node.state == "offline"


def test_a_birth_the_broker_had_kept_is_no_sign_of_life(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    late = now + timedelta(days=20)
    service.watch_silence(session, late)
    service.note_status(session, status("online", "s-1", now), late, retained=True)
    assert (node.last_seen_at, open_alarms(session)) == (now, {("node.silent", "")})


def test_a_kept_birth_tells_who_the_node_is(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now, retained=True)
    assert (node.state, node.session, node.last_seen_at) == ("unknown", "s-1", None)
    assert [camera.id for camera in service.list_cameras(session)] == ["cam-1"]


@pytest.mark.parametrize("name", ["outbox_packages", "outbox_bytes", "disk_free_bytes"])
@pytest.mark.parametrize("value", [2**31 - 1, 2**31, 70_829_752_320, 2**53 - 1])
def test_numbers_of_a_report_are_as_large_as_the_contract_lets_them_be(
    session: Session, node: Node, now: datetime, name: str, value: int
) -> None:
    report = health(now).model_copy(update={name: value})
    service.note_health(session, report, now)
    session.flush()
    session.expire_all()
    assert getattr(session.get_one(Node, NODE), name, value) == value
    assert service.health_history(session, NODE)[0].report[name] == value


def test_old_alarms_are_forgotten_and_open_ones_never(session: Session, node: Node, now: datetime) -> None:
    alarms.raise_alarm(session, NODE, reason("node.offline"), now - timedelta(days=400))
    alarms.clear(session, NODE, ["node.offline"], now - timedelta(days=91))
    alarms.raise_alarm(session, NODE, reason("node.silent", minutes=3), now - timedelta(days=400))
    assert alarms.trim(session, now) == 1
    assert open_alarms(session) == {("node.silent", "")}


def test_what_a_node_reports_and_what_the_centre_sees_are_apart(
    session: Session, node: Node, now: datetime
) -> None:
    service.note_health(session, health(now, reason("node.offline")), now)
    alarms.raise_alarm(session, NODE, reason("node.offline"), now)
    assert len(alarms.list_open(session)) == 2
    alarms.raise_alarm(session, alarms.CENTRE, reason("node.offline"), now)
    assert len(alarms.list_open(session, node_id=NODE)) == 2
    assert alarms.count_open(session) == {(NODE, "node.offline"): 2, (alarms.CENTRE, "node.offline"): 1}
    alarms.clear(session, alarms.CENTRE, ["node.offline"], now)
    service.note_health(session, health(now), now)
    assert alarms.list_open(session) == []


def test_reported_alarms_open_count_and_close(session: Session, node: Node, now: datetime) -> None:
    lost, full = reason("packing.lost", violations=1, detail="x"), reason("outbox.full", violations=3)
    service.note_health(session, health(now, lost, full), now)
    service.note_health(session, health(now + timedelta(seconds=30), lost), now)
    assert open_alarms(session) == {("packing.lost", "")}
    counts = {alarm.kind: alarm.count for alarm in session.exec(select(Alarm))}
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
    assert "11 packages" in say(alarm.reason, "en")


def test_an_alarm_a_person_cleared_opens_anew(session: Session, node: Node, now: datetime) -> None:
    for number in (1, 2):
        alarms.raise_alarm(session, NODE, reason("package.chain", event_id="e-1"), now, "e-1")
        alarms.acknowledge(session, number, now, "user:an")
    assert [alarm.count for alarm in session.exec(select(Alarm))] == [1, 1]
    with pytest.raises(NotFoundError):
        alarms.acknowledge(session, 2, now, "user:an")


def test_silence_raises_an_alarm_until_the_node_speaks(session: Session, node: Node, now: datetime) -> None:
    service.note_status(session, status("online", "s-1", now), now)
    assert service.watch_silence(session, now + timedelta(minutes=2)) == 0
    assert service.watch_silence(session, now + timedelta(minutes=4)) == 1
    assert open_alarms(session) == {("node.silent", "")}
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
