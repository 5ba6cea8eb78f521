"""Once the device's result is signed, an operator of the centre (IOC) sees nothing more of the case (Law Art
64): no page, no list, no search, no file, over neither face."""

import pytest
from httpx import Response

from contract.canonical import sha256_hex
from tests.central.casework import Casework
from tests.central.evidence import picture


def ways(casework: Casework, name: str, case_id: int) -> dict[str, Response]:
    """Everything by which the case could be reached."""
    browser, base = casework.at(name), f"/cases/{case_id}"
    file = sha256_hex(picture(case_id))
    return {
        "page": browser.get(base),
        "manifest": browser.get(f"{base}/manifest.json"),
        "file": browser.get(f"{base}/files/file-0.jpg"),
        "comment": browser.post(f"{base}/comments", data={"text": "xem lại"}),
        "api": browser.get(f"/api/v1{base}"),
        "api manifest": browser.get(f"/api/v1{base}/manifest"),
        "api signature": browser.get(f"/api/v1{base}/signature"),
        "media": browser.get(f"/api/v1/media/{file}?case={case_id}"),
    }


@pytest.mark.parametrize("name", ["lan", "thu-ly"])
def test_the_operators_part_ends_with_the_signed_result(casework: Casework, name: str) -> None:
    case_id = casework.office.confirmed()
    before = {way: answer.status_code for way, answer in ways(casework, name, case_id).items()}
    assert 403 not in before.values()
    assert before["page"] == before["api"] == before["api manifest"] == 200
    casework.do("thiet-bi", case_id, "sign_result")
    after = {way: answer.status_code for way, answer in ways(casework, name, case_id).items()}
    assert after == (dict.fromkeys(before, 404) if name == "lan" else before)


def test_lists_and_searches_leave_it_out(casework: Casework) -> None:
    gone, stays = casework.office.confirmed(), casework.office.confirmed()
    casework.do("thiet-bi", gone, "sign_result")
    browser = casework.at("lan")
    page = browser.get("/cases").text
    assert f'href="/cases/{stays}"' in page
    assert f'href="/cases/{gone}"' not in page
    asked = {"plate": "29A", "purpose": "complaint", "file": "KN 12"}
    assert browser.post("/cases/search", data=asked).status_code == 403
    ids = [item["id"] for item in browser.get("/api/v1/cases").json()["items"]]
    assert ids == [stays]
    assert [item["id"] for item in casework.at("thu-ly").get("/api/v1/cases").json()["items"]] == [
        stays,
        gone,
    ]


def test_an_operator_gets_no_file_by_its_hash_alone(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    sha256 = sha256_hex(picture(case_id))
    assert casework.at("lan").get(f"/api/v1/media/{sha256}").status_code == 404
