"""The page of connections, and a case that gets its owner by hand: by file and typed, with its source."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from central.accounts.models import User
from central.audit.models import AuditEntry
from central.cases.queries import get_case, history_of
from central.connections import circuit, sheets
from central.connections.problems import OutsideError, Problem
from central.connections.wording import column_named
from central.db import transaction
from central.jobs.models import Job
from central.population import service as population
from central.registry import service as registry
from tests.central.casework import Casework
from tests.central.people import accepted_case

SOURCE = "Công văn số 12/CV-ĐK ngày 24/11/2026"
OWNER = {
    "found": "yes",
    "registered_kind": "car",
    "brand": "Kia Morning",
    "plate_colour": "white",
    "owner_kind": "person",
    "owner_name": "Nguyễn Văn Sơn",
    "owner_identity": "024085000117",
    "owner_address": "Bắc Ninh",
    "since": "2021-03-15",
}


def accepted(casework: Casework, sequence: int = 1) -> int:
    """A case whose owner is to be found."""
    office = casework.office
    with transaction(office.engine) as session:
        lan = session.get_one(User, office.people["lan"])
        case_id = accepted_case(session, lan, office.now, sequence).id or 0
    office.wait(1)
    return case_id


def state_of(casework: Casework, case_id: int) -> str:
    with transaction(casework.office.engine) as session:
        return get_case(session, case_id).state


def answered(casework: Casework, case_id: int, **changes: str) -> int:
    """The typed form, sent."""
    form = OWNER | {"source": SOURCE} | changes
    address = f"/connections/registration/questions/{case_id}"
    return casework.at("thu-ly").post(address, data=form).status_code


def test_an_owner_is_typed_from_a_letter(casework: Casework) -> None:
    case_id = accepted(casework)
    page = casework.at("thu-ly").get("/connections/registration")
    assert "29A00001" in page.text
    assert answered(casework, case_id) == 303
    assert state_of(casework, case_id) == "owner_found"
    with transaction(casework.office.engine) as session:
        answer = registry.latest_answer(session, case_id)
        assert answer is not None
        assert (answer.origin, answer.origin_note, answer.entered_by) == ("person", SOURCE, "user:thu-ly")
        assert history_of(session, case_id)[-1].detail["source"] == SOURCE
        assert session.exec(select(Job).where(Job.kind == registry.LOOK_UP)).first() is None
    assert answered(casework, case_id) == 404  # it no longer waits


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"registered_kind": "truck"}, "owner_mismatch"),
        ({"found": "no"}, "owner_not_found"),
    ],
)
def test_an_answer_by_hand_goes_the_way_of_the_registers(
    casework: Casework, changes: dict[str, str], state: str
) -> None:
    case_id = accepted(casework)
    assert answered(casework, case_id, **changes) == 303
    assert state_of(casework, case_id) == state


def test_a_case_without_owner_is_answered_after_all(casework: Casework) -> None:
    case_id = accepted(casework)
    assert answered(casework, case_id, found="no") == 303
    assert answered(casework, case_id) == 303
    assert state_of(casework, case_id) == "owner_found"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"since": "2026-11-25"}, "không bao gồm ngày vi phạm"),
        ({"owner_name": ""}, "thiếu giá trị"),
        ({"registered_kind": "ship"}, "Loại xe đăng ký"),
        ({"owner_identity": "mười hai"}, "Số định danh"),
    ],
)
def test_a_wrong_answer_is_told_and_kept_in_the_form(
    casework: Casework, changes: dict[str, str], words: str
) -> None:
    case_id = accepted(casework)
    form = OWNER | {"source": SOURCE} | changes
    answer = casework.at("thu-ly").post(f"/connections/registration/questions/{case_id}", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Kia Morning" in answer.text
    assert state_of(casework, case_id) == "accepted"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_goes_out_is_filled_in_and_comes_back(casework: Casework, kind: str) -> None:
    cases = [accepted(casework, sequence) for sequence in (1, 2, 3)]
    content = casework.at("thu-ly").get(f"/connections/registration/waiting.{kind}").content
    rows = sheets.read(content, column_named)
    assert [row["key"] for row in rows] == [str(case_id) for case_id in cases]
    rows[0] |= OWNER | {"registered_kind": "Ô tô con", "since": "15/03/2021", "found": "có"}
    rows[1] |= {"found": "không"}
    write = sheets.write_csv if kind == "csv" else sheets.write_xlsx
    heads = sorted({head for row in rows for head in row})
    filled = write(heads, [[row.get(head, "") for head in heads] for row in rows])
    page = casework.at("thu-ly").post(
        "/connections/registration/answers", data={"source": SOURCE}, files={"file": (f"a.{kind}", filled)}
    )
    assert "Đã nhập 2 trả lời; 1 dòng" in page.text
    states = [state_of(casework, case_id) for case_id in cases]
    assert states == ["owner_found", "owner_not_found", "accepted"]
    again = casework.at("thu-ly").post(
        "/connections/registration/answers", data={"source": SOURCE}, files={"file": (f"a.{kind}", filled)}
    )
    assert "không còn chờ trả lời" in again.text
    with transaction(casework.office.engine) as session:
        actions = session.exec(
            select(AuditEntry.action).where(col(AuditEntry.action).startswith("connection."))
        )
        assert list(actions) == ["connection.take_out", "connection.take_in", "connection.take_in"]


def test_a_file_with_one_wrong_line_changes_nothing(casework: Casework) -> None:
    cases = [accepted(casework, sequence) for sequence in (1, 2)]
    heads = ["key", *OWNER]
    rows = [[str(case_id), *OWNER.values()] for case_id in cases]
    rows[1][heads.index("since")] = "hôm qua"
    answer = casework.at("thu-ly").post(
        "/connections/registration/answers",
        data={"source": SOURCE},
        files={"file": ("a.csv", sheets.write_csv(heads, rows))},
    )
    assert "Dòng 3: " in answer.text
    assert [state_of(casework, case_id) for case_id in cases] == ["accepted", "accepted"]


def test_a_plate_that_was_corrected_meanwhile_is_told(casework: Casework) -> None:
    case_id = accepted(casework)
    heads, row = ["key", "plate", *OWNER], [str(case_id), "30A99999", *OWNER.values()]
    answer = casework.at("thu-ly").post(
        "/connections/registration/answers",
        data={"source": SOURCE},
        files={"file": ("a.csv", sheets.write_csv(heads, [row]))},
    )
    assert "không còn giống câu hỏi" in answer.text
    assert state_of(casework, case_id) == "accepted"


def test_a_person_is_typed_from_a_letter(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    with transaction(casework.office.engine) as session:
        key = session.exec(select(Job.key).where(Job.kind == population.LOOK_UP)).one()
    page = casework.at("thu-ly").get("/connections/population").text
    assert "Nguyễn Văn An" in page
    form = {"found": "yes", "name_there": "Nguyễn Văn An", "birth": "2009-01-01", "address": "Võ Cường"}
    address = f"/connections/population/questions/{key}"
    wrong = casework.at("thu-ly").post(address, data=form | {"source": SOURCE, "birth": "hôm qua"})
    assert (wrong.status_code, "có giá trị không dùng được" in wrong.text) == (422, True)
    before = _readings(casework)
    assert casework.at("thu-ly").post(address, data=form | {"source": SOURCE}).status_code == 303
    assert _readings(casework) == before + 1
    page = casework.at("thu-ly").get(f"/proceedings/{case_id}").text
    assert "Chưa đủ 18 tuổi" in page
    assert SOURCE in page
    workbook = casework.at("thu-ly").get("/connections/population/waiting.xlsx").content
    assert load_workbook(BytesIO(workbook)).worksheets[0].max_row == 1


def _readings(casework: Casework) -> int:
    """How often the case officer read somebody's data, by the audit log."""
    readings = col(AuditEntry.action) == "party.read", col(AuditEntry.actor) == "user:thu-ly"
    with transaction(casework.office.engine) as session:
        return len(session.exec(select(AuditEntry).where(*readings)).all())


def test_a_question_that_is_shown_again_was_read_and_that_stays_written_down(casework: Casework) -> None:
    casework.office.confirmed()
    with transaction(casework.office.engine) as session:
        key = session.exec(select(Job.key).where(Job.kind == population.LOOK_UP)).one()
    form = {"found": "yes", "source": SOURCE}
    answer = casework.at("thu-ly").post(f"/connections/population/questions/{key}", data=form)
    assert answer.status_code == 422
    assert "Nguyễn Văn An" in answer.text
    assert _readings(casework) == 1


def test_an_alert_goes_out_by_hand_in_the_readers_words(casework: Casework) -> None:
    case_id = casework.office.confirmed()
    casework.office.to_notice(case_id)
    casework.office.do(case_id, "raise_alert", "thu-ly", 22)
    assert "Đưa vào cảnh báo" in casework.at("thu-ly").get("/connections/inspection").text
    content = casework.at("thu-ly").get("/connections/inspection/waiting.xlsx").content
    (row,) = sheets.read(content, column_named)
    assert (row["message"], row["plate"]) == ("Đưa vào cảnh báo", "29A00001")
    row["told_there"] = "Có"
    filled = sheets.write_xlsx(list(row), [list(row.values())])
    page = casework.at("thu-ly").post(
        "/connections/inspection/answers", data={"source": SOURCE}, files={"file": ("a.xlsx", filled)}
    )
    assert "Đã nhập 1 trả lời" in page.text
    assert SOURCE in casework.at("thu-ly").get(f"/proceedings/{case_id}").text


def test_how_each_connection_stands_and_trying_again(casework: Casework) -> None:
    office = casework.office
    accepted(casework)
    with transaction(office.engine) as session:
        for _ in range(circuit.OPENS_AFTER):
            circuit.failed(session, "registration", OutsideError(Problem.DENIED, "answered 403"), office.now)
    page = casework.at("quan-tri").get("/connections").text
    assert "Từ chối chúng ta" in page
    assert "Nhập bằng tay" not in page  # an administrator answers nothing
    assert casework.at("quan-tri").post("/connections/registration/retry").status_code == 303
    with transaction(office.engine) as session:
        assert circuit.standing(session)["registration"].open_until is None
        assert session.exec(select(Job).where(Job.kind == registry.LOOK_UP)).one().run_at <= office.now


@pytest.mark.parametrize(("name", "status"), [("lan", 403), ("quan-tri", 403), ("kho-bac", 403)])
def test_who_answers_nothing(casework: Casework, name: str, status: int) -> None:
    case_id = accepted(casework)
    for address in (f"questions/{case_id}", "waiting.csv"):
        assert casework.at(name).get(f"/connections/registration/{address}").status_code == status
