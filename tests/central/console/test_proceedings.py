"""A case worked through the console's forms: what each person is offered, what is refused and told, papers
to the byte, parties only for a purpose."""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from central.audit.models import AuditEntry
from central.db import transaction
from central.documents import archive as documents
from central.offences.models import Offence, OffenceChange
from central.proceedings import particulars
from central.proceedings.models import TrackState
from central.settings import CentralSettings, SitePlace
from tests.central import databases
from tests.central.casework import Casework, opened
from tests.central.proceedings.office import BINH


def test_a_case_from_result_to_execution_by_forms(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    assert "Ký kết quả thu thập" in casework.at("thiet-bi").get(f"/proceedings/{case_id}").text
    casework.do("thiet-bi", case_id, "sign_result")
    page = casework.do("thu-ly", case_id, "draw_notice", days=1)
    assert "Đã lập Thông báo vi phạm số" in page
    casework.do("truong-phong", case_id, "sign_notice")
    casework.make_files()
    casework.do("van-thu", case_id, "send_notice", how="post")
    casework.do("thu-ly", case_id, "publish")
    casework.do("thu-ly", case_id, "open_session", days=3, content="Ông An nhận đã lái xe.")
    casework.do("thu-ly", case_id, "admit")
    casework.do("thu-ly", case_id, "identify_violator", violator_as="owner")
    casework.do("thu-ly", case_id, "make_record", statement="Tôi vội.")
    casework.do("thu-ly", case_id, "sign_record")
    casework.do("thu-ly", case_id, "explain", days=1, content="Xin giảm nhẹ.")
    casework.do("thu-ly", case_id, "propose_decision", circumstances=["9.2"], fines=["18500000"])
    page = casework.at("truong-phong").get(f"/proceedings/{case_id}").text
    first_key = re.findall(r'steps/(\w+)"[^>]* data-key="Digit1"', page)
    assert first_key == ["sign_decision"], "the first key brings the case on, it sends nothing back"
    casework.do("truong-phong", case_id, "sign_decision", days=1)
    casework.make_files()
    casework.do("van-thu", case_id, "send_decision", how="electronic")
    assert "delivery_electronic" in office.last_days(case_id)
    casework.do("van-thu", case_id, "deliver", days=1)
    assert office.state(case_id, "payment") == "due"
    assert "18.500.000" in casework.at("truong-phong").get(f"/proceedings/{case_id}").text


def test_what_is_refused_is_told_with_every_reason_and_what_was_typed(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    answer = casework.send("thu-ly", case_id, "make_record", statement="lời khai dài")
    assert answer.status_code == 409
    assert "chưa có kết quả của thiết bị được ký" in answer.text
    assert "chưa xác định người vi phạm" in answer.text
    assert "lời khai dài" in answer.text


def test_who_goes_on_is_told_and_no_way_leads_to_what_is_not_theirs(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    page = casework.do("thu-ly", case_id, "draw_notice")
    assert re.findall(r"<p data-next>.*</strong> ([^<]*)</p>", page) == ["Ký thông báo (người có thẩm quyền)"]
    evidence = f'href="/cases/{case_id}"'
    assert evidence in page
    assert evidence not in casework.at("van-thu").get(f"/proceedings/{case_id}").text


def test_a_missing_particular_is_named(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    answer = casework.send("thu-ly", case_id, "transfer", to="unit", residence="elsewhere")
    assert answer.status_code == 422
    assert "Tên đơn vị nhận" in answer.text


def test_a_page_that_is_no_longer_true_takes_no_step(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    old = casework.version(case_id)
    casework.do("thiet-bi", case_id, "sign_result")
    answer = casework.send("thu-ly", case_id, "draw_notice", version=old)
    assert answer.status_code == 409
    assert "đã thay đổi" in answer.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("lan", 403), ("kho-bac", 403), ("xa", 404), ("thu-ly", 200), ("truong-phong", 200), ("van-thu", 200)],
)
def test_who_may_open_the_page(casework: Casework, name: str, status: int) -> None:
    case_id = casework.office.confirmed()
    assert casework.at(name).get(f"/proceedings/{case_id}").status_code == status


def test_the_commune_opens_what_is_handed_to_it(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    values = {"to": "unit", "unit": "Công an xã Đông Tiến", "residence": "elsewhere"}
    casework.do("thu-ly", case_id, "transfer", **values)
    page = casework.at("xa").get(f"/proceedings/{case_id}")
    assert page.status_code == 200
    assert "Nhận hồ sơ chuyển" in page.text


def test_personal_data_are_read_for_a_purpose_that_is_kept(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    page = casework.at("thu-ly").get(f"/proceedings/{case_id}").text
    assert "Nguyễn Văn An" not in page
    address = f"/proceedings/{case_id}/parties/owner"
    assert casework.at("thu-ly").post(address, data={"purpose": "  "}).status_code == 422
    read = casework.at("thu-ly").post(address, data={"purpose": "Làm việc với chủ xe"})
    assert "Nguyễn Văn An" in read.text
    with transaction(casework.office.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "party.read")).all()
        assert entries[-1].detail["purpose"] == "Làm việc với chủ xe"
        assert entries[-1].actor == "user:thu-ly"
    assert casework.at("thiet-bi").post(address, data={"purpose": "Xem thử"}).status_code == 403


def test_a_paper_is_shown_to_the_byte_each_time(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    casework.make_files()
    page = casework.at("thu-ly").get(f"/proceedings/{case_id}").text
    path = f"/proceedings/{case_id}/papers/1"
    assert path in page
    first, again = (casework.at("thu-ly").get(path) for _ in range(2))
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == again.content
    assert hashlib.sha256(first.content).hexdigest() in page
    assert casework.at("thu-ly").get("/proceedings/99/papers/1").status_code == 404


def test_a_paper_of_another_case_is_not_found(casework: Casework) -> None:
    one, other = casework.office.confirmed(), casework.office.confirmed()
    casework.do("thiet-bi", one, "sign_result")
    casework.make_files()
    assert casework.at("thu-ly").get(f"/proceedings/{other}/papers/1").status_code == 404


def test_pages_are_there_in_english(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.at("thu-ly").get("/language/en")
    page = casework.at("thu-ly").get(f"/proceedings/{case_id}").text
    assert "What you can do now" in page


@pytest.mark.parametrize("action", ["nonsense", "%00", "sign_decision"])
def test_forms_of_steps_exist_for_real_actions_only(casework: Casework, action: str) -> None:
    case_id = casework.office.confirmed()
    status = casework.at("truong-phong").get(f"/proceedings/{case_id}/steps/{action}").status_code
    assert status == (200 if action == "sign_decision" else 404 if action == "nonsense" else 422)


def test_every_action_has_a_form_with_words(casework: Casework) -> None:
    from central.proceedings.engine import STEPS

    case_id = casework.office.confirmed()
    for lang in ("vi", "en"):
        casework.at("thu-ly").get(f"/language/{lang}")
        for action in STEPS:
            answer = casework.at("thu-ly").get(f"/proceedings/{case_id}/steps/{action}")
            assert answer.status_code == 200, action


def test_a_fine_left_empty_follows_the_circumstances() -> None:
    given = particulars.read("propose_decision", {"fines": [""], "circumstances": ["9.2"]})
    assert given == particulars.Terms(circumstances=("9.2",))


def test_a_complaint_is_taken_up_and_settled_with_a_paper_each(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    office.to_delivery(case_id)
    office.do(case_id, "complain", "citizen", 2)
    page = casework.at("thu-ly").get(f"/proceedings/{case_id}").text
    assert page.index("Thụ lý khiếu nại") < page.index("Không thụ lý khiếu nại") < page.index("Khi cần:")
    assert "Thông báo thụ lý khiếu nại" in casework.do("thu-ly", case_id, "accept_complaint")
    words = {"note": "Hình ảnh rõ ràng, đèn đỏ đã bật 1,6 giây."}
    page = casework.do("truong-phong", case_id, "settle_complaint", days=9, **words)
    assert "Quyết định giải quyết khiếu nại" in page
    archive = casework.centre.state.services.archive
    with transaction(office.engine) as session:
        papers = {paper.kind: archive.values_of(paper) for paper in documents.of_case(session, case_id)}
    assert "không quá 30 ngày" in papers["complaint_taken_up"]["paragraphs"][1]
    settled = papers["complaint_settled"]["articles"]
    assert settled[0].startswith("Giữ nguyên quyết định xử phạt vi phạm hành chính số 0001/2026/QĐ-XPHC")
    assert "đèn đỏ đã bật 1,6 giây" in settled[0]
    assert "khiếu nại lần hai" in settled[1]
    office.do(case_id, "complain_again", "citizen", 20)
    answer = casework.send("truong-phong", case_id, "settle_second", note="không đổi")
    assert (
        "phải do người khác thực hiện" in answer.text
    )  # the superior of who decided (Luật Khiếu nại, Điều 33)
    casework.do("truong-phong", case_id, "annul_decision", note="thấy sai")
    with transaction(office.engine) as session:
        rows = session.exec(select(TrackState).where(col(TrackState.track).in_(("complaint", "force"))))
        assert {row.track: row.state for row in rows} == {"complaint": "second_settled", "force": "annulled"}


def test_a_named_driver_is_told_why_and_asked_to_come_later_than_the_owner(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    casework.do("thiet-bi", case_id, "sign_result")
    casework.do("thu-ly", case_id, "draw_notice")
    casework.do("truong-phong", case_id, "sign_notice")
    casework.make_files()
    casework.do("van-thu", case_id, "send_notice", how="post")
    driver = {"kind": "person", "name": "Hoàng Văn Duy", "identity": "024090000555", "source": "chủ xe khai"}
    office.wait(18)
    form = {"version": casework.version(case_id), **driver}
    named = casework.at("thu-ly").post(f"/proceedings/{case_id}/steps/name_driver", data=form)
    assert named.status_code == 200
    casework.do("thu-ly", case_id, "invite_driver")
    casework.do("thu-ly", case_id, "draw_notice")
    archive = casework.centre.state.services.archive
    with transaction(office.engine) as session:
        owner, told = (archive.values_of(paper) for paper in documents.of_case(session, case_id, "notice"))
    assert [paper["named_driver"] for paper in (owner, told)] == [False, True]
    assert datetime.fromisoformat(told["come_at"]) > office.now + timedelta(days=13)


def test_the_act_is_charged_anew_by_two_people(casework: Casework) -> None:
    office = casework.office
    case_id = office.confirmed()
    form = casework.at("thu-ly").get(f"/proceedings/{case_id}/steps/propose_requalification").text
    rows = dict(re.findall(r'<option value="([A-Z][^"]*)" >([^<]*)<', form))
    assert "RED-M" in rows
    assert "7.7.c" in rows["RED-M"]
    assert "RED-A" not in rows  # that is what it is charged as
    bad = casework.send("thu-ly", case_id, "propose_requalification", law_code="PARK-A", note="x")
    assert bad.status_code == 409
    note = "Xe ba bánh: đăng ký là mô tô"
    casework.do("thu-ly", case_id, "propose_requalification", law_code="RED-M", note=note)
    assert casework.send("thu-ly", case_id, "requalify").status_code == 409
    form = casework.at("truong-phong").get(f"/proceedings/{case_id}/steps/requalify").text
    assert "7.7.c" in form
    page = casework.do("truong-phong", case_id, "requalify")
    assert "4.000.000–6.000.000" in page
    with transaction(office.engine) as session:
        offence = session.exec(select(Offence).where(Offence.case_id == case_id)).one()
        (change,) = session.exec(select(OffenceChange)).all()
        assert (offence.law_code, offence.vehicle_class, offence.points) == ("RED-M", "motorbike", 4)
        assert (change.before["law_code"], change.reason) == ("RED-A", note)


@pytest.fixture
def with_places(tmp_path: Path, now: datetime) -> Iterator[Casework]:
    """The office with the positions of two sites."""
    databases.migrated_sqlite(tmp_path / "central.db")
    sites = {
        "hang-bai": SitePlace(latitude=21.2731, longitude=106.1946),
        "hue": SitePlace(latitude=16.4637, longitude=107.5909),
    }
    yield from opened(CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN", sites=sites), now)


@pytest.mark.parametrize("reached", ["drawn", "signed"])
def test_a_plate_seen_elsewhere_after_the_notice_was_drawn_keeps_it_from_going_out(
    with_places: Casework, reached: str
) -> None:
    office, plate = with_places.office, {"text": "98A51863"}
    case_id = office.confirmed(plate=plate)
    with_places.do("thiet-bi", case_id, "sign_result")
    with_places.do("thu-ly", case_id, "draw_notice")
    if reached == "signed":
        with_places.do("truong-phong", case_id, "sign_notice")
    with_places.make_files()
    office.confirmed(BINH, plate=plate, site="hue", site_name="Huế")
    if reached == "drawn":
        with_places.do("truong-phong", case_id, "sign_notice")
    else:
        with_places.do("van-thu", case_id, "send_notice", how="post")
    assert (office.state(case_id, "notice"), office.state(case_id, "clone")) == (reached, "suspected")
    office.wait(0.01)
    assert with_places.send("van-thu", case_id, "send_notice", how="post").status_code == 409
