"""Pages of the forms of papers: a new form from its upload to the next paper, and what stands in its way."""

import pytest
from httpx import Response
from sqlmodel import select

from central.audit.models import AuditEntry
from central.db import transaction
from central.documents import archive as documents
from central.documents import editions, forms
from tests.central.casework import Casework
from tests.central.documents.test_render import text_of

CODE = "Mẫu số 01 – TT 99/2026/TT-BCA"
PAPER = "/forms/papers/notice"


def upload(
    casework: Casework, old: str = "THÔNG BÁO</h1>", new: str = "THÔNG BÁO VI PHẠM</h1>", days: int = 0
) -> Response:
    """The notice's form in use, downloaded, changed and uploaded by the administrator."""
    admin = casework.at("quan-tri")
    source = admin.get(f"{PAPER}/template").text
    assert old in source
    row = {"code": CODE, "title": "Thông báo vi phạm", "basis": "TT 99/2026", "note": "thông tư mới"}
    file = {"file": ("notice.html", source.replace(old, new).encode(), "text/html")}
    return admin.post(PAPER, data={**row, "valid_from": casework.today(days)}, files=file)


def notice_of(casework: Casework, case_id: int) -> bytes:
    """The case's notice as the case officer gets it."""
    with transaction(casework.office.engine) as session:
        paper = documents.of_case(session, case_id, "notice")[-1].id
    answer = casework.at("thu-ly").get(f"/proceedings/{case_id}/papers/{paper}")
    assert answer.status_code == 200
    return answer.content


def test_a_new_form_goes_from_upload_to_the_next_paper(casework: Casework) -> None:
    noticed, waiting = casework.office.confirmed(), casework.office.confirmed()
    for case_id in (noticed, waiting):
        casework.do("thiet-bi", case_id, "sign_result")
    casework.do("thu-ly", noticed, "draw_notice")
    casework.make_files()
    first = notice_of(casework, noticed)
    made = upload(casework)
    assert made.status_code == 303, made.text
    page = made.headers["location"]
    shown = casework.at("phap-che").get(page).text
    assert "Vụ việc đang mở chưa có văn bản này và còn có thể có: 1;" in shown
    assert "Văn bản đã lập, giữ nguyên mẫu của nó: 1, trong đó dự thảo chờ ký" in shown
    assert f"<ins>{CODE}</ins>" in shown
    assert "+ &lt;h1&gt;THÔNG BÁO VI PHẠM&lt;/h1&gt;" in shown
    assert "dự thảo" in casework.at("phap-che").get("/forms").text
    assert casework.at("quan-tri").post(f"{page}/activation").status_code == 403
    assert casework.at("phap-che").post(f"{page}/activation").status_code == 303
    assert "đang dùng" in casework.at("quan-tri").get(page).text
    assert "VI PHẠM</h1>" in casework.at("quan-tri").get(f"{PAPER}/template").text
    casework.do("thu-ly", waiting, "draw_notice")
    casework.make_files()
    text = text_of(notice_of(casework, waiting))
    assert CODE in text
    assert "THÔNG BÁO VI PHẠM" in text
    assert notice_of(casework, noticed) == first
    refused = casework.at("phap-che").post(f"{page}/withdrawal", data={"reason": "nhầm mẫu"})
    assert refused.status_code == 409
    assert "số văn bản đã lập theo mẫu này: 1" in refused.text


def test_a_form_of_a_later_day_waits_and_can_be_withdrawn(casework: Casework) -> None:
    page = upload(casework, days=5).headers["location"]
    lawyer = casework.at("phap-che")
    assert lawyer.post(f"{page}/activation").status_code == 303
    assert "chưa đến ngày" in lawyer.get(page).text
    assert CODE not in lawyer.get("/forms").text
    assert lawyer.post(f"{page}/withdrawal", data={"reason": "hoãn thi hành"}).status_code == 303
    assert "hoãn thi hành" in lawyer.get(page).text


def test_a_draft_is_discarded_with_a_reason(casework: Casework) -> None:
    page = upload(casework).headers["location"]
    assert casework.at("quan-tri").post(f"{page}/drop", data={"reason": "x"}).status_code == 422
    assert casework.at("quan-tri").post(f"{page}/drop", data={"reason": "tải nhầm"}).status_code == 303
    assert casework.at("phap-che").post(f"{page}/activation").status_code == 409


@pytest.mark.parametrize(
    ("new", "vi", "en"),
    [
        ("{{ paper.numbr }}</h1>", "dòng 4: văn bản này không có mục “paper.numbr”", "line 4: this paper"),
        ("<script>x</script></h1>", "không được dùng &lt;script&gt;", "&lt;script&gt; may not"),
        ("{{ ''.__class__ }}</h1>", "không được dùng “.__class__” trong mẫu", "“.__class__” may not be used"),
        ('<img src="http://192.0.2.1/a.png"></h1>', "“http://192.0.2.1/a.png”; hãy", "from outside"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_readers_language(
    casework: Casework, new: str, vi: str, en: str
) -> None:
    for language, words in (("vi", vi), ("en", en)):
        casework.at("quan-tri").cookies.set("lang", language)
        answer = upload(casework, "THÔNG BÁO</h1>", new)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{CODE}"' in answer.text  # what was typed is still there


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00x", b"x" * 100_001])
def test_what_is_no_text_of_that_size_is_refused(casework: Casework, content: bytes) -> None:
    row = {"code": CODE, "title": "Thông báo", "note": "thông tư mới", "valid_from": casework.today()}
    file = {"file": ("notice.html", content, "text/html")}
    assert casework.at("quan-tri").post(PAPER, data=row, files=file).status_code == 422


def test_previews_are_shown_and_that_of_a_case_is_written_down(casework: Casework) -> None:
    page = upload(casework).headers["location"]
    lawyer, officer = casework.at("phap-che"), casework.at("thu-ly")
    for path in (f"{page}/picture", f"{PAPER}/picture"):
        assert lawyer.get(path).content.startswith(b"\x89PNG")
    assert CODE in text_of(lawyer.get(f"{page}/preview").content)
    assert "TT 73/2024" in text_of(lawyer.get(f"{PAPER}/preview").content)
    case_id = casework.office.confirmed()
    assert officer.post(f"{page}/preview", data={"case": case_id}).status_code == 404
    casework.do("thiet-bi", case_id, "sign_result")
    casework.do("thu-ly", case_id, "draw_notice")
    assert lawyer.post(f"{page}/preview", data={"case": case_id}).status_code == 403
    text = text_of(officer.post(f"{page}/preview", data={"case": case_id}).content)
    assert "BẢN XEM THỬ" in text
    assert CODE in text
    assert "Nguyễn Văn An" in text
    with transaction(casework.office.engine) as session:
        shown = session.exec(select(AuditEntry).where(AuditEntry.action == "document.show")).all()
        assert [entry.detail["purpose"] for entry in shown] == [f"case:{case_id}"]


def test_a_program_does_the_same(casework: Casework) -> None:
    admin, lawyer = casework.at("quan-tri"), casework.at("phap-che")
    found = admin.get("/api/v1/forms/notice").json()
    assert (found["form"], found["template"]) == (None, forms.source_of("notice-1"))
    assert found["confidence"] == "sure"
    body = {
        "kind": "notice",
        "code": CODE,
        "title": "Thông báo",
        "basis": "TT 99/2026",
        "valid_from": casework.today(),
        "note": "thông tư mới",
    }
    bad = admin.post("/api/v1/form-editions", json={**body, "template": "<p>x</p>"})
    assert bad.status_code == 422
    assert "paper.number" in bad.text
    draft = admin.post("/api/v1/form-editions", json={**body, "template": found["template"]}).json()
    path = f"/api/v1/form-editions/{draft['id']}"
    assert lawyer.get(path).json()["touched"] == 0
    assert lawyer.get(f"{path}/preview").content.startswith(b"%PDF-")
    assert admin.post(f"{path}/activation").status_code == 403
    assert lawyer.post(f"{path}/activation").json()["state"] == "active"
    assert {row["kind"]: row["form"] for row in admin.get("/api/v1/forms").json()}["notice"] == draft["id"]
    assert lawyer.post(f"{path}/withdrawal", json={"reason": "thử thôi"}).json()["state"] == "withdrawn"


def test_what_is_unsure_is_told_and_the_basis_is_entered_anew(casework: Casework) -> None:
    admin = casework.at("quan-tri")
    listed = admin.get("/forms").text
    assert "chưa chắc, cần pháp chế xem" in listed
    assert "TT 73/2024/TT-BCA" in listed
    page = admin.get(PAPER).text
    assert 'min="2025-11-23" max="2028-11-23" value="2026-11-24"' in page
    assert '<input name="basis" maxlength="300" value="" required' in page
    assert "Căn cứ của mẫu đang dùng: TT 73/2024/TT-BCA, Điều 24" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("basis", ""),
        ("basis", "   "),
        ("title", "\u00a0"),
        ("note", "\u200b" * 6),
        ("valid_from", "2199-01-01"),
    ],
)
def test_a_form_states_what_it_is(casework: Casework, field: str, value: str) -> None:
    row = {
        "title": "Thông báo",
        "basis": "TT 99/2026",
        "note": "thông tư mới",
        "valid_from": casework.today(),
    }
    source = forms.source_of("notice-1").encode()
    file = {"file": ("notice.html", source, "text/html")}
    answer = casework.at("quan-tri").post(PAPER, data={**row, field: value}, files=file)
    assert answer.status_code == 422


def test_shared_parts_that_an_update_changed_are_told_until_a_lawyer_looked_again(casework: Casework) -> None:
    page = upload(casework).headers["location"]
    lawyer = casework.at("phap-che")
    lawyer.post(f"{page}/activation")
    told = "phần dùng chung đã đổi"
    assert told not in lawyer.get("/forms").text
    with transaction(casework.office.engine) as session:
        (edition,) = editions.editions(session)
        edition.shared = {**edition.shared, "_base.html": "0" * 64}
        number = edition.id
    assert told in lawyer.get("/forms").text
    assert "từ khi pháp chế xem mẫu này: _base.html" in lawyer.get(page).text
    assert lawyer.get(f"/api/v1/form-editions/{number}").json()["changed_parts"] == ["_base.html"]
    assert casework.at("quan-tri").post(f"{page}/confirmation").status_code == 403
    assert casework.at("phap-che").post(f"{page}/confirmation").status_code == 303
    assert told not in casework.at("phap-che").get("/forms").text
    assert "Xem lại mẫu văn bản" in casework.at("quan-tri").get("/audit").text
