"""Exemptions over the API: entered by officers, seen by whoever sees cases, lifted with a reason."""

from central.accounts.permissions import Role
from tests.central.console.test_exemptions import COVERS, add_camera
from tests.central.faces import SignedIn

BODY = {
    "site": "hang-bai",
    "starts_at": "2026-11-20T15:00:00+07:00",
    "ends_at": "2026-11-20T16:00:00+07:00",
    "why": "lễ hội",
}


def test_one_is_entered_covers_its_cases_and_is_lifted(signed_in: SignedIn) -> None:
    officer, operator = signed_in(Role.OFFICER), signed_in(Role.OPERATOR)
    add_camera(officer)
    entered = officer.post("/api/v1/exemptions", json=BODY)
    assert entered.status_code == 201, entered.text
    number = entered.json()["id"]
    assert COVERS in operator.get("/cases/1").text
    assert [row["id"] for row in operator.get("/api/v1/exemptions").json()["items"]] == [number]
    assert operator.post("/api/v1/exemptions", json=BODY).status_code == 403
    path = f"/api/v1/exemptions/{number}/lifting"
    assert officer.post(path, json={"why": "x"}).json()["reason"] == "exemption_why"
    assert officer.post(path, json={"why": "ghi nhầm giờ"}).json()["lifted_why"] == "ghi nhầm giờ"
    again = officer.post(path, json={"why": "ghi nhầm giờ"})
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert COVERS not in operator.get("/cases/1").text


def test_what_is_wrong_is_refused(signed_in: SignedIn) -> None:
    officer = signed_in(Role.OFFICER)
    add_camera(officer)
    for change in (
        {"site": "elsewhere"},
        {"ends_at": BODY["starts_at"]},
        {"ends_at": "2026-11-22T16:00:00+07:00"},
        {"starts_at": "2026-11-20T15:00:00"},
        {"why": "x"},
    ):
        assert officer.post("/api/v1/exemptions", json=BODY | change).status_code == 422
    assert officer.get("/api/v1/exemptions").json() == {"items": [], "next": None}
