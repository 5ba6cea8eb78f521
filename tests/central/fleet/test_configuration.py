"""Camera files at the centre: ordered, offered, answered, in a ledger; nothing is overwritten unseen."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Role
from central.alarms.models import Alarm
from central.errors import ConflictError, NotFoundError
from central.fleet import configuration
from central.fleet.configuration import CameraFileError
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, CameraRevision
from configs.words import say
from contract.canonical import sha256_hex
from contract.configuration import Standing
from contract.reasons import reason
from tests.central.evidence import NODE, enrolment

CAMERA = "cam-1"
FILE = """\
id: cam-1
site: {id: s, name: Ngã Tư Sở}
size: [320, 240]
calibration: cal-1
detect_stream: {url: "rtsp://camera/1"}
solid_lines:
  - {id: centre, line: [[160, 235], [160, 30]]}
rules: {solid_line: {}}
"""
NEW = FILE.replace("cal-1", "cal-2")


def standing(now: datetime, **changes: Any) -> Standing:
    """What the node says of its camera."""
    told = {"node": NODE, "camera": CAMERA, "revision": 0, "content": FILE, "at": now}
    return Standing.model_validate(told | changes)


@pytest.fixture
def admin(session: Session, now: datetime) -> User:
    enrol(session, enrolment(), now, "test")
    configuration.note_standing(session, standing(now), now)
    return accounts.create_user(session, "quan-tri", "Quản Trị", Role.ADMIN, now, "test").user


def order(session: Session, by: User, now: datetime, content: str = NEW, base: str = FILE) -> CameraRevision:
    digest = sha256_hex(base.encode())
    return configuration.order(session, (NODE, CAMERA), content, digest, "vạch sơn lại", by, now)


def answered(revision: CameraRevision, now: datetime, outcome: str, **changes: Any) -> Standing:
    """The node's answer to an order."""
    in_force = {"revision": revision.number, "content": revision.content, "since": now}
    known = in_force if outcome in ("trial", "kept") else {}
    handled = {"handled": revision.number, "handled_sha256": revision.sha256, "outcome": outcome}
    return standing(now, **known, **handled, **changes)


def test_a_camera_is_known_by_what_its_node_says_it_runs(session: Session, admin: User) -> None:
    camera = session.get_one(Camera, (NODE, CAMERA))
    assert (camera.site_name, camera.calibration) == ("Ngã Tư Sở", "cal-1")
    assert configuration.setting_of(session, NODE, CAMERA).content == FILE


def test_an_order_is_offered_until_it_is_answered(session: Session, admin: User, now: datetime) -> None:
    revision = order(session, admin, now)
    [offered] = configuration.offered(session, NODE)
    assert (offered.number, offered.content, offered.why) == (1, NEW, "vạch sơn lại")
    assert offered.author == "Quản Trị (quan-tri)"
    assert configuration.offered(session, "another") == []
    configuration.note_standing(session, answered(revision, now, "trial"), now)
    assert configuration.offered(session, NODE) == []
    configuration.note_standing(session, answered(revision, now, "kept"), now)
    assert revision.state == "kept"
    ledger = configuration.settings(session, NODE, CAMERA)
    assert [(row.revision, row.content) for row in ledger] == [(1, NEW), (0, FILE)]
    later = now + timedelta(hours=1)
    assert [row.revision for row in configuration.changed_between(session, (NODE, CAMERA), now, later)] == [
        0,
        1,
    ]


def test_a_rolled_back_revision_raises_an_alarm_in_words(
    session: Session, admin: User, now: datetime
) -> None:
    revision = order(session, admin, now)
    configuration.note_standing(session, answered(revision, now, "trial"), now)
    why = reason("configuration.worse_frames", before=10.0, after=2.5)
    told = answered(revision, now, "rolled_back", reason=why)
    configuration.note_standing(session, told, now)
    configuration.note_standing(session, told, now)
    [alarm] = session.exec(select(Alarm)).all()
    assert (alarm.subject, alarm.count) == (CAMERA, 1)
    assert say(alarm.reason, "vi") == (
        "Cấu hình số 1 của camera cam-1 đã bị hoàn lại: Từ 10,00 xuống 2,50 hình mỗi giây"
    )
    assert [row.content for row in configuration.settings(session, NODE, CAMERA)] == [FILE, NEW, FILE]
    again = order(session, admin, now)
    assert again.number == 2
    configuration.note_standing(session, answered(again, now, "kept"), now)
    assert alarm.cleared_at is not None


def test_nothing_is_overwritten_unseen(session: Session, admin: User, now: datetime) -> None:
    on_site = FILE.replace("cal-1", "cal-7")
    configuration.note_standing(session, standing(now, content=on_site), now)
    with pytest.raises(ConflictError) as refused:
        order(session, admin, now)
    assert refused.value.reason == "camera_file_moved"
    with pytest.raises(ConflictError) as refused:
        order(session, admin, now, on_site, base=on_site)
    assert refused.value.reason == "camera_file_same"


def test_a_second_order_takes_the_place_of_one_that_waits(
    session: Session, admin: User, now: datetime
) -> None:
    first = order(session, admin, now)
    second = order(session, admin, now, FILE.replace("cal-1", "cal-3"))
    assert (first.state, second.number) == ("superseded", 2)
    assert [revision.number for revision in configuration.offered(session, NODE)] == [2]
    configuration.withdraw(session, second.id or 0, admin, now)
    assert configuration.offered(session, NODE) == []
    with pytest.raises(ConflictError):
        configuration.withdraw(session, second.id or 0, admin, now)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (NEW + "nonsense: 1\n", "cam-1.yaml:9: nonsense: unknown key"),
        (NEW.replace("[160, 235]", "[160, 999]"), "cam-1.yaml:7: solid_lines.0"),
        ("id: [", "YAML"),
        (NEW.replace("id: cam-1", "id: cam-2"), "cam-2"),
        (NEW.replace("detect_stream", "record_stream"), "no_stream"),
        (NEW + "#" * 100_000, "too_large"),
    ],
)
def test_a_file_is_checked_as_the_node_will_check_it(
    session: Session, admin: User, now: datetime, content: str, told: str
) -> None:
    with pytest.raises(CameraFileError) as refused:
        order(session, admin, now, content)
    assert told in str(refused.value)


def test_a_restored_database_gives_its_order_a_number_the_node_does_not_know(
    session: Session, admin: User, now: datetime
) -> None:
    revision = order(session, admin, now)
    other = {"handled": 5, "handled_sha256": "a" * 64, "outcome": "kept"}
    configuration.note_standing(session, standing(now, **other), now)
    assert (revision.number, revision.state) == (6, "offered")


def test_a_camera_nobody_has_told_of_can_not_be_changed(session: Session, admin: User, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        configuration.order(session, (NODE, "cam-9"), NEW, "0" * 64, "vì sao", admin, now)
