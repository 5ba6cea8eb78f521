"""The REST interface to cases, decisions and offences: pages, decisions, errors as problem details."""

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from central.accounts.permissions import Role
from tests.central.faces import SignedIn

CASES = "/api/v1/cases"


def claim(client: TestClient) -> dict[str, object]:
    """The operator's next case."""
    found: dict[str, object] = client.post("/api/v1/review/claims").json()
    return found


def decide(client: TestClient, case: dict[str, object], **body: object) -> Response:
    """A decision on the case as it was seen."""
    answer: Response = client.post(
        f"{CASES}/{case['id']}/decisions", json={"version": case["version"], **body}
    )
    return answer


def test_cases_are_paged_newest_first(signed_in: SignedIn) -> None:
    client = signed_in(Role.LEADER)
    first = client.get(CASES, params={"limit": 1}).json()
    second = client.get(CASES, params={"limit": 1, "before": first["next"]}).json()
    assert [page["items"][0]["id"] for page in (first, second)] == [2, 1]
    assert second["next"] is None
    assert client.get(CASES, params={"state": "recorded"}).json()["items"] == []


def test_a_case_comes_with_its_history_and_manifest(signed_in: SignedIn) -> None:
    client = signed_in(Role.OPERATOR)
    found = client.get(f"{CASES}/1").json()
    assert [event["action"] for event in found["history"]] == ["receive"]
    assert client.get(f"{CASES}/1/manifest").json()["event_id"] == found["event_id"]


def test_a_decision_moves_the_case_once(signed_in: SignedIn) -> None:
    client = signed_in(Role.OPERATOR)
    case = claim(client)
    answer = decide(client, case, decision="accept", plate="29A-000.05")
    assert (answer.json()["state"], answer.json()["plate"]) == ("accepted", "29A00005")
    again = decide(client, case, decision="accept")
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "case_changed"
    undone = client.delete(f"{CASES}/{case['id']}/decisions/last").json()
    assert undone["state"] == "in_review"


def test_nothing_waiting_is_204(signed_in: SignedIn) -> None:
    client = signed_in(Role.OPERATOR)
    for _ in range(2):
        decide(client, claim(client), decision="reject", reason="no_violation")
    assert client.post("/api/v1/review/claims").status_code == 204


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"decision": "accept", "plate": "30O-123.45"}, 422, "invalid"),
        ({"decision": "reject", "reason": "other"}, 422, "reason_required"),
        ({"decision": "reject", "reason": "nonsense"}, 422, "invalid"),
        ({"decision": "skip", "reason": "bored"}, 422, "invalid"),
        ({"decision": "approve_all"}, 422, "invalid_request"),
        ({"decision": "accept", "extra": 1}, 422, "invalid_request"),
        ({"decision": "confirm"}, 403, "forbidden"),
    ],
)
def test_errors_are_problem_details(
    signed_in: SignedIn, body: dict[str, object], status: int, code: str
) -> None:
    client = signed_in(Role.OPERATOR)
    answer = decide(client, claim(client), **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.ADMIN])
def test_only_operators_take_cases(signed_in: SignedIn, role: Role) -> None:
    assert signed_in(role).post("/api/v1/review/claims").status_code == 403


def test_an_unknown_case_and_offence_are_404(signed_in: SignedIn) -> None:
    client = signed_in(Role.OFFICER)
    assert client.get(f"{CASES}/99").json()["code"] == "not_found"
    assert client.get("/api/v1/offences/BN-2026-000009").status_code == 404
    assert client.get("/api/v1/offences").json() == {"items": [], "next": None}


def test_the_interface_is_described(signed_in: SignedIn) -> None:
    described = signed_in(Role.LEADER).get("/api/v1/openapi.json").json()
    assert f"{CASES}/{{case_id}}/decisions" in described["paths"]
