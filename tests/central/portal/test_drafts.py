"""A draft is never lost, files go with their answer, and only its owner sees either."""

import pytest
from sqlmodel import select

from central.citizens import attachments, drafts
from central.citizens.attachments import Cupboard
from central.citizens.models import Attachment, Draft, Submission
from central.db import transaction
from central.vault import Vault
from tests.central.citizens.test_files import jpeg, pdf
from tests.central.portal.site import PortalSite
from tests.central.proceedings.office import VAULT

TYPED = {"name": "Trần Thị Bình", "identity": "0240", "text": "đang viết dở"}


def test_what_was_typed_is_there_again_in_another_browser(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, form = site.enter(case_id), f"{site.page_of(case_id)}/answer/name_driver"
    kept = browser.post(f"{form}/draft", data=TYPED, headers={"X-Draft": "1"})
    assert kept.status_code == 204
    site.office.wait(1)
    page = site.enter(case_id).get(form).text
    assert all(value in page for value in TYPED.values())
    assert "chưa được gửi" in page
    assert "Bản nháp lưu lúc" in site.enter(case_id).get(site.page_of(case_id)).text
    with transaction(site.office.engine) as session:
        assert "Bình".encode() not in session.exec(select(Draft)).one().sealed


def test_a_draft_ends_when_it_is_sent(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, form = site.enter(case_id), f"{site.page_of(case_id)}/answer/contest"
    browser.post(f"{form}/draft", data={"text": "một"})
    browser.post(form, data={"ground": "signal", "text": "hai"})
    with transaction(site.office.engine) as session:
        assert session.exec(select(Draft)).all() == []


def test_files_go_with_the_answer_and_open_for_who_reads_it(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, form = site.enter(case_id), f"{site.page_of(case_id)}/answer/contest"
    for name, content in (("../../ảnh.png", jpeg(ending=".png")), ("đơn.pdf", pdf()), ("bỏ.pdf", pdf())):
        page = browser.post(f"{form}/files", files={"file": (name, content)})
        assert page.status_code == 200
    assert "ảnh.jpg" in page.text
    browser.post(f"{form}/files/3/remove")
    browser.post(form, data={"ground": "signal"})
    with transaction(site.office.engine) as session:
        submission = session.exec(select(Submission)).one()
        files = attachments.of_submission(session, submission.id or 0)
        assert [(file.name, file.media_type) for file in files] == [
            ("ảnh.jpg", "image/jpeg"),
            ("đơn.pdf", "application/pdf"),
        ]
        cupboard = Cupboard(site.archive.store, VAULT)
        assert cupboard.read(session, files[1], "user:thu-ly", "thụ lý") == pdf()
        assert b"%PDF" not in site.archive.store.open(files[1].sealed_sha256).read()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"MZ", "không phải ảnh JPEG, PNG hay PDF"), (pdf(script=True), "mã lệnh"), (bytes(6_000_000), "5 MB")],
)
def test_a_file_that_may_not_come_is_told(site: PortalSite, content: bytes, words: str) -> None:
    case_id = site.noticed()
    form = f"{site.page_of(case_id)}/answer/contest"
    browser = site.enter(case_id)
    browser.post(f"{form}/draft", data={"text": "đang viết dở"})
    answer = browser.post(f"{form}/files", files={"file": ("a.jpg", content)})
    assert answer.status_code in (413, 422)
    if answer.status_code == 422:  # the form is there again, with what was typed
        assert words in answer.text
        assert "đang viết dở" in answer.text


def test_no_more_than_five_files_and_nobody_elses(site: PortalSite) -> None:
    mine, other = site.noticed(), site.noticed()
    form = f"{site.page_of(mine)}/answer/contest"
    browser = site.enter(mine)
    statuses = [
        browser.post(f"{form}/files", files={"file": ("a.jpg", jpeg())}).status_code for _ in range(6)
    ]
    assert statuses == [200] * 5 + [422]
    stranger, theirs = site.enter(other), f"{site.page_of(other)}/answer/contest"
    assert stranger.post(f"{theirs}/files/1/remove").status_code == 404
    assert stranger.post(f"{form}/files", files={"file": ("a.jpg", jpeg())}).status_code == 404
    assert stranger.post(f"{form}/draft", data={"text": "x"}).status_code == 404


def test_a_new_key_seals_everything_anew(site: PortalSite) -> None:
    case_id = site.noticed()
    browser, form = site.enter(case_id), f"{site.page_of(case_id)}/answer/contest"
    browser.post(f"{form}/files", files={"file": ("a.pdf", pdf())})
    browser.post(form, data={"ground": "signal"})
    browser.post(f"{site.page_of(case_id)}/answer/admit/draft", data={"text": "x"})
    newer = Vault((b"n" * 32, *VAULT.keys))
    with transaction(site.office.engine) as session:
        assert drafts.reseal(session, newer) == 3
    with transaction(site.office.engine) as session:
        assert drafts.reseal(session, newer) == 0
        only_new = Vault((b"n" * 32,))
        row = session.exec(select(Submission)).one()
        assert b"signal" in only_new.open(row.sealed, f"submission:{row.key}")
        file = session.exec(select(Attachment)).one()
        assert Cupboard(site.archive.store, only_new).read(session, file, "user:x", "y") == pdf()
