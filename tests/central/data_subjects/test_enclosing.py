"""A person's papers and the copies of their evidence come with the data, up to a size; the rest is listed."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from central.citizens.attachments import Cupboard, File
from central.citizens.entry import Opened
from central.citizens.forgetting import GONE
from central.citizens.models import Attachment
from central.data_subjects import enclosing
from central.db import transaction
from contract.canonical import sha256_hex
from tests.central.casework import Casework
from tests.central.citizens.test_files import jpeg, pdf
from tests.central.evidence import picture
from tests.central.proceedings.office import AN, BINH

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


def attach(casework: Casework, *files: File) -> list[Attachment]:
    """What the owner attached to a letter that came by post, and what the handler read of it."""
    office, services = casework.office, casework.centre.state.services
    cupboard = Cupboard(services.archive.store, services.vault)
    with transaction(office.engine) as session:
        proceeding = office.proceeding(session, 1)
        owner = office.parties(session).of_case(1, "owner")
        assert owner is not None
        opened = Opened(proceeding.id or 0, owner.party_id, None)
        rows = [cupboard.keep(session, opened, file, "user:xa", office.now) for file in files]
        cupboard.read(session, rows[0], "user:thu-ly", "case:1")
    return rows


def test_what_the_person_attached_is_in_it(noticed: Casework) -> None:
    sent = File("ảnh xe của tôi.png", jpeg(ending=".png")), File("đơn.pdf", pdf())
    shown, letter = attach(noticed, *sent)
    inside, listed = package_of(noticed)
    assert inside["attachments/2-đơn.pdf"] == pdf()
    assert sha256_hex(inside["attachments/1-ảnh xe của tôi.jpg"]) == shown.sha256
    told = [row for row in listed if row["file"].startswith("attachments/")]
    assert [(row["case_id"], row["sha256"]) for row in told] == [(1, shown.sha256), (1, letter.sha256)]
    held = json.loads(inside["data.json"])["portal"]["attachments"]
    assert [row["sha256"] for row in held] == [shown.sha256, letter.sha256]
    read = json.loads(inside["data.json"])["read_by"]
    assert ("attachment:1", "officer") in {(row["subject"], row["by"]) for row in read}


def test_an_attachment_that_is_too_much_or_gone_is_named(
    noticed: Casework, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(noticed, File("lớn.pdf", pdf()), File("cũ.pdf", pdf()))
    with transaction(noticed.office.engine) as session:
        gone = session.get_one(Attachment, 2)
        gone.wrapped_key, gone.key_id, gone.name = b"", GONE, ""
    kept = enclosing.enclosed
    monkeypatch.setattr(enclosing, "enclosed", lambda search, archive: kept(search, archive, len(pdf()) - 1))
    inside, listed = package_of(noticed)
    why = {row["file"]: row["left_out_because"] for row in listed if row["file"].startswith("attachments/")}
    assert why == {"attachments/1-lớn.pdf": "too_much", "attachments/2": "no_file"}
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(inside["summary.pdf"])).pages)
    assert "lớn.pdf" in text


def test_somebody_elses_attachments_are_not(noticed: Casework) -> None:
    [row] = attach(noticed, File("riêng.pdf", pdf()))
    with transaction(noticed.office.engine) as session:
        other = noticed.office.parties(session).enter(BINH, "đơn", noticed.office.now)
        session.get_one(Attachment, row.id).party_id = other.id or 0
    inside, listed = package_of(noticed)
    assert not [name for name in (*inside, *(row["file"] for row in listed)) if "attachments/" in name]


def test_what_has_no_file_or_copy_yet_is_said(casework: Casework) -> None:
    drawn(casework)
    inside, listed = package_of(casework)
    assert list(inside) == ["data.json", "summary.pdf"]
    assert {row["left_out_because"] for row in listed} == {"no_file", "no_copy"}
