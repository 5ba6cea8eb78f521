"""Pages of the register of devices, of the law tables and of withdrawals."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from central.cases.models import Case
from central.db import transaction
from central.devices import service as devices
from central.devices.service import LARGEST_PHOTO
from central.proceedings import service as proceedings
from central.proceedings import syncing
from central.proceedings.models import WithdrawnCase
from contract.local_time import local_day
from tests.central.casework import Casework
from tests.central.citizens.test_files import jpeg, pdf
from tests.central.law.test_service import DEARER, text_of
from tests.central.people import add_case
from tests.central.proceedings.office import BINH, NOW

DEVICE = "/devices/nut-1/cam-1"
PHOTO = jpeg()
PERIOD = {"camera": "nut-1/cam-1", "from_at": "2026-11-01T00:00", "until_at": "2026-12-31T00:00"}


def test_a_device_is_registered_papered_and_named(casework: Casework) -> None:
    admin = casework.at("quan-tri")
    new = "/devices/nut-1/cam-9"
    assert "Camera chưa đăng ký" in admin.get(new).text
    admin.post(new, data={"name": "Camera 9", "serial": "SN-9", "unit": "Phòng CSGT"})
    paper = {"issuer": "Bộ Công an", "valid_from": casework.today(-1)}
    for kind in ("approval", "certificate", "site_decision"):
        answer = admin.post(f"{new}/papers", data={**paper, "kind": kind, "number": f"{kind}-9"})
        assert answer.status_code == 303
    page = admin.get(new).text
    assert "chưa có ảnh biển báo" in page
    photo = {"photo": ("sign.jpg", PHOTO, "image/jpeg")}
    assert admin.post(f"{new}/sign", data={"taken": casework.today(-1)}, files=photo).status_code == 303
    assert "hợp lệ hôm nay" in admin.get(new).text
    assert admin.get(f"{new}/sign").content == PHOTO
    user = {"username": "thiet-bi", "decision": "16/QĐ", "training": "CC-2", "valid_from": casework.today(-1)}
    admin.post(f"{new}/users", data=user)
    assert "16/QĐ" in admin.get(new).text


@pytest.mark.parametrize(
    ("content", "vi", "en"),
    [
        (b"", "trống; hãy chọn lại", "is empty; choose"),
        (b"GIF89a", "không phải ảnh JPEG hay PNG; hãy chọn đúng ảnh", "is not a JPEG or PNG picture; choose"),
        (pdf(), "không phải ảnh JPEG hay PNG; hãy chọn đúng ảnh", "is not a JPEG or PNG picture; choose"),
        (b"\xff\xd8\xff rubbish", "không mở được ảnh", "can&#39;t be opened"),
        (PHOTO + bytes(LARGEST_PHOTO), "lớn hơn 12 MB; hãy", "larger than 12 MB; save"),
    ],
)
def test_what_is_no_picture_is_no_sign(casework: Casework, content: bytes, vi: str, en: str) -> None:
    admin, photo = casework.at("quan-tri"), {"photo": ("biển báo.jpg", content, "image/jpeg")}
    before = admin.get(f"{DEVICE}/sign").status_code
    for language, words in (("vi", vi), ("en", en)):
        admin.cookies.set("lang", language)
        answer = admin.post(f"{DEVICE}/sign", data={"taken": casework.today(-3)}, files=photo)
        assert answer.status_code == 422
        assert "“biển báo.jpg”" in answer.text
        assert words in answer.text
        assert f'value="{casework.today(-3)}"' in answer.text
    assert admin.get(f"{DEVICE}/sign").status_code == before


def test_a_revoked_certificate_ends_the_device(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    with transaction(casework.office.engine) as session:
        paper = next(p for p in devices.papers(session, "nut-1", "cam-1") if p.kind == "certificate")
        paper_id = paper.id
    path = f"{DEVICE}/papers/{paper_id}/revocation"
    assert casework.at("thu-ly").post(path, data={"reason": "kiểm định sai"}).status_code == 403
    assert casework.at("quan-tri").post(path, data={"reason": "kiểm định sai"}).status_code == 303
    assert "không có giấy kiểm định" in casework.at("thu-ly").get("/devices").text
    assert casework.send("thiet-bi", case_id, "sign_result").status_code == 409


def test_a_new_table_goes_from_upload_to_use(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    admin, lawyer = casework.at("quan-tri"), casework.at("phap-che")
    file = {"file": ("offences.yaml", text_of("offences", DEARER).encode(), "application/yaml")}
    made = admin.post("/law", data={"name": "offences", "note": "NĐ mới"}, files=file)
    page = made.headers["location"]
    shown = lawyer.get(page).text
    assert f"ảnh hưởng 1 vụ việc đang mở. {case_id}<" in shown
    assert "chưa chắc, cần pháp chế duyệt" in shown
    assert lawyer.post(f"{page}/activation").status_code == 409
    row = shown.partition('name="rows" value="')[2].partition('"')[0]
    assert lawyer.post(f"{page}/approvals", data={"rows": row}).status_code == 303
    assert admin.post(f"{page}/activation").status_code == 403
    assert lawyer.post(f"{page}/activation").status_code == 303
    assert "đang áp dụng" in admin.get(page).text
    assert "30_000_000" in admin.get("/law/files/offences.yaml").text
    with transaction(casework.office.engine) as session:
        found = proceedings.of_case(session, case_id)
        assert found is not None
        assert found.waiting_at is None
        assert syncing.refresh(session, casework.office.now) == 1


def test_a_new_table_names_the_cases_under_review_it_would_be_applied_to(casework: Casework) -> None:
    days = [("2026-11-10T03:00:00Z", "red_light"), ("2026-11-10T03:00:00Z", "wrong_lane")]
    days += [("2026-10-31T16:59:00Z", "red_light"), ("2026-10-31T17:00:00Z", "red_light")]
    with transaction(casework.office.engine) as session:
        for number, (at, rule) in enumerate(days, 8):
            occurred = datetime.fromisoformat(at)
            add_case(session, NOW, number, occurred_at=occurred, rule={"name": rule, "version": 1})
    admin = casework.at("quan-tri")
    file = {"file": ("offences.yaml", text_of("offences", DEARER).encode(), "application/yaml")}
    made = admin.post("/law", data={"name": "offences", "note": "NĐ mới"}, files=file)
    shown = admin.get(made.headers["location"]).text
    assert "ảnh hưởng 0 vụ việc đang mở" in shown
    assert "2 vụ việc chưa ghi nhận vi phạm" in shown


def test_a_row_of_other_days_touches_no_recorded_case(casework: Casework) -> None:
    casework.office.confirmed()
    later = [
        (old, new.replace("2026-10-31", "2026-12-31").replace("2026-11-01", "2027-01-01"))
        for old, new in (DEARER,)
    ]
    admin = casework.at("quan-tri")
    file = {"file": ("offences.yaml", text_of("offences", *later).encode(), "application/yaml")}
    made = admin.post("/law", data={"name": "offences", "note": "NĐ mới"}, files=file)
    assert "ảnh hưởng 0 vụ việc đang mở" in admin.get(made.headers["location"]).text


def in_use(casework: Casework, name: str, text: str) -> None:
    """A new version of a table, uploaded, approved and activated."""
    admin, lawyer = casework.at("quan-tri"), casework.at("phap-che")
    body = {"name": name, "content": text, "note": "sửa"}
    draft = admin.post("/api/v1/law-tables", json=body).json()
    path = f"/api/v1/law-tables/{draft['id']}"
    lawyer.post(f"{path}/approvals", json={"rows": draft["unapproved"]})
    assert lawyer.post(f"{path}/activation").json()["state"] == "active"


def test_a_new_deadline_holds_for_open_cases_and_those_that_come_in_after_it(casework: Casework) -> None:
    def days(case: Case) -> int:
        """Days until the end of the last one."""
        return (local_day(case.notice_due_at) - local_day(case.occurred_at)).days - 1

    with transaction(casework.office.engine) as session:
        waiting = add_case(session, NOW, 8)
        assert days(waiting) == 10
    in_use(casework, "deadlines", text_of("deadlines", ("amount: 10\n", "amount: 15\n")))
    with transaction(casework.office.engine) as session:
        assert days(add_case(session, NOW, 9)) == 15
        assert days(session.get_one(Case, waiting.id)) == 15


def test_a_table_with_a_mistake_is_told_with_its_line(casework: Casework) -> None:
    text = text_of("deadlines").replace("code: notice", "kode: notice", 1)
    file = {"file": ("deadlines.yaml", text.encode(), "application/yaml")}
    answer = casework.at("quan-tri").post("/law", data={"name": "deadlines", "note": "x"}, files=file)
    assert answer.status_code == 422
    assert "kode" in answer.text


def test_one_act_ends_everything_and_tells_everybody(casework: Casework) -> None:
    office = casework.office
    noticed, decided, seen = office.confirmed(), office.confirmed(BINH), office.confirmed()
    casework.do("thiet-bi", noticed, "sign_result")
    casework.do("thu-ly", noticed, "draw_notice")
    casework.do("truong-phong", noticed, "sign_notice")
    casework.make_files()
    casework.do("van-thu", noticed, "send_notice", how="post")
    office.to_delivery(decided)
    signer = casework.at("truong-phong")
    form = PERIOD | {"reason": "vạch dừng vẽ sai"}
    assert casework.at("thu-ly").post("/withdrawals", data=form).status_code == 403
    assert "3" in signer.post("/withdrawals/preview", data=form).text
    made = signer.post("/withdrawals", data=form)
    assert made.status_code == 303
    page = made.headers["location"]
    with transaction(office.engine) as session:
        states = {case.id: case.state for case in session.exec(select(Case))}
        rows = {row.case_id: row for row in session.exec(select(WithdrawnCase))}
    assert set(states.values()) == {"withdrawn"}
    assert rows[noticed].paper_id is not None
    assert rows[seen].paper_id is None
    assert office.state(noticed, "notice") == "withdrawn"
    assert office.state(decided, "case") == "stopped"
    casework.make_files()
    told = {"case_id": noticed, "how": "post"}
    assert casework.at("van-thu").post(f"{page}/told", data=told).status_code == 303
    assert "đã báo" in casework.at("van-thu").get(page).text


def test_cases_still_with_the_operators_end_too(casework: Casework) -> None:
    with transaction(casework.office.engine) as session:
        add_case(session, casework.office.now, 8)
        add_case(session, casework.office.now, 9, rule={"name": "wrong_lane", "version": 1})
    form = PERIOD | {"reason": "đèn vàng sai", "rule": "red_light"}
    assert casework.at("truong-phong").post("/withdrawals", data=form).status_code == 303
    with transaction(casework.office.engine) as session:
        found = {case.rule: case.state for case in session.exec(select(Case))}
    assert found == {"red_light": "withdrawn", "wrong_lane": "received"}


@pytest.mark.parametrize("changed", [{"until_at": "2026-10-01T00:00"}, {"reason": " "}, {"from_at": "x"}])
def test_an_act_that_says_too_little_is_refused(casework: Casework, changed: dict[str, str]) -> None:
    form = PERIOD | {"reason": "vạch dừng vẽ sai"} | changed
    assert casework.at("truong-phong").post("/withdrawals", data=form).status_code == 422


def test_a_device_paper_that_ends_soon_is_shown_first(casework: Casework) -> None:
    until = (casework.office.now + timedelta(days=10)).date().isoformat()
    form = {"kind": "approval", "number": "n", "issuer": "i", "valid_from": "2026-01-01", "valid_to": until}
    casework.at("quan-tri").post(f"{DEVICE}/papers", data=form)
    assert "04/12/2026" in casework.at("thu-ly").get("/devices").text
