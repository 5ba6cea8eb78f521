"""The proceedings over the API: the same steps, problems as problem details."""

from tests.central.casework import Casework
from tests.central.law.test_service import DEARER, text_of


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


def test_a_table_and_a_withdrawal_over_the_api(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    admin, lawyer = casework.at("quan-tri"), casework.at("phap-che")
    body = {"name": "offences", "content": text_of("offences", DEARER), "note": "NĐ mới"}
    draft = admin.post("/api/v1/law-tables", json=body).json()
    assert (draft["touched"], draft["touched_cases"]) == (1, [case_id])
    path = f"/api/v1/law-tables/{draft['id']}"
    assert lawyer.post(f"{path}/activation").json()["code"] == "law_not_approved"
    approved = lawyer.post(f"{path}/approvals", json={"rows": draft["unapproved"]}).json()
    assert approved["unapproved"] == []
    assert lawyer.post(f"{path}/activation").json()["state"] == "active"
    scope = {"node_id": "nut-1", "camera_id": "cam-1", "from_at": "2026-11-01T00:00:00+07:00"}
    scope["until_at"] = "2026-12-31T00:00:00+07:00"
    signer = casework.at("truong-phong")
    assert signer.post("/api/v1/withdrawals/preview", json=scope).json() == {"recorded": 1}
    act = signer.post("/api/v1/withdrawals", json=scope | {"reason": "vạch sai"}).json()
    assert [(row["case_id"], row["paper_id"]) for row in act["cases"]] == [(case_id, None)]
    assert signer.get(f"/api/v1/withdrawals/{act['id']}").json()["cases"] == act["cases"]


def test_a_watched_plate_over_the_api_and_its_page(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    casework.do("thu-ly", case_id, "suspect_clone", note="chủ xe ở nơi khác")
    casework.do("thu-ly", case_id, "confirm_clone", note="có biên bản xác minh")
    officer = casework.at("thu-ly")
    row = officer.get("/api/v1/watched-plates").json()[0]
    assert (row["case_id"], row["reason"], row["ended_at"]) == (case_id, "có biên bản xác minh", None)
    assert "có biên bản xác minh" in officer.get("/watched").text
    assert casework.at("van-thu").get("/watched").status_code == 403
    assert "phải ghi vì sao" in officer.post(f"/watched/{row['id']}/end", data={"reason": " "}).text
    path = f"/api/v1/watched-plates/{row['id']}/end"
    assert officer.post(path, json={"reason": "đã thu giữ biển giả"}).json()["ended_at"] is not None
    assert officer.post(path, json={"reason": "đã thu giữ biển giả"}).status_code == 404
    assert "Không có biển số nào" in officer.get("/watched").text
