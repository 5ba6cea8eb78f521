"""Titles and delegations over the API."""

from typing import Any

import pytest

from tests.central.casework import Casework

TITLE = {"username": "truong-phong", "title": "department_head", "valid_from": "2026-11-01"}


def test_a_delegation_is_given_listed_and_revoked(casework: Casework) -> None:
    admin = casework.at("quan-tri")
    assert admin.post("/api/v1/powers", json=TITLE).status_code == 201
    body = {**TITLE, "valid_to": "2026-12-31", "delegation": "12/QĐ", "delegated_by": "truong-phong"}
    given = admin.post("/api/v1/powers", json=body)
    assert given.status_code == 201
    assert {name: given.json()[name] for name in body} == body
    assert given.json() in admin.get("/api/v1/powers").json()
    path = f"/api/v1/powers/{given.json()['id']}/revocation"
    assert [admin.post(path).status_code for _ in range(2)] == [204, 409]
    assert [row["title"] for row in admin.get("/api/v1/powers").json()] == [
        "division_head",
        "department_head",
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"username": "nobody"}, 404),
        ({"username": "thu-ly"}, 422),
        ({"title": "no_such_title"}, 422),
        ({"valid_to": "2026-10-31"}, 422),
        ({"delegated_by": "truong-phong"}, 422),
        ({"delegated_by": "truong-phong", "delegation": "12/QĐ"}, 422),
        ({"delegation": ""}, 422),
    ],
)
def test_what_no_power_can_be(casework: Casework, changes: dict[str, Any], status: int) -> None:
    admin = casework.at("quan-tri")
    before = admin.get("/api/v1/powers").json()
    answer = admin.post("/api/v1/powers", json={**TITLE, **changes})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert admin.get("/api/v1/powers").json() == before


def test_only_administrators(casework: Casework) -> None:
    signer = casework.at("truong-phong")
    assert signer.get("/api/v1/powers").status_code == 403
    assert signer.post("/api/v1/powers", json=TITLE).status_code == 403
    assert signer.post("/api/v1/powers/1/revocation").status_code == 403
