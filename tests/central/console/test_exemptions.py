"""Officers enter when police directed traffic; whoever has a case of that time before them is told."""

from fastapi.testclient import TestClient

from central.accounts.permissions import Role
from central.db import transaction
from central.fleet.enrolment import enrol
from central.fleet.models import Camera
from tests.central.evidence import NODE, OCCURRED, enrolment
from tests.central.faces import SignedIn

COVERS = "CSGT điều khiển giao thông tại nút này"
FORM = {"site": "hang-bai", "since": "2026-11-20T15:00", "until": "2026-11-20T16:00", "why": "lễ hội"}
"""Case 1 of the tests is of 15:30 Vietnamese time on that day, case 2 an hour later."""


def add_camera(client: TestClient) -> None:
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        enrol(session, enrolment(), OCCURRED, "test")
        session.add(Camera(node_id=NODE, id="cam-1", site="hang-bai", site_name="Hàng Bài"))


def test_a_case_within_is_offered_with_that_fact_until_it_is_lifted(signed_in: SignedIn) -> None:
    officer, operator = signed_in(Role.OFFICER), signed_in(Role.OPERATOR)
    add_camera(officer)
    assert officer.post("/exemptions", data=FORM).status_code == 303
    listed = operator.get("/exemptions").text
    assert ("lễ hội" in listed, "<form" in listed.partition("<main")[2]) == (True, False)
    assert [COVERS in operator.get(f"/cases/{number}").text for number in (1, 2)] == [True, False]
    assert COVERS in operator.post("/review/next").text
    assert officer.post("/exemptions/1/lifting", data={"why": "ghi nhầm giờ"}).status_code == 303
    assert COVERS not in operator.get("/cases/1").text
    assert "ghi nhầm giờ" in officer.get("/exemptions").text


def test_what_is_wrong_is_told_and_nothing_entered(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    add_camera(officer)
    for change, word in (
        ({"until": "2026-11-20T15:00"}, "sau thời điểm bắt đầu"),
        ({"site": "elsewhere"}, "không có nút giao"),
        ({"since": "hôm qua"}, "không phải thời điểm"),
        ({"since": "0001-01-01T00:00", "until": "0001-01-01T01:00"}, "không phải thời điểm"),
        ({"since": "9999-12-31T22:00", "until": "9999-12-31T23:59"}, "không phải thời điểm"),
        ({"why": "x"}, "cần nêu lý do"),
    ):
        answer = officer.post("/exemptions", data=FORM | change)
        assert (answer.status_code, word in answer.text) == (422, True)
        for name in ("since", "until", "why"):  # what was typed stays in the form
            assert f'value="{(FORM | change)[name]}"' in answer.text
    assert (
        officer.post("/exemptions", data=FORM | {"since": "2026-11-20T15:00:00.000000+07:00"}).status_code
        == 422
    )
    assert "Chưa ghi khoảng thời gian nào" in officer.get("/exemptions").text


def test_only_officers_enter(signed_in: SignedIn) -> None:
    for role in (Role.OPERATOR, Role.LEADER, Role.ADMIN):
        assert signed_in(role).post("/exemptions", data=FORM).status_code == 403
