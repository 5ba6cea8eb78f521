"""Pages of nodes: all at a glance, one with everything known of it, an invitation for another."""

import re
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from central.accounts.permissions import Role
from central.alarms import service as alarms
from central.alarms.models import Alarm
from central.cases.models import Case
from central.cases.service import open_case
from central.db import transaction
from central.fleet import configuration, pictures
from central.fleet.enrolment import enrol
from central.fleet.models import Camera, Node
from central.ingest.handler import handle
from central.ingest.settle import end_sent_test
from central.ingest.work import Tools
from central.keys import create_key
from central.media.store import PartialFiles
from contract.joining import Invitation
from contract.reasons import reason
from contract.signing import SigningKey
from tests.central.evidence import CENTRE_KEY, NODE, NODE_KEY, enrolment, evidence, picture
from tests.central.faces import SignedIn
from tests.central.fleet.test_configuration import CAMERA, FILE, standing


@pytest.fixture
def admin(signed_in: SignedIn, now: datetime) -> TestClient:
    browser = signed_in(Role.ADMIN)
    with transaction(browser.app.state.engine) as session:  # type: ignore[attr-defined]
        enrol(session, enrolment(), now, "test")
        configuration.note_standing(session, standing(now), now)
        pictures.note(session, (NODE, CAMERA), picture(1), now - timedelta(hours=1), now)
        pictures.note(session, (NODE, CAMERA), picture(2), now, now)
        pictures.note(session, (NODE, "nobody"), picture(3), now, now)
        alarms.raise_alarm(session, NODE, reason("node.offline"), now)
    return browser


def test_all_cameras_at_a_glance_with_their_last_picture(admin: TestClient) -> None:
    page = admin.get("/cameras").text
    [address] = re.findall(r'<img src="(/nodes/[^"?]+)', page)
    answer = admin.get(address)
    assert (answer.content, answer.headers["content-type"]) == (picture(2), "image/jpeg")
    assert "1 cảnh báo" in page
    assert admin.get(f"/nodes/{NODE}/cameras/nobody/picture").status_code == 404


def test_who_does_badly_or_shows_an_old_picture_comes_before_who_is_well(
    admin: TestClient, now: datetime
) -> None:
    with transaction(admin.app.state.engine) as session:  # type: ignore[attr-defined]
        for node in ("a-well", "b-old", "c-bad"):
            enrol(session, enrolment(node, SigningKey.generate()), now, "test")
            told = {"node": node, "camera": CAMERA, "content": FILE.replace("Ngã Tư Sở", f"Ngã tư {node}")}
            configuration.note_standing(session, standing(now, **told), now)
            camera = session.get_one(Camera, (node, CAMERA))
            camera.state = "degraded" if node == "c-bad" else "online"
            old = timedelta(minutes=21 if node == "b-old" else 19)
            pictures.note(session, (node, CAMERA), picture(1), now - old, now)
            row = session.get_one(Node, node)
            row.state, row.last_seen_at = "online", now
    page = admin.get("/cameras").text
    order = re.findall(r'<h2><a href="/nodes/([^"]+)', page)
    assert order == [NODE, "b-old", "c-bad", "a-well"]
    assert page.count("Ngã tư b-old") == 1
    of_each = {node: page.split(f'<h2><a href="/nodes/{node}"')[1].split("</section>")[0] for node in order}
    assert [node for node in order if "warn small" in of_each[node]] == ["b-old"]
    assert "suy giảm" in of_each["c-bad"].lower()


def test_a_node_with_cameras_configuration_and_keys(admin: TestClient) -> None:
    page = admin.get(f"/nodes/{NODE}").text
    for told in ("tệp của nút", "Ngã Tư Sở", NODE_KEY.public.key_id, "đang dùng", "ngắt kết nối"):
        assert told in page
    key = f"/nodes/{NODE}/keys/{NODE_KEY.public.key_id}/revocation"
    assert admin.post(key, data={"reason": "mất thiết bị"}).status_code == 303
    assert "đã thu hồi" in admin.get(f"/nodes/{NODE}").text
    assert admin.post(f"/nodes/other/keys/{NODE_KEY.public.key_id}/revocation", data={"reason": "x" * 9})
    assert admin.get("/nodes/nobody").status_code == 404


def test_the_last_test_of_a_camera_is_shown_with_its_picture_and_who_sent_it(
    admin: TestClient, signed_in: SignedIn, now: datetime
) -> None:
    state, officer = admin.app.state, signed_in(Role.OFFICER)  # type: ignore[attr-defined]
    store = state.services.media.store
    tools = Tools(store, PartialFiles(store.root.parent / "partial"), CENTRE_KEY, open_case)
    for number, fault in ((1, None), (2, reason("frames.no_clip", file="over.jpg"))):
        said = [reason("test.sent", by=f"Hùng {number}").model_dump()]
        sent = evidence(test=True, event_id=f"test-{number}", camera=CAMERA, reasons=said)
        with transaction(state.engine) as session:
            handle(session, sent.messages(), tools, now + timedelta(minutes=number))
            end_sent_test(session, f"test-{number}", now, fault)
        page, address = officer.get(f"/nodes/{NODE}").text, f"/nodes/{NODE}/tests/test-{number}/picture"
        assert f"Hùng {number}" in page
        assert ("chữ ký và ảnh đúng" in page) == (fault is None)
        assert f'src="{address}"' in page
        shown = officer.get(address)
        assert (shown.content, shown.headers["content-type"]) == (sent.contents[0], "image/jpeg")
    assert "Hùng 1" not in page
    assert "nhưng gói không có" in page
    assert officer.get("/nodes/other/tests/test-1/picture").status_code == 404
    assert officer.get(f"/nodes/{NODE}/tests/test-9/picture").status_code == 404
    assert address not in admin.get(f"/nodes/{NODE}").text  # it shows plates
    assert admin.get(address).status_code == 403
    with transaction(state.engine) as session:
        assert not [event for event in session.exec(select(Case.event_id)) if event.startswith("test-")]


def test_a_node_keeps_its_alarms_however_many_are_open_elsewhere(admin: TestClient, now: datetime) -> None:
    with transaction(admin.app.state.engine) as session:  # type: ignore[attr-defined]
        session.add_all(
            Alarm(node_id="nut-9", kind="node.silent", subject=str(n), raised_at=now, last_at=now)
            for n in range(1001)
        )
    assert "1 cảnh báo" in admin.get("/cameras").text
    assert "ngắt kết nối" in admin.get(f"/nodes/{NODE}").text


def test_an_invitation_is_shown_once_and_only_with_an_address(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = admin.app.state  # type: ignore[attr-defined]
    assert admin.post("/nodes", data={"node": "nut-9"}).status_code == 409
    nodes = state.settings.nodes.model_copy(update={"address": "https://centre.example.vn"})
    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"nodes": nodes}))
    key = create_key(state.settings.centre_key_file)
    page = admin.post("/nodes", data={"node": "nut-9"}).text
    invitation = Invitation.from_code(page.partition("node.yaml ")[2].partition("<")[0])
    assert (invitation.node, invitation.centre_key) == ("nut-9", key.public.text)
    assert admin.post("/nodes", data={"node": "Nút"}).status_code == 422


def test_who_only_looks_invites_nobody(admin: TestClient, signed_in: SignedIn) -> None:
    leader = signed_in(Role.LEADER)
    assert "ngatu edge join" not in leader.get("/cameras").text
    assert leader.post("/nodes", data={"node": "nut-9"}).status_code == 403
