"""The evidence an owner sees: masked copies only, provable, and no notice goes out without them."""

import base64
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import select

from central.audit.models import AuditEntry
from central.copies import service as copies
from central.copies.package import CopyCheckError, check_package
from central.copies.service import EvidenceNotOpenError
from central.db import transaction
from contract.canonical import sha256_hex
from tests.central.evidence import CENTRE_KEY, NODE_KEY, picture
from tests.central.portal.site import PortalSite
from tests.central.work import waiting


def test_the_owner_sees_copies_and_never_an_original(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    shown = browser.get(page).text
    assert f"{page}/files/file-0.jpg" in shown
    assert f"{page}/files/file-1.mp4" in shown
    content = browser.get(f"{page}/files/file-0.jpg").content
    assert content == picture(1) + b"29A00001"
    part = browser.get(f"{page}/files/file-1.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert browser.get(f"{page}/files/other.jpg").status_code == 404
    assert site.browser().get(f"{page}/files/file-0.jpg").url.path == "/"


def test_each_sight_is_in_the_audit_log_once(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, page = site.enter(case_id), site.page_of(case_id)
    for _ in range(3):
        browser.get(f"{page}/files/file-0.jpg")
    with transaction(site.office.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.view")).all()
    assert [(entry.actor, entry.subject) for entry in entries] == [("party:1", f"case:{case_id}")]


def test_no_notice_goes_out_unless_its_evidence_opens(site: PortalSite) -> None:
    case_id = site.noticed()
    with transaction(site.office.engine) as session:
        copies.check_open(session, site.archive.store, case_id)
        damaged = copies.get(session, case_id, "file-0.jpg")
    path = site.archive.store.path(damaged.copy_sha256)
    path.chmod(0o600)
    path.write_bytes(b"other")
    with transaction(site.office.engine) as session, pytest.raises(EvidenceNotOpenError):
        copies.check_open(session, site.archive.store, case_id)
    other = site.office.confirmed()
    with transaction(site.office.engine) as session, pytest.raises(EvidenceNotOpenError):
        copies.check_open(session, site.archive.store, other)


def test_copies_are_asked_for_when_the_offence_is_recorded(site: PortalSite) -> None:
    """A notice that is sent minutes after it was drawn up need not wait for them; asked for again then, they
    keep their turn.
    """
    case_id = site.office.confirmed()
    asked = waiting(site.office.engine, copies.MAKE, case_id)
    assert asked is not None
    site.do(case_id, "sign_result", "thiet-bi")
    site.do(case_id, "draw_notice", "thu-ly", 1)
    drawn = waiting(site.office.engine, copies.MAKE, case_id)
    assert drawn is not None
    assert drawn.run_at == asked.run_at


def test_copies_are_made_once(site: PortalSite) -> None:
    case_id = site.noticed()
    assert site.make_copies(case_id) == 0


def _package(site: PortalSite, folder: Path) -> Path:
    case_id = site.noticed()
    answer = site.enter(case_id).get(f"{site.page_of(case_id)}/evidence.zip")
    path = folder / "evidence.zip"
    path.write_bytes(answer.content)
    return path


def test_the_package_proves_itself_offline(site: PortalSite, tmp_path: Path) -> None:
    path = _package(site, tmp_path)
    assert check_package(path) == 2
    assert check_package(path, CENTRE_KEY.public.text, NODE_KEY.public.text) == 2
    with pytest.raises(CopyCheckError, match="expected"):
        check_package(path, NODE_KEY.public.text)


@pytest.mark.parametrize("what", ["content", "extra", "statement", "manifest", "left out"])
def test_whatever_is_altered_is_found(site: PortalSite, tmp_path: Path, what: str) -> None:
    path = _package(site, tmp_path)
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    seals = json.loads(files["seals.json"])
    if what == "content":
        files["files/file-0.jpg"] += b"!"
    elif what == "extra":
        files["files/more.jpg"] = b"?"
    elif what == "left out":
        del files["files/file-0.jpg"]
    elif what == "statement":
        seals["files"][0]["statement"] = _forged(seals["files"][0]["statement"], sha256_hex(b"?"))
    else:
        seals["manifest"] = seals["files"][0]["statement"]
    files["seals.json"] = json.dumps(seals).encode()
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, data in files.items():
            package.writestr(name, data)
    path.write_bytes(content.getvalue())
    with pytest.raises(CopyCheckError):
        check_package(path)


def _forged(token: str, masked: str) -> str:
    head, body, signature = token.split(".")
    words = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(json.dumps(words | {"masked": masked}).encode()).rstrip(b"=").decode()
    return f"{head}.{other}.{signature}"
