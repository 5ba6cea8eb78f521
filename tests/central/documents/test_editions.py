"""Editions of forms: the day of a paper chooses, two people bring one into use, papers made once stay as they
are.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.accounts.models import User
from central.accounts.permissions import Role
from central.audit.models import AuditEntry
from central.db import transaction
from central.documents import checking, editions, forms, sandbox, trial
from central.documents.archive import About, Archive, title_of
from central.documents.editions import FormTemplateError, Row
from central.documents.models import Document, FormEdition
from central.documents.samples import OFFICE, SAMPLES
from central.documents.signing import FileSigner, validate
from central.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from central.media.store import MediaStore
from central.vault import Vault
from configs.law_tables import forms as shipped_forms
from configs.wording import Words
from contract.local_time import local_day
from tests.central.documents.certificates import PASSPHRASE, authority
from tests.central.documents.test_render import expect_pdf_a, links_on, text_of
from tests.central.people import add_user

CODE = "Mẫu số 01 – TT 99/2026/TT-BCA"
NOTICE = forms.source_of("notice-1").replace("<h1>THÔNG BÁO</h1>", "<h1>THÔNG BÁO VI PHẠM</h1>")
VALUES = SAMPLES["notice"].model_dump(mode="json", exclude={"office", "number", "dated", "kind", "edition"})


@pytest.fixture
def admin(session: Session, now: datetime) -> User:
    return add_user(session, "quan-tri", Role.ADMIN, now)


@pytest.fixture
def lawyer(session: Session, now: datetime) -> User:
    return add_user(session, "phap-che", Role.LAWYER, now)


def row(first: date) -> Row:
    """A new row of the notice."""
    return Row("notice", CODE, "Thông báo vi phạm", "Thông tư 99/2026/TT-BCA", first, "thông tư mới")


Approved = Callable[[date], FormEdition]


@pytest.fixture
def approved(session: Session, admin: User, lawyer: User, now: datetime) -> Approved:
    """Uploads and approves an edition of the notice that begins on a day."""

    def make(first: date) -> FormEdition:
        draft = editions.upload(session, row(first), NOTICE, admin, now)
        return editions.activate(session, draft.id or 0, lawyer, now)

    return make


@pytest.mark.parametrize(
    ("days", "chosen"),
    [([], None), ([0], 0), ([1], None), ([-1], 0), ([-5, -1], 1), ([-1, -5], 0), ([-1, 1], 0)],
)
def test_the_day_a_paper_bears_chooses_its_edition(
    session: Session, approved: Approved, now: datetime, days: list[int], chosen: int | None
) -> None:
    today = local_day(now)
    made = [approved(today + timedelta(days=days_on)).id for days_on in days]
    edition = editions.for_paper(session, "notice", today)
    assert edition.form == (made[chosen] if chosen is not None else None)
    assert edition.code == (CODE if chosen is not None else "Mẫu số 01 – TT 73/2024/TT-BCA")
    assert editions.for_paper(session, "decision", today).form is None


def test_an_approved_form_tells_which_shared_parts_an_update_changed(
    engine: Engine, session: Session, approved: Approved, admin: User, lawyer: User, now: datetime
) -> None:
    edition = approved(local_day(now))
    assert edition.shared == sandbox.hashes_of_shared()
    assert set(edition.shared) == {"_base.html", "_page.html", "style.css"}
    assert editions.changed_parts(edition) == ()
    edition.shared = {**edition.shared, "style.css": "0" * 64}  # as it was before an update
    assert editions.changed_parts(edition) == ("style.css",)
    session.commit()
    with pytest.raises(ForbiddenError):
        editions.confirm(engine, edition.id or 0, admin)
    assert editions.changed_parts(editions.confirm(engine, edition.id or 0, lawyer)) == ()
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "form.confirm")).one()
    assert (entry.actor, entry.detail["why"]) == ("user:phap-che", "style.css")


def test_a_form_approved_before_the_parts_were_recorded_is_not_told_as_changed(approved: Approved) -> None:
    edition = approved(date(2026, 11, 24))
    edition.shared = {}
    assert editions.changed_parts(edition) == ()


def test_what_ships_is_the_first_edition_also_of_days_before_it(session: Session) -> None:
    first = editions.for_paper(session, "notice", date(2020, 1, 1))
    assert first == editions.for_paper(session, "notice", date(2026, 11, 24))
    assert {kind: rows[0].template for kind, rows in shipped_forms().items()}["refund"] == "receipt-1"


def test_another_edition_of_the_same_day_takes_the_place_of_the_first(
    session: Session, approved: Approved, now: datetime
) -> None:
    first, second = approved(local_day(now)), approved(local_day(now))
    session.refresh(first)
    assert (first.state, second.state) == ("replaced", "active")
    assert editions.for_paper(session, "notice", local_day(now)).form == second.id


def test_whoever_uploads_does_not_approve(session: Session, admin: User, now: datetime) -> None:
    draft = editions.upload(session, row(local_day(now)), NOTICE, admin, now)
    with pytest.raises(ForbiddenError):
        editions.activate(session, draft.id or 0, admin, now)


def test_each_step_needs_its_state_and_is_written_down(
    session: Session, approved: Approved, admin: User, lawyer: User, now: datetime
) -> None:
    edition = approved(local_day(now) + timedelta(days=9))
    with pytest.raises(ConflictError):
        editions.activate(session, edition.id or 0, lawyer, now)
    with pytest.raises(ConflictError):
        editions.drop(session, edition.id or 0, admin, "tải nhầm tệp", now)
    editions.withdraw(session, edition.id or 0, lawyer, "thông tư bị hoãn", now)
    assert (edition.state, edition.ended_why, edition.ended_by) == (
        "withdrawn",
        "thông tư bị hoãn",
        lawyer.id,
    )
    draft = editions.upload(session, row(local_day(now)), NOTICE, admin, now)
    editions.drop(session, draft.id or 0, admin, "tải nhầm tệp", now)
    session.commit()  # entries are written with it
    entries = session.exec(select(AuditEntry).where(AuditEntry.subject == "form:notice")).all()
    assert [(entry.action, entry.actor, entry.detail["why"]) for entry in entries] == [
        ("form.upload", "user:quan-tri", "thông tư mới"),
        ("form.activate", "user:phap-che", "thông tư mới"),
        ("form.withdraw", "user:phap-che", "thông tư bị hoãn"),
        ("form.upload", "user:quan-tri", "thông tư mới"),
        ("form.drop", "user:quan-tri", "tải nhầm tệp"),
    ]
    assert len(editions.editions(session, "notice")) == 2
    with pytest.raises(NotFoundError):
        editions.withdraw(session, 999, lawyer, "x", now)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Vault((b"k" * 32,)), MediaStore(tmp_path / "media"), OFFICE, "BN")


def test_papers_of_both_editions_hold_what_papers_must_and_the_earlier_one_stays(
    engine: Engine, archive: Archive, tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "signer.p12").write_bytes(authority().pkcs12())
    signer = FileSigner.from_file(tmp_path / "signer.p12", PASSPHRASE)

    def notice(key: str, at: datetime) -> Document:
        with transaction(engine) as session:
            document = archive.draw(session, "notice", About(key), VALUES, at)
        return archive.make_file(engine, document.id or 0, signer, {}, at)

    def shown(document: Document) -> bytes:
        with transaction(engine) as session:
            return archive.show(session, document.id or 0, "user:lan", "xem")[1]

    before = notice("a", now)
    first = shown(before)
    with transaction(engine) as session:
        admin, lawyer = add_user(session, "q", Role.ADMIN, now), add_user(session, "p", Role.LAWYER, now)
        draft = editions.upload(session, row(local_day(now) + timedelta(days=1)), NOTICE, admin, now)
        editions.activate(session, draft.id or 0, lawyer, now)
        form_id = draft.id
    same_day, after = notice("b", now), notice("c", now + timedelta(days=1))
    assert [paper.form_id for paper in (before, same_day, after)] == [None, None, form_id]
    assert shown(before) == first
    for pdf, code in ((first, "TT 73/2024"), (shown(after), "TT 99/2026")):
        expect_pdf_a(pdf)
        assert code in text_of(pdf)
        assert links_on(pdf) == [VALUES["portal"]["link"]]
        (verdict,) = validate(pdf, [authority().pem])
        assert verdict.valid
    assert "THÔNG BÁO VI PHẠM" in text_of(shown(after))
    with transaction(engine) as session:
        values = archive.values_of(session.get_one(Document, after.id))
        assert (values["edition"]["form"], values["edition"]["code"]) == (form_id, CODE)
        assert values["edition"]["sha256"] == editions.edition_of(session, form_id or 0).sha256
        assert title_of(session, after) == "Thông báo vi phạm"
        assert editions.papers_made(session, form_id or 0) == 1
        with pytest.raises(ConflictError):
            editions.withdraw(session, form_id or 0, lawyer, "không kịp", now)


@pytest.fixture
def in_force(engine: Engine, now: datetime) -> tuple[int, User]:
    """An approved edition of the notice, stored, and the lawyer."""
    with transaction(engine) as session:
        admin, lawyer = add_user(session, "q", Role.ADMIN, now), add_user(session, "p", Role.LAWYER, now)
        draft = editions.upload(session, row(local_day(now)), NOTICE, admin, now)
        return editions.activate(session, draft.id or 0, lawyer, now).id or 0, lawyer


def test_a_withdrawal_waits_for_the_paper_that_is_being_drawn_and_is_refused(
    engine: Engine, archive: Archive, in_force: tuple[int, User], now: datetime
) -> None:
    form_id, lawyer = in_force
    refused: list[str] = []

    def withdraw() -> None:
        try:
            with transaction(engine) as session:
                editions.withdraw(session, form_id, lawyer, "nhầm mẫu", now)
        except ConflictError as problem:
            refused.append(problem.reason)

    other = threading.Thread(target=withdraw)
    with transaction(engine) as session:
        paper = archive.draw(session, "notice", About("a"), VALUES, now)
        other.start()
        other.join(0.5)
        assert (paper.form_id, other.is_alive()) == (form_id, True)
    other.join(20)
    assert refused == ["form_used"]


def test_a_paper_waits_for_a_withdrawal_and_is_made_on_the_form_before(
    engine: Engine, archive: Archive, in_force: tuple[int, User], now: datetime
) -> None:
    form_id, lawyer = in_force
    made: list[int | None] = []

    def draw() -> None:
        with transaction(engine) as session:
            made.append(archive.draw(session, "notice", About("a"), VALUES, now).form_id)

    other = threading.Thread(target=draw)
    with transaction(engine) as session:
        editions.withdraw(session, form_id, lawyer, "nhầm mẫu", now)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert made == [None]
    with transaction(engine) as session:
        assert editions.papers_made(session, form_id) == 0


def test_a_paper_of_a_time_before_editions_keeps_its_values_and_hash() -> None:
    old = SAMPLES["notice"]
    assert old.edition is None
    assert b"edition" not in old.frozen()
    assert old.model_validate_json(old.frozen()).frozen() == old.frozen()


@pytest.mark.parametrize(
    ("change", "template", "error"),
    [
        ({}, NOTICE.replace("paper.act)", "paper.akt)"), FormTemplateError),
        ({"kind": "report"}, NOTICE, NotFoundError),
        ({}, "x" * (editions.LARGEST + 1), InvalidError),
    ],
)
def test_what_cannot_be_used_is_not_taken_in(
    engine: Engine, now: datetime, change: dict[str, str], template: str, error: type[Exception]
) -> None:
    with transaction(engine) as session:
        admin = add_user(session, "quan-tri", Role.ADMIN, now)
    with pytest.raises(error):
        editions.add(engine, replace(row(local_day(now)), **change), template, admin, now)  # type: ignore[arg-type]
    with transaction(engine) as session:
        assert editions.editions(session) == []


@pytest.mark.parametrize("days", [-3650, -367, 731, 63_000])
def test_a_first_day_far_from_today_is_not_taken_in(
    engine: Engine, session: Session, admin: User, now: datetime, days: int
) -> None:
    session.commit()
    with pytest.raises(InvalidError, match="form_first_day"):
        editions.add(engine, row(local_day(now) + timedelta(days=days)), NOTICE, admin, now)


def test_problems_are_told_in_both_languages() -> None:
    problems = [
        checking.Problem(code="field", values={"line": 9, "name": "paper.akt", "near": "act"}),
        checking.Problem(code="missing", values={"name": "paper.number"}),
        checking.Problem(code="time"),
    ]
    told = FormTemplateError(problems).values["problems"]
    assert isinstance(told, Words)
    assert told.vi.splitlines()[:2] == [
        "dòng 9: văn bản này không có mục “paper.akt”; các mục gần giống: act",
        "mẫu không in mục bắt buộc “paper.number”; hãy thêm vào",
    ]
    assert told.en.splitlines()[0] == "line 9: this paper has no field “paper.akt”; similar fields: act"


def test_a_trial_is_marked_as_no_paper() -> None:
    edition = forms.packaged("notice", date(2026, 11, 24))
    pdf = trial.as_file(trial.of_sample("notice", edition, None))
    assert "BẢN XEM THỬ" in text_of(pdf)
    assert trial.picture_of_sample("notice", edition, None).startswith(b"\x89PNG")
