"""Camera files over ingest: a node's signed word comes in, what waits for it goes out with its health."""

from datetime import datetime

import pytest

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Role
from central.db import transaction
from central.fleet import configuration
from central.ingest.handler import handle
from central.ingest.work import Arrived, Outgoing
from central.watching import quarantine
from contract.canonical import canonical_bytes, sha256_hex
from contract.configuration import read_quarantine, read_revision
from contract.reports import CameraHealth, HealthReport
from contract.signing import SigningKey, sign, verify
from contract.topics import NodeTopics
from contract.what_if import Answer, read_question
from tests.central.evidence import CENTRE_KEY, NODE, NODE_KEY
from tests.central.fleet.test_configuration import CAMERA, FILE, NEW, standing
from tests.central.ingest.conftest import Centre

TOPICS = NodeTopics(NODE)


def health(now: datetime) -> Arrived:
    report = HealthReport(
        node=NODE, session="s", at=now, outbox_packages=0, outbox_bytes=0, disk_free_bytes=1, cameras=()
    )
    return Arrived(TOPICS.health, canonical_bytes(report))


def said(now: datetime, key: SigningKey = NODE_KEY, **changes: object) -> Arrived:
    return Arrived(TOPICS.standing(CAMERA), sign(standing(now, **changes), key).encode())


def received(centre: Centre, *messages: Arrived) -> list[Outgoing]:
    with transaction(centre.engine) as session:
        return handle(session, messages, centre.tools, centre.now)


def test_what_waits_goes_out_with_each_sign_of_life_until_it_is_answered(centre: Centre) -> None:
    received(centre, said(centre.now))
    assert received(centre, health(centre.now)) == []
    with transaction(centre.engine) as session:
        admin = accounts.create_user(session, "a", "A", Role.ADMIN, centre.now, "test").user
        base = sha256_hex(FILE.encode())
        configuration.order(session, (NODE, CAMERA), NEW, base, "vạch sơn lại", admin, centre.now)
    [first] = received(centre, health(centre.now))
    [second] = received(centre, health(centre.now))
    assert first == second
    assert first.topic == TOPICS.revision
    revision = read_revision(verify(first.payload.decode(), CENTRE_KEY.public))
    assert (revision.camera, revision.content) == (CAMERA, NEW)
    digest = sha256_hex(NEW.encode())
    answer = {"revision": 1, "content": NEW, "handled": 1, "handled_sha256": digest, "outcome": "trial"}
    assert received(centre, said(centre.now, **answer), health(centre.now)) == []


def test_a_question_goes_out_until_it_is_answered_by_its_node(centre: Centre) -> None:
    received(centre, said(centre.now))
    with transaction(centre.engine) as session:
        admin = accounts.create_user(session, "a", "A", Role.ADMIN, centre.now, "test").user
        base, key = sha256_hex(FILE.encode()), (NODE, CAMERA)
        configuration.order(session, key, NEW, base, "vạch sơn lại", admin, centre.now, ask=True)
    [first] = received(centre, health(centre.now))
    question = read_question(verify(first.payload.decode(), CENTRE_KEY.public))
    assert (first.topic, question.content) == (TOPICS.question, NEW)
    answer = Answer(node=NODE, camera=CAMERA, number=1, sha256=sha256_hex(NEW.encode()), at=centre.now)
    strange = Arrived(TOPICS.answer(CAMERA), sign(answer, SigningKey.generate()).encode())
    assert len(received(centre, strange, health(centre.now))) == 1
    ours = Arrived(TOPICS.answer(CAMERA), sign(answer, NODE_KEY).encode())
    assert received(centre, ours, health(centre.now)) == []
    [refused] = centre.quarantined()
    assert refused.reason.startswith("message.unknown_key")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (lambda now: said(now, key=SigningKey.generate()), "message.unknown_key"),
        (lambda now: said(now, node="nut-2"), "message.wrong_node"),
        (
            lambda now: Arrived(TOPICS.standing(CAMERA), sign(standing(now), NODE_KEY)[:-9].encode()),
            "message.bad",
        ),
        (lambda _: Arrived(TOPICS.standing(CAMERA), b"{}"), "message.malformed"),
        (lambda now: said(now, content=FILE + "#\0"), "message.null_character"),
    ],
)
def test_what_is_not_the_nodes_word_is_refused(centre: Centre, message: object, code: str) -> None:
    received(centre, message(centre.now))  # type: ignore[operator]
    [refused] = centre.quarantined()
    assert refused.reason.startswith(code)
    with transaction(centre.engine) as session:
        assert configuration.settings(session, NODE, CAMERA) == []


def camera_health(now: datetime, *, quarantined: bool | None) -> Arrived:
    """A report in which the camera says what it knows of its quarantine."""
    camera = CameraHealth(id=CAMERA, state="online", quarantined=quarantined)
    report = HealthReport(
        node=NODE,
        session="s",
        at=now,
        outbox_packages=0,
        outbox_bytes=0,
        disk_free_bytes=1,
        cameras=(camera,),
    )
    return Arrived(TOPICS.health, canonical_bytes(report))


def test_a_node_is_told_of_a_quarantine_until_it_says_so_itself(centre: Centre) -> None:
    received(centre, said(centre.now))
    assert received(centre, camera_health(centre.now, quarantined=False)) == []
    with transaction(centre.engine) as session:
        lead = accounts.create_user(session, "l", "L", Role.SHIFT_LEAD, centre.now, "test").user
        quarantine.put_in(session, lead, (NODE, CAMERA), "ống kính bẩn", centre.now)
    for _ in range(2):
        [told] = received(centre, camera_health(centre.now, quarantined=False))
        assert told.topic == TOPICS.revision
        message = read_quarantine(verify(told.payload.decode(), CENTRE_KEY.public))
        assert (message.node, message.cameras) == (NODE, (CAMERA,))
    assert received(centre, camera_health(centre.now, quarantined=True)) == []
    assert received(centre, camera_health(centre.now, quarantined=None)) == [], "an older node"
    with transaction(centre.engine) as session:
        [row] = quarantine.present(session)
        lead = session.get_one(User, row.put_in_by)
        quarantine.release(session, lead, row.id or 0, "đã lau", centre.now)
    [told] = received(centre, camera_health(centre.now, quarantined=True))
    assert read_quarantine(verify(told.payload.decode(), CENTRE_KEY.public)).cameras == ()
