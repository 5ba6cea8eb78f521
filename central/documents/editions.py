"""Editions of forms: uploaded by an administrator, checked, approved by a lawyer, in use from their day on.

The form of a paper is the edition in force on the day the paper bears. A form belongs to the act of issuing
the paper, which is done by the rules of that day; what is charged and how much follows the day of the
violation. A paper made once stays as it is: its values name its edition, its file is archived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from central.accounts.models import User
from central.audit import service as audit
from central.db import reading, transaction
from central.documents import checking, sandbox
from central.documents import forms as shipped
from central.documents.models import Document, FormEdition
from central.documents.values import Edition
from central.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from central.law.service import FAR_AHEAD
from central.words.dictionary import translator
from central.words.languages import LANGUAGES, Language
from configs.wording import plain
from contract.canonical import sha256_hex
from contract.local_time import local_day

LARGEST = 100_000
"""Most characters of a template; the packaged ones have at most four thousand."""


PAST = timedelta(days=366)
"""How long before its upload a form may have its first day: it holds for papers made from its approval on."""


class FormTemplateError(InvalidError):
    """The template can't be used as a form; `problems` lists what is wrong with it, by code and values."""

    code: ClassVar[str] = "form_template"

    def __init__(self, problems: Sequence[checking.Problem]) -> None:
        self.problems = tuple(problems)
        told = ("\n".join(_told(problem, language) for problem in problems) for language in LANGUAGES)
        super().__init__("problems", field="file", problems=plain(*told))


def _told(problem: checking.Problem, language: Language) -> str:
    t, values = translator(language), dict(problem.values)
    key = f"{problem.code}_near" if values.get("near") else problem.code
    told = t(f"form_problem.{key}", **values)
    return t("form_problem.on_line", line=values["line"], told=told) if values.get("line") else told


@dataclass(frozen=True)
class Row:
    """What an administrator states about an edition: its paper, code, title and legal basis, its first
    day.
    """

    kind: str
    code: str
    title: str
    basis: str
    valid_from: date
    note: str


def for_paper(session: Session, kind: str, day: date, *, held: bool = False) -> Edition:
    """The edition of a paper that bears that day. `held`: nobody can withdraw it until the transaction
    ends.
    """
    found = in_use(session, kind, day, held=held)
    return shipped.packaged(kind, day) if found is None else as_value(found)


def with_source(session: Session, kind: str, day: date) -> tuple[Edition, str]:
    """The edition of a paper that bears that day, and its template."""
    found = in_use(session, kind, day)
    if found is not None:
        return as_value(found), found.template
    edition = shipped.packaged(kind, day)
    return edition, shipped.source_of(edition.template)


def in_use(session: Session, kind: str, day: date, *, held: bool = False) -> FormEdition | None:
    """The uploaded edition in force on a day, None if it is the packaged one. `held`: nobody can withdraw it
    until the transaction ends.
    """
    wanted = (FormEdition.kind == kind, FormEdition.state == "active", col(FormEdition.valid_from) <= day)
    query = select(FormEdition).where(*wanted).order_by(col(FormEdition.valid_from).desc()).limit(1)
    return session.exec(query.with_for_update(read=True) if held else query).first()


def coming(session: Session, kind: str, day: date) -> list[FormEdition]:
    """Approved editions that begin after a day, the earliest first."""
    wanted = (FormEdition.kind == kind, FormEdition.state == "active", col(FormEdition.valid_from) > day)
    return list(session.exec(select(FormEdition).where(*wanted).order_by(col(FormEdition.valid_from))))


def as_value(edition: FormEdition) -> Edition:
    """What a paper's values name. The name of its template is printed in the paper's foot."""
    return Edition(
        form=edition.id,
        code=edition.code,
        title=edition.title,
        basis=edition.basis,
        template=_name(edition.kind, edition.valid_from, edition.sha256),
        sha256=edition.sha256,
    )


def _name(kind: str, day: date, sha256: str) -> str:
    return f"{kind}-{day:%Y%m%d}-{sha256[:8]}"


def source_of(session: Session, edition_id: int | None) -> str | None:
    """The template of an uploaded edition; None for the packaged one."""
    return None if edition_id is None else edition_of(session, edition_id).template


def check(row: Row, template: str) -> None:
    """Tries a template as the form of a paper, in a process of its own; outside of any transaction.

    Raises:
        FormTemplateError: it can't be used, with everything that is wrong.
        NotFoundError: no such paper.
        ConflictError: other templates are being tried.
    """
    shipped.known(row.kind)
    if len(template) > LARGEST:
        raise InvalidError(
            "text_file_too_large", field="file", name=row.kind, kind="HTML", kb=LARGEST // 1000
        )
    if problems := checking.problems_of(_task(row, template)):
        raise FormTemplateError(problems)


def _task(row: Row, template: str) -> checking.Task:
    sha256 = sha256_hex(template.encode())
    name = _name(row.kind, row.valid_from, sha256)
    edition = Edition(code=row.code, title=row.title, basis=row.basis, template=name, sha256=sha256)
    return checking.Task(kind=row.kind, source=template, edition=edition)


def add(engine: Engine, row: Row, template: str, by: User, now: datetime) -> FormEdition:
    """Checks a template and stores it as a draft. Raises as `check` does.

    Raises:
        InvalidError: its first day is far from today.
    """
    first, last = first_days(local_day(now))
    if not first <= row.valid_from <= last:
        raise InvalidError("form_first_day", field="valid_from", first=first, last=last)
    check(row, template)
    with transaction(engine) as session:
        return upload(session, row, template, by, now)


def first_days(today: date) -> tuple[date, date]:
    """The earliest and the latest first day of an edition that is uploaded today."""
    return today - PAST, today + FAR_AHEAD


def approve(engine: Engine, edition_id: int, by: User, now: datetime) -> FormEdition:
    """Checks a draft again, with the software as it is now, and activates it. Raises as `check` and
    `activate` do.
    """
    _check_again(engine, edition_id, "draft", by)
    with transaction(engine) as session:
        return activate(session, edition_id, by, now)


def confirm(engine: Engine, edition_id: int, by: User) -> FormEdition:
    """A lawyer has looked at an approved edition again, with the shared parts as they are now. It is checked
    anew.

    Raises:
        FormTemplateError: it can't be used with them.
        ForbiddenError: the person who uploaded it may not approve it.
        ConflictError: it is not approved.
    """
    _check_again(engine, edition_id, "active", by)
    with transaction(engine) as session:
        edition = _locked(session, edition_id, "active")
        if edition.uploaded_by == by.id:
            raise ForbiddenError("form_uploader")
        changed, edition.shared = changed_parts(edition), sandbox.hashes_of_shared()
        _write_down(session, by, "confirm", edition, ", ".join(changed))
        return edition


def _check_again(engine: Engine, edition_id: int, state: str, by: User) -> None:
    with reading(engine) as session:
        edition = edition_of(session, edition_id)
    if edition.state == state and edition.uploaded_by != by.id:
        row = Row(edition.kind, edition.code, edition.title, edition.basis, edition.valid_from, edition.note)
        check(row, edition.template)


def changed_parts(edition: FormEdition) -> tuple[str, ...]:
    """The shared parts that an update changed since a lawyer saw the edition; empty where that is unknown."""
    present = sandbox.hashes_of_shared()
    return tuple(name for name in present if edition.shared and present[name] != edition.shared.get(name))


def upload(session: Session, row: Row, template: str, by: User, now: datetime) -> FormEdition:
    """Stores a checked template as a draft."""
    assert by.id is not None
    edition = FormEdition(
        kind=row.kind,
        code=row.code,
        title=row.title,
        basis=row.basis,
        valid_from=row.valid_from,
        template=template,
        sha256=sha256_hex(template.encode()),
        note=row.note,
        uploaded_by=by.id,
        uploaded_at=now,
    )
    session.add(edition)
    session.flush()
    _write_down(session, by, "upload", edition, row.note)
    return edition


def activate(session: Session, edition_id: int, by: User, now: datetime) -> FormEdition:
    """Approves a draft: papers that bear its first day or a later one are made on it.

    Raises:
        ForbiddenError: the person who uploaded it may not approve it.
        ConflictError: it is no draft.
    """
    edition = _locked(session, edition_id, "draft")
    if edition.uploaded_by == by.id:
        raise ForbiddenError("form_uploader")
    same = (FormEdition.kind == edition.kind, FormEdition.valid_from == edition.valid_from)
    query = select(FormEdition).where(*same, FormEdition.state == "active").with_for_update()
    for old in session.exec(query).all():
        old.state, old.ended_by, old.ended_at = "replaced", by.id, now
    session.flush()
    edition.state, edition.activated_by, edition.activated_at = "active", by.id, now
    edition.shared = sandbox.hashes_of_shared()
    session.flush()
    _write_down(session, by, "activate", edition, edition.note)
    return edition


def drop(session: Session, edition_id: int, by: User, why: str, now: datetime) -> FormEdition:
    """Discards a draft; it stays readable. Raises ConflictError: it is no draft."""
    return _end(session, _locked(session, edition_id, "draft"), "dropped", by, why, now)


def withdraw(session: Session, edition_id: int, by: User, why: str, now: datetime) -> FormEdition:
    """Takes an approved edition back on which no paper was made yet.

    Raises:
        ConflictError: papers were made on it (a newer edition takes its place), or it is not approved.
    """
    edition = _locked(session, edition_id, "active")
    if made := papers_made(session, edition_id):
        raise ConflictError("form_used", n=made)
    return _end(session, edition, "withdrawn", by, why, now)


def _end(
    session: Session, edition: FormEdition, state: str, by: User, why: str, now: datetime
) -> FormEdition:
    edition.state, edition.ended_by, edition.ended_at, edition.ended_why = state, by.id, now, why
    session.flush()
    _write_down(session, by, {"dropped": "drop", "withdrawn": "withdraw"}[state], edition, why)
    return edition


def papers_made(session: Session, edition_id: int) -> int:
    """How many papers were made on an uploaded edition."""
    return session.exec(
        select(func.count()).select_from(Document).where(Document.form_id == edition_id)
    ).one()


def editions(session: Session, kind: str | None = None) -> list[FormEdition]:
    """Every uploaded edition, of one paper or all, the newest first."""
    query = select(FormEdition).order_by(col(FormEdition.id).desc())
    return list(session.exec(query if kind is None else query.where(FormEdition.kind == kind)))


def edition_of(session: Session, edition_id: int) -> FormEdition:
    """One uploaded edition. Raises NotFoundError."""
    edition = session.get(FormEdition, edition_id)
    if edition is None:
        raise NotFoundError("form", id=edition_id)
    return edition


def _locked(session: Session, edition_id: int, state: str) -> FormEdition:
    query = select(FormEdition).where(FormEdition.id == edition_id).with_for_update()
    edition = session.exec(query).one_or_none()
    if edition is None:
        raise NotFoundError("form", id=edition_id)
    if edition.state != state:
        raise ConflictError("form_state", form_state=edition.state)
    return edition


def _write_down(session: Session, by: User, action: str, edition: FormEdition, why: str) -> None:
    detail = {
        "id": edition.id,
        "sha256": edition.sha256,
        "valid_from": edition.valid_from.isoformat(),
        "why": why,
    }
    audit.record(session, by.actor, f"form.{action}", f"form:{edition.kind}", detail)
