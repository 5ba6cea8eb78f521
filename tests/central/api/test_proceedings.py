"""The proceedings over the API: the same steps, problems as problem details."""

from tests.central.casework import Casework


def test_a_step_over_the_api(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    api = casework.at("thiet-bi")
    seen = api.get(f"/api/v1/proceedings/{case_id}").json()
    result = next(track for track in seen["tracks"] if track["track"] == "result")
    assert [(step["action"], step["open"]) for step in result["steps"]] == [("sign_result", True)]
    body = {"action": "sign_result", "version": seen["version"], "particulars": {"conclusion": "vượt đèn đỏ"}}
    after = api.post(f"/api/v1/proceedings/{case_id}/steps", json=body).json()
    assert [paper["kind"] for paper in after["papers"]] == ["detection_result"]
    assert after["version"] > seen["version"]
    again = api.post(f"/api/v1/proceedings/{case_id}/steps", json=body)
    assert again.status_code == 409
    assert again.json()["code"] == "proceeding_changed"


def test_a_refusal_names_every_problem(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    version = casework.version(case_id)
    body = {"action": "make_record", "version": version}
    answer = casework.at("thu-ly").post(f"/api/v1/proceedings/{case_id}/steps", json=body)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"no_result", "violator_unknown"} <= set(answer.json()["values"]["problems"])


def test_a_particular_of_another_step_is_refused(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    body = {
        "action": "sign_result",
        "version": casework.version(case_id),
        "particulars": {"amount": 5},
    }
    answer = casework.at("thiet-bi").post(f"/api/v1/proceedings/{case_id}/steps", json=body)
    assert answer.status_code == 422
    assert answer.json()["values"]["field"] == "amount"


def test_desk_and_deadlines_and_party(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    desk = casework.at("thiet-bi").get("/api/v1/desks/device_user").json()
    assert desk["counts"] == {"sign_result": 1}
    assert [item["case_id"] for item in desk["items"]] == [case_id]
    assert casework.at("thiet-bi").get("/api/v1/desks/signer").status_code == 403
    assert casework.at("kho-bac").get("/api/v1/desks/treasury").status_code == 403
    casework.office.wait(5)  # two days before the notice is due
    codes = {row["code"] for row in casework.at("thu-ly").get("/api/v1/deadlines").json()["items"]}
    assert "notice" in codes
    address = f"/api/v1/proceedings/{case_id}/parties/owner"
    read = casework.at("thu-ly").post(address, json={"purpose": "kiểm tra chủ xe"}).json()
    assert read["details"]["name"] == "Nguyễn Văn An"
