"""A sample person asks for their data: all of it comes in one file, and nothing of anybody else."""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from central.accounts.models import User
from central.audit import service as audit
from central.audit.models import AuditEntry
from central.cases.errors import ReasonRequiredError
from central.cases.queries import get_case
from central.data_subjects import paper
from central.data_subjects import service as requests
from central.data_subjects.masking import OTHER, without_others
from central.data_subjects.models import DataRequest
from central.data_subjects.service import Asked, Collector, Letter, Outcome
from central.data_subjects.tables import EXPORTED, LEFT_OUT
from central.db import transaction
from central.documents.archive import Archive
from central.documents.values import Office as Letterhead
from central.errors import ConflictError, InvalidError, NotFoundError
from central.media.store import MediaStore
from central.parties.service import Details, Reader
from central.proceedings import parties_of_case
from central.vault import Vault
from contract.local_time import local_day
from tests.central.proceedings.office import AN, BINH, VAULT, Office
from tests.central.test_personal_data import WITH

LETTERHEAD = Letterhead(
    parent="CÔNG AN TỈNH", name="PHÒNG CSGT", words="Phòng CSGT", place="Bắc Ninh", address="–", phone="–"
)
FIRST_OWNER = Details(kind="person", name="Lê Văn Cũ", identity="024000000009", address="Hà Nội")


@pytest.fixture
def office(engine: Engine, now: datetime) -> Office:
    return Office(engine, now).open()


def lawyer(session: Session, office: Office) -> User:
    return session.get_one(User, office.people["phap-che"])


def entered(session: Session, office: Office, identity: str = AN.identity, plate: str = "") -> DataRequest:
    letter = Letter("12/ĐN", local_day(office.now))
    asked = Asked(asker="Nguyễn Văn An", identity=identity, plate=plate)
    return requests.enter(session, office.vault, lawyer(session, office), letter, asked, office.now)


def archive_of(office: Office) -> Archive:
    """The papers of an office whose files are all still being made."""
    return Archive(office.vault, MediaStore(Path("/nowhere")), LETTERHEAD, "BN")


def collect(office: Office, row: DataRequest, now: datetime | None = None) -> DataRequest:
    """Collects the file of a request."""
    with transaction(office.engine) as session:
        user = lawyer(session, office)
    by = Collector(office.vault, office.index, archive_of(office))
    return requests.collect(office.engine, by, user, row.id or 0, "vi", now or office.now)


def file_of(
    office: Office, identity: str = AN.identity, plate: str = ""
) -> tuple[dict[str, Any], str, bytes]:
    """What a person gets: data, text of the summary, and the bytes as stored."""
    with transaction(office.engine) as session:
        row = entered(session, office, identity, plate)
    stored = collect(office, row).sealed_file or b""
    with transaction(office.engine) as session:
        made = requests.read_file(session, office.vault, lawyer(session, office), row.id or 0)
    with zipfile.ZipFile(BytesIO(made)) as package:
        assert package.namelist() == ["data.json", "summary.pdf"]
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(package.read("summary.pdf"))).pages)
        return json.loads(package.read("data.json")), text, stored


def test_every_table_with_personal_data_is_in_the_file_or_left_out_for_a_reason() -> None:
    assert EXPORTED | LEFT_OUT.keys() == WITH.keys()
    assert not EXPORTED & LEFT_OUT.keys()


def test_every_table_said_to_be_in_the_file_is_read(office: Office) -> None:
    office.to_delivery(office.confirmed())
    read: set[str] = set()

    def note(*called: Any) -> None:
        read.update(re.findall(r"\b(?:FROM|JOIN) (\w+)", called[2]))

    with transaction(office.engine) as session:
        row = entered(session, office)
    event.listen(office.engine, "before_cursor_execute", note)
    collect(office, row)
    event.remove(office.engine, "before_cursor_execute", note)
    assert EXPORTED - read == set()


def test_a_person_gets_everything_about_them(office: Office) -> None:
    case_id = office.confirmed()
    decision = office.to_delivery(case_id)
    data, text, stored = file_of(office)
    assert {fact["value"] for fact in data["persons"][0]["facts"]} >= {AN.name, AN.identity, AN.address}
    [case] = data["cases"]
    assert case["id"] == case_id
    assert case["evidence"]["manifest"]["files"]
    assert case["register"][0]["owner"]["identity"] == AN.identity
    assert case["offence"]["plate"] == case["plate"]
    assert {step["by"] for step in case["proceeding"]["steps"]} >= {"you", "officer", "signer", "clerk"}
    assert [row["number"] for row in data["decisions"]] == [decision.number]
    assert data["decisions"][0]["fine"] == decision.fine
    for told in (AN.name, decision.number, "Ai đã xem dữ liệu của bạn"):
        assert told in text
    assert AN.name.encode() not in stored


class Meanwhile:
    """Does something in a transaction of its own while a summary is being typeset, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, office: Office, done: Callable[[], object]) -> None:
        self.typeset, self.done = paper.as_pdf, done
        self.office, self.was_done = office, False
        monkeypatch.setattr(paper, "as_pdf", self.as_pdf)

    def as_pdf(self, *given: Any) -> bytes:
        """Stands before the real one."""
        if not self.was_done:
            self.was_done = True
            self.done()
        return self.typeset(*given)


def test_others_work_while_the_summary_is_typeset(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    today = local_day(office.now)

    def note_answer() -> None:
        with transaction(office.engine) as session:
            requests.note_answer(session, lawyer(session, office), 1, today, office.now)

    Meanwhile(monkeypatch, office, note_answer)
    with transaction(office.engine) as session:
        row = entered(session, office)
    made = collect(office, row)
    assert made.sealed_file
    assert made.answered_on == today, "what was written meanwhile stays"


def test_nothing_is_kept_for_a_request_that_ended_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        with transaction(office.engine) as session:
            user, today = lawyer(session, office), local_day(office.now)
            requests.end(session, user, 1, "refused", today, "không phải chủ xe", office.now)

    Meanwhile(monkeypatch, office, refuse)
    with transaction(office.engine) as session:
        row = entered(session, office)
    with pytest.raises(ConflictError, match="data_request_ended"):
        collect(office, row)
    with transaction(office.engine) as session:
        assert requests.get(session, 1).sealed_file is None


def test_of_two_files_the_one_collected_later_stays(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.confirmed()
    with transaction(office.engine) as session:
        row = entered(session, office)
    later: list[DataRequest] = []
    after = office.now + timedelta(seconds=1)
    Meanwhile(monkeypatch, office, lambda: later.append(collect(office, row, after)))
    first = collect(office, row)
    assert (first.collected_at, first.file_sha256) == (after, later[0].file_sha256)
    again = collect(office, row, after + timedelta(seconds=1))
    assert again.file_sha256 != later[0].file_sha256, "collected again, it replaces the earlier one"
    with transaction(office.engine) as session:
        kept = session.exec(select(AuditEntry.detail).where(AuditEntry.action == requests.COLLECT)).all()
    assert [detail["sha256"] for detail in kept] == [later[0].file_sha256, again.file_sha256]


def test_a_correction_is_told_with_what_stood_before(office: Office) -> None:
    office.confirmed()
    with transaction(office.engine) as session:
        parties = office.parties(session)
        party = parties.enter(AN.model_copy(update={"address": "Hà Nội"}), "đơn", office.now)
        assert party.id is not None
    data, _, _ = file_of(office)
    addresses = [fact for fact in data["persons"][0]["facts"] if fact["field"] == "address"]
    assert [(fact["value"], fact["ended_at"] is None) for fact in addresses] == [
        ("Bắc Ninh", False),
        ("Hà Nội", True),
    ]


def test_other_people_and_names_of_staff_stay_out(office: Office) -> None:
    case_id = office.confirmed()
    office.to_notice(case_id)
    with transaction(office.engine) as session:
        parties_of_case.bring_in(office.parties(session), case_id, BINH, "driver", "đơn", office.now)
        names = {user.full_name for user in session.exec(select(User))} | set(office.people)
    data, text, _ = file_of(office)
    whole = json.dumps(data, ensure_ascii=False) + text
    assert BINH.name not in whole
    assert BINH.identity not in whole
    assert [other["who"] for other in data["cases"][0]["others"]] == [OTHER]
    assert any(step.get("note_withheld") for step in data["cases"][0]["proceeding"]["steps"])
    for name in names - {"xa", "lan"}:
        assert f'"{name}"' not in whole
    driver, _, _ = file_of(office, BINH.identity)
    whole = json.dumps(driver, ensure_ascii=False)
    assert driver["cases"][0]["register"][0]["owner"] == OTHER
    assert AN.name not in whole
    assert AN.identity not in whole


def test_a_plate_gives_only_cases_that_are_nobody_elses(office: Office) -> None:
    case_id = office.confirmed()
    with transaction(office.engine) as session:
        plate = get_case(session, case_id).plate or ""
    assert plate
    for identity, cases, others in ((AN.identity, 1, 0), (BINH.identity, 0, 1), ("", 0, 1)):
        data, text, _ = file_of(office, identity, plate)
        assert (len(data["cases"]), data["cases_of_others"]) == (cases, others), identity
        assert ("liên quan đến người khác" in text) is bool(others)


def test_who_was_named_by_mistake_learns_of_it_and_nothing_of_the_case(office: Office) -> None:
    office.confirmed()
    with transaction(office.engine) as session:
        parties = office.parties(session)
        wrong = parties.enter(FIRST_OWNER, "registry R0", office.now)
        assert wrong.id is not None
        parties.link(1, wrong.id, "driver", "registry R0", office.now)
        parties.block(wrong.id, "nhầm", Reader("test", "sửa"), office.now)
    data, _, _ = file_of(office, FIRST_OWNER.identity)
    assert data["persons"][0]["blocked_at"]
    assert data["persons"][0]["roles"][0]["ended_at"]
    assert data["cases"] == []


def test_it_is_written_down_who_collected_and_read(office: Office) -> None:
    case_id = office.confirmed()
    file_of(office)
    with transaction(office.engine) as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.actor == "user:phap-che")).all()
    done = {(entry.action, entry.subject) for entry in found}
    assert done >= {
        ("data_request.enter", "data_request:1"),
        ("party.read", "party:1"),
        ("owner.view", f"case:{case_id}"),
        ("data_request.collect", "data_request:1"),
        ("data_request.read", "data_request:1"),
    }
    with transaction(office.engine) as session:
        assert audit.verify_chain(session).broken_at is None
    again, _, _ = file_of(office)
    assert {"lawyer"} <= {reading["by"] for reading in again["read_by"]}


@pytest.mark.parametrize(
    ("received", "answer_by", "give_by"),
    [
        (date(2026, 11, 24), date(2026, 11, 26), date(2026, 12, 4)),
        (date(2026, 11, 20), date(2026, 11, 25), date(2026, 11, 30)),  # a Friday; Tuesday is a holiday
    ],
)
def test_the_time_runs_from_the_day_it_was_received(
    session: Session, received: date, answer_by: date, give_by: date
) -> None:
    first, whole = requests.deadlines(session, received)
    assert (first.last_day, whole.last_day) == (answer_by, give_by)


def test_what_can_not_be_entered(office: Office) -> None:
    with transaction(office.engine) as session:
        user, today = lawyer(session, office), local_day(office.now)
        for asked, day in (
            (Asked(asker="An", identity=" ", plate=""), today),
            (Asked(asker="An", identity="", plate="98A<>"), today),
            (Asked(asker="An", identity="1", plate=""), today + timedelta(days=1)),
        ):
            with pytest.raises(InvalidError):
                requests.enter(session, VAULT, user, Letter("1", day), asked, office.now)


def test_nothing_is_given_before_it_was_collected_nor_refused_without_a_reason(office: Office) -> None:
    with transaction(office.engine) as session:
        row, user, today = entered(session, office), lawyer(session, office), local_day(office.now)
        assert row.id is not None
        refused: list[tuple[Outcome, date, str, type[Exception]]] = [
            ("given", today, "", ConflictError),
            ("refused", today, " ", ReasonRequiredError),
            ("refused", today - timedelta(days=1), "không phải chủ xe", InvalidError),
            ("refused", today + timedelta(days=1), "không phải chủ xe", InvalidError),
        ]
        for outcome, on, note, why in refused:
            with pytest.raises(why):
                requests.end(session, user, row.id, outcome, on, note, office.now)
        requests.end(session, user, row.id, "refused", today, "không phải chủ xe", office.now)
        assert row.answered_on == today
        with pytest.raises(ConflictError):
            requests.note_answer(session, user, row.id, today, office.now)


def test_file_and_name_go_some_time_after_the_end(office: Office) -> None:
    file_of(office)
    with transaction(office.engine) as session:
        user = lawyer(session, office)
        requests.end(session, user, 1, "given", local_day(office.now), "", office.now)
        assert not requests.erase_ended(session, office.now + timedelta(days=29))
        assert session.get_one(DataRequest, 1).sealed_file
        requests.erase_ended(session, office.now + timedelta(days=31))
        row = session.get_one(DataRequest, 1)
        assert (row.sealed, row.sealed_file) == (b"", None)
        assert row.erased_at is not None
        assert requests.read_asked(session, VAULT, user, 1) is None
        with pytest.raises(NotFoundError):
            requests.read_file(session, VAULT, user, 1)


def test_a_new_key_seals_them_anew(office: Office) -> None:
    file_of(office)
    newer = Vault((b"n" * 32, *VAULT.keys))
    with transaction(office.engine) as session:
        assert requests.reseal(session, newer) == 1
        assert requests.reseal(session, newer) == 0
        only = Vault((b"n" * 32,))
        assert requests.read_file(session, only, lawyer(session, office), 1)
        assert session.exec(select(col(DataRequest.key_id))).one() == newer.key_id


def test_a_driver_whom_the_owner_named_is_masked() -> None:
    sent = {"kind": "x", "text": "của tôi", "fields": {"name": "B", "identity": "1", "relief": "deferral"}}
    told = without_others(sent)
    assert told == {**sent, "fields": {"name": OTHER, "identity": OTHER, "relief": "deferral"}}
    assert without_others(None) is None
