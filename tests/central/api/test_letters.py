"""Letters and outgoing papers over the API: the same services as the clerk's desk, with problem details."""

from tests.central.casework import Casework


def noticed(casework: Casework) -> int:
    """A case whose notice was sent."""
    case_id = casework.office.confirmed()
    casework.office.to_notice(case_id)
    return case_id


def body_of(casework: Casework, about: int, **changes: object) -> dict[str, object]:
    """A letter of the owner that came by post today."""
    letter = {"case_id": about, "sender": "owner", "via": "post", "kind": "contest"}
    return (
        letter
        | {"day": casework.today(), "text": "Không phải xe tôi", "fields": {"ground": "wrong_vehicle"}}
        | changes
    )


def test_a_letter_is_entered_read_for_a_purpose_and_accepted(casework: Casework) -> None:
    case_id = noticed(casework)
    clerk = casework.at("van-thu")
    entered = clerk.post("/api/v1/letters", json=body_of(casework, case_id))
    assert entered.status_code == 201, entered.text
    letter = entered.json()
    assert (letter["case_id"], letter["state"], letter["via"]) == (case_id, "waiting", "post")
    assert "Không phải" not in entered.text, "its words open for a purpose only"
    path = f"/api/v1/letters/{letter['id']}"
    assert [row["id"] for row in clerk.get("/api/v1/letters").json()["items"]] == [letter["id"]]
    assert clerk.get(path).json() == letter
    read = clerk.post(f"{path}/reading", json={"purpose": "tiếp nhận văn bản"}).json()
    assert read["content"]["text"] == "Không phải xe tôi"
    assert clerk.post(f"{path}/reading", json={"purpose": ""}).status_code == 422
    assert clerk.post(f"{path}/acceptance", json={"words": "Cảm ơn."}).json()["state"] == "accepted"
    again = clerk.post(f"{path}/acceptance", json={})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert again.headers["content-type"] == "application/problem+json"
    assert casework.office.state(case_id, "answer") == "contested"
    assert clerk.get("/api/v1/letters").json()["items"] == []
    assert len(clerk.get("/api/v1/letters?which=all").json()["items"]) == 1


def test_a_letter_goes_back_for_a_reason(casework: Casework) -> None:
    case_id = noticed(casework)
    clerk = casework.at("van-thu")
    path = f"/api/v1/letters/{clerk.post('/api/v1/letters', json=body_of(casework, case_id)).json()['id']}"
    assert clerk.post(f"{path}/return", json={"reason": "nonsense"}).status_code == 422
    assert clerk.post(f"{path}/return", json={"reason": "other"}).status_code == 422
    assert clerk.post(f"{path}/return", json={"reason": "unsigned"}).json()["refusal"] == "unsigned"
    assert casework.office.state(case_id, "answer") == "waiting"


def test_a_letter_that_can_not_be_is_refused(casework: Casework) -> None:
    case_id = noticed(casework)
    clerk = casework.at("van-thu")
    for changes, status in (
        ({"case_id": 999}, 404),
        ({"sender": "driver"}, 404),
        ({"kind": "nonsense"}, 422),
        ({"day": "2026-01-01"}, 422),
        ({"fields": {"shoe": "42"}}, 422),
    ):
        assert clerk.post("/api/v1/letters", json=body_of(casework, case_id, **changes)).status_code == status
    assert clerk.get("/api/v1/letters/999").status_code == 404
    assert casework.at("kho-bac").get("/api/v1/letters").status_code == 403


def test_a_paper_is_posted_and_its_proof_entered(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.office.to_decision(case_id)
    casework.do("truong-phong", case_id, "correct_decision", note="sai chính tả")
    casework.make_files()
    clerk = casework.at("van-thu")
    [row] = clerk.get("/api/v1/outgoing").json()
    assert (row["case_id"], row["values"]["paper"]) == (case_id, "correction")
    path, today = f"/api/v1/outgoing/{row['id']}", casework.today()
    early = clerk.post(f"{path}/delivery", json={"day": today})
    assert (early.status_code, early.json()["reason"]) == (409, "not_posted")
    posted = clerk.post(f"{path}/posting", json={"reference": "EB1VN", "day": today}).json()
    assert (posted["post_reference"], posted["posted_on"]) == ("EB1VN", today)
    assert clerk.get("/api/v1/outgoing").json() == []
    assert clerk.post(f"{path}/delivery", json={"day": today}).json()["delivered_on"] == today
    assert [row["id"] for row in clerk.get("/api/v1/outgoing?which=posted").json()] == [row["id"]]
