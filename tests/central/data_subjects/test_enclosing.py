"""A person's papers and the copies of their evidence come with the data, up to a size; the rest is listed."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest

from central.data_subjects import enclosing
from contract.canonical import sha256_hex
from tests.central.casework import Casework
from tests.central.evidence import picture
from tests.central.proceedings.office import AN

Package = tuple[dict[str, bytes], list[dict[str, Any]]]


def package_of(casework: Casework) -> Package:
    """The files of the package, and its list of them."""
    browser, today = casework.at("phap-che"), casework.today()
    form = {"asker": AN.name, "identity": AN.identity, "reference": "12/ĐN", "received_on": today}
    page = browser.post("/data-requests", data=form).headers["location"]
    assert browser.post(f"{page}/collect").status_code == 303
    with zipfile.ZipFile(BytesIO(browser.get(f"{page}/file").content)) as package:
        inside = {name: package.read(name) for name in package.namelist()}
    return inside, json.loads(inside["data.json"])["files"]


def drawn(casework: Casework) -> Casework:
    """A case whose notice is signed."""
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    casework.do("thu-ly", case_id, "draw_notice", days=1)
    casework.do("truong-phong", case_id, "sign_notice")
    return casework


@pytest.fixture
def noticed(casework: Casework) -> Casework:
    """The same with the notice's file and the owner's copies."""
    drawn(casework).make_files()
    return casework


def test_papers_and_masked_pictures_are_in_it(noticed: Casework) -> None:
    inside, listed = package_of(noticed)
    papers = [name for name in inside if name.startswith("papers/")]
    assert papers
    assert all(inside[name].startswith(b"%PDF-") for name in papers)
    [still] = [name for name in inside if name.endswith(".jpg")]
    assert sha256_hex(inside[still]) != sha256_hex(picture(1)), "a copy, not the original"
    assert {row["file"] for row in listed if not row["left_out_because"]} == inside.keys() - {
        "data.json",
        "summary.pdf",
    }
    for row in listed:
        if row["file"].startswith("evidence/") and not row["left_out_because"]:
            assert row["sha256"] == sha256_hex(inside[row["file"]])
    log = noticed.at("quan-tri").get("/api/v1/audit", params={"limit": 100}).json()["items"]
    assert {"document.show", "data_request.collect"} <= {entry["action"] for entry in log}


def test_what_is_too_much_is_left_out_and_said(noticed: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = package_of(noticed)
    largest = max(len(content) for name, content in whole.items() if name.startswith("papers/"))
    kept = enclosing.enclosed
    monkeypatch.setattr(enclosing, "enclosed", lambda search, archive: kept(search, archive, largest - 1))
    inside, listed = package_of(noticed)
    assert "too_much" in {row["left_out_because"] for row in listed}
    assert sum(len(content) for name, content in inside.items() if "/" in name) < largest
    assert len(listed) > len([name for name in inside if "/" in name])


def test_what_has_no_file_or_copy_yet_is_said(casework: Casework) -> None:
    drawn(casework)
    inside, listed = package_of(casework)
    assert list(inside) == ["data.json", "summary.pdf"]
    assert {row["left_out_because"] for row in listed} == {"no_file", "no_copy"}
