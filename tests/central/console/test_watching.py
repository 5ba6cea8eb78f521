"""The pages of who leads a shift: what two operators see differently is settled there."""

import re
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from central.accounts.permissions import Role
from central.cases.lifecycle import UNDO_TIME
from central.cases.models import Case
from central.db import transaction
from central.fleet.enrolment import enrol
from central.fleet.models import Camera
from central.review import decisions, queue
from central.watching import quarantine, rules, second_review
from central.watching.models import CameraDrops, CaseSwing
from central.watching.rules import Rules
from contract.local_time import local_day
from tests.central.evidence import enrolment
from tests.central.faces import SignedIn
from tests.central.people import add_user, sight

SET = {
    "second_accepted": "10",
    "second_rejected": "5",
    "known_answers": "2",
    "shortest_look": "2.5",
    "quarantine_percent": "50",
    "quarantine_cases": "30",
    "quarantine_days": "14",
}


def engine_of(client: TestClient) -> Engine:
    return client.app.state.engine  # type: ignore[attr-defined,no-any-return]


def disputed(session: Session, now: datetime) -> Case:
    """A case that one operator accepted and the other rejected."""
    lan, mai = (add_user(session, name, Role.OPERATOR, now) for name in ("lan", "mai"))
    rules.set_rules(session, lan, Rules(second_accepted=100), now)
    session.flush()
    early = now - timedelta(hours=1)
    case = queue.claim_next(session, lan, "main", early)
    assert case is not None
    decisions.accept(session, lan, sight(case), early)
    second_review.go_on(session, case.id or 0, early + UNDO_TIME)
    assert queue.claim_next(session, mai, "main", early + UNDO_TIME) is case
    decisions.reject(session, mai, sight(case), early + UNDO_TIME, "no_violation")
    second_review.go_on(session, case.id or 0, now)
    return case


def test_a_lead_sets_the_shares_and_a_leader_only_reads(signed_in: SignedIn) -> None:
    lead, leader = signed_in(Role.SHIFT_LEAD), signed_in(Role.LEADER)
    assert leader.post("/watching/rules", data=SET).status_code == 403
    assert lead.post("/watching/rules", data=SET | {"second_accepted": "nan"}).status_code == 422
    assert lead.post("/watching/rules", data=SET).status_code == 303
    assert 'value="10.0"' in lead.get("/watching").text
    assert "Thẩm định lại hồ sơ đã đồng ý (%) 10,0" in leader.get("/watching").text
    assert '<form class="filters"' not in leader.get("/watching").text


@pytest.mark.parametrize(("whose", "state"), [("first", "Đã đồng ý"), ("second", "Bị từ chối")])
def test_a_dispute_is_settled_on_its_page(signed_in: SignedIn, now: datetime, whose: str, state: str) -> None:
    lead = signed_in(Role.SHIFT_LEAD)
    with transaction(engine_of(lead)) as session:
        case = disputed(session, now)
    assert f'href="/watching/disputes/{case.id}"' in lead.get("/watching").text
    page = lead.get(f"/watching/disputes/{case.id}").text
    assert "Lan · " in page
    assert "Mai · " in page
    form = {"version": str(case.version), "whose": whose, "note": "xe đã qua vạch"}
    assert lead.post(f"/watching/disputes/{case.id}", data=form | {"version": "1"}).status_code == 409
    assert lead.post(f"/watching/disputes/{case.id}", data=form).status_code == 303
    after = lead.get(f"/watching/disputes/{case.id}").text
    assert state in after
    assert "xe đã qua vạch" in after
    assert 'name="whose"' not in after
    assert "Không có hồ sơ nào chờ phân xử" in lead.get("/watching").text


def test_a_case_nobody_reviewed_twice_has_no_such_page(signed_in: SignedIn) -> None:
    assert signed_in(Role.SHIFT_LEAD).get("/watching/disputes/1").status_code == 404


def test_the_console_hides_the_first_decision_from_operators(signed_in: SignedIn, now: datetime) -> None:
    operator, lead = signed_in(Role.OPERATOR), signed_in(Role.SHIFT_LEAD)
    with transaction(engine_of(operator)) as session:
        lan = add_user(session, "lan", Role.OPERATOR, now)
        rules.set_rules(session, lan, Rules(second_accepted=100), now)
        session.flush()
        case = queue.claim_next(session, lan, "main", now)
        assert case is not None
        decisions.accept(session, lan, sight(case), now)
        second_review.go_on(session, case.id or 0, now + UNDO_TIME)
    mine, theirs = (client.get(f"/cases/{case.id}").text for client in (operator, lead))
    assert "Lan" not in mine
    assert "Lan" in theirs
    told = operator.get(f"/api/v1/cases/{case.id}").json()
    assert [event["action"] for event in told["history"]] == ["receive"]
    assert told["state"] == "received"


def test_times_of_looking_are_listed(signed_in: SignedIn) -> None:
    operator, lead = signed_in(Role.OPERATOR), signed_in(Role.SHIFT_LEAD)
    version = re.search(r'name="version" value="(\d+)"', operator.post("/review/next").text)
    assert version is not None
    form = {"version": version[1], "looked": "900", "reason": "no_violation"}
    assert operator.post("/review/1/reject", data=form).status_code == 200
    page = lead.get("/watching/looks").text
    assert "1 (100,0 %)" in page
    assert 'href="/cases/1"' in page
    assert operator.get("/watching/looks").status_code == 403


def test_a_camera_is_put_in_quarantine_and_released(signed_in: SignedIn, now: datetime) -> None:
    lead, leader = signed_in(Role.SHIFT_LEAD), signed_in(Role.LEADER)
    with transaction(engine_of(lead)) as session:
        enrol(session, enrolment(), now, "test")
        session.flush()
        session.add(Camera(node_id="nut-1", id="cam-1", site="s", site_name="S"))
    asked = {"camera": "nut-1/cam-1", "why": "vạch dừng lệch"}
    assert leader.post("/watching/cameras", data=asked).status_code == 403
    assert lead.post("/watching/cameras", data=asked | {"camera": "nut-1/cam-9"}).status_code == 422
    assert lead.post("/watching/cameras", data=asked).status_code == 303
    with transaction(engine_of(lead)) as session:
        quarantine.keep_apart(session, now)
    assert "vạch dừng lệch" in leader.get("/watching/cameras").text
    assert "đang bị tạm dừng xử lý" in lead.get("/cases/1").text
    assert "Camera cam-1 bị tạm dừng" in lead.get("/alarms").text
    assert lead.post("/watching/cameras/1/release", data={"why": "đã vẽ lại"}).status_code == 303
    page = lead.get("/watching/cameras").text
    assert "Không có camera nào bị tạm dừng" in page
    assert "đã vẽ lại" in page
    assert lead.post("/watching/cameras/1/release", data={"why": "đã vẽ lại"}).status_code == 404


def test_a_swing_is_explained_on_its_page(signed_in: SignedIn, now: datetime) -> None:
    lead, leader = signed_in(Role.SHIFT_LEAD), signed_in(Role.LEADER)
    changed = {"since": now.isoformat(), "revision": 3, "author": "Quản Trị", "why": "vàng 2,9 s"}
    figures = {"kind": "spike", "first_day": local_day(now), "last_day": local_day(now), "count": 56}
    with transaction(engine_of(lead)) as session:
        for camera in (("nut-1", "cam-1"), ("", "")):
            named = {"node_id": camera[0], "camera_id": camera[1], "rule": "red_light"}
            settings = [changed] if camera[0] else []
            session.add(CaseSwing(**named, **figures, expected=4.5, settings=settings, found_at=now))
    assert "Quản Trị: vàng 2,9 s" in leader.get("/watching/swings").text
    assert leader.post("/watching/swings/1", data={"why": "đèn sai"}).status_code == 403
    assert lead.post("/watching/swings/1", data={"why": "đèn sai"}).status_code == 303
    page = lead.get("/watching/swings").text
    assert "đèn sai" in page
    assert page.count('placeholder="Nguyên nhân là gì"') == 1


def test_what_was_thrown_away_is_looked_at(signed_in: SignedIn, now: datetime) -> None:
    lead, leader = signed_in(Role.SHIFT_LEAD), signed_in(Role.LEADER)
    with transaction(engine_of(lead)) as session:
        lan = add_user(session, "lan", Role.OPERATOR, now)
        case = queue.claim_next(session, lan, "main", now)
        assert case is not None
        decisions.reject(session, lan, sight(case), now, "no_violation")
        seen = {"suspicions": 8, "second_look_disproved": 2, "vehicles": 900}
        day = local_day(now)
        session.add(CameraDrops(node_id="nut-1", camera_id="cam-1", day=day, counts=seen, run="r"))
    week = {"week": local_day(now).isoformat()}
    page = leader.get("/watching/audit", params=week).text
    assert f'href="/cases/{case.id}"' in page
    assert "2 (25,0 %)" in page
    form = week | {"right": "false", "note": "thấy rõ"}
    assert leader.post(f"/watching/audit/{case.id}", data=form).status_code == 403
    assert lead.post(f"/watching/audit/{case.id}", data=form).status_code == 303
    page = lead.get("/watching/audit", params=week).text
    assert "100,0 % (1/1)" in page
    assert "thấy rõ" in page
    assert lead.post(f"/watching/audit/{case.id}", data=form).status_code == 409


def test_a_lead_chooses_cases_with_a_known_answer(signed_in: SignedIn, now: datetime) -> None:
    operator, lead, leader = (signed_in(role) for role in (Role.OPERATOR, Role.SHIFT_LEAD, Role.LEADER))
    with transaction(engine_of(lead)) as session:
        lan = add_user(session, "lan", Role.OPERATOR, now)
        case = queue.claim_next(session, lan, "main", now)
        assert case is not None
        decisions.reject(session, lan, sight(case), now, "no_violation")
        rules.set_rules(session, lan, Rules(known_answers=100), now)
    assert f'name="case_id" value="{case.id}"' in lead.get("/watching/known").text
    assert leader.post("/watching/known", data={"case_id": case.id}).status_code == 403
    assert lead.post("/watching/known", data={"case_id": case.id}).status_code == 303
    assert lead.post("/watching/known", data={"case_id": case.id}).status_code == 409
    shown = operator.post("/review/next").text
    number, version = (re.search(found, shown) for found in (r'data-case="(\d+)"', r'version" value="(\d+)"'))
    assert number is not None
    assert version is not None
    assert number[1] == "3"  # a number of its own; case 2 waits on
    assert operator.get("/cases/3").status_code == 200
    assert 'href="/cases/3"' not in operator.get("/cases").text
    form = {"version": version[1], "looked": "4000"}
    assert operator.post("/review/3/accept", data=form).status_code == 200
    with transaction(engine_of(lead)) as session:
        second_review.go_on(session, 3, now + UNDO_TIME)
    page = leader.get("/watching/known").text
    assert '<td class="num bad">1</td>' in page
    assert lead.post("/watching/known/1/end").status_code == 303
    assert "Chưa chọn hồ sơ nào" in lead.get("/watching/known").text
