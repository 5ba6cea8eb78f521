"""Law tables: the one in use, the changes in a new one and the open cases it affects, and approvals."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlmodel import Session

from central.accounts import service as accounts
from central.accounts.models import User
from central.accounts.permissions import Permission
from central.console.law_rows import row_words
from central.console.pages import language, render
from central.errors import DomainError
from central.law import service as law
from central.proceedings import law_impact, law_missing
from central.values import Text
from central.web.people import Now, ReadSessionDep, SessionDep, require
from central.web.uploads import text_of
from central.web.values import Id
from central.words.errors import told
from configs.law_tables import FOLDER
from contract.local_time import local_day

router = APIRouter(prefix="/law")

LARGEST_TABLE = 200_000
"""Most bytes of a table."""

Viewer = Annotated[User, Depends(require(Permission.VIEW_LAW))]
Uploader = Annotated[User, Depends(require(Permission.UPLOAD_LAW))]
Lawyer = Annotated[User, Depends(require(Permission.APPROVE_LAW))]


@router.get("")
def law_list(request: Request, session: ReadSessionDep, user: Viewer) -> Response:
    """Every table with the version in use, and every version there ever was."""
    return _list(request, session, user)


def _list(request: Request, session: Session, user: User, status: int = 200, warning: str = "") -> Response:
    versions = law.versions(session)
    return render(
        request,
        "law.html",
        user,
        status,
        names=law.NAMES,
        active={table.name: table for table in versions if table.state == "active"},
        versions=versions,
        people=accounts.names_by_id(session),
        may_upload=user.may(Permission.UPLOAD_LAW),
        warning=warning,
    )


@router.get("/files/{name}.yaml")
def shipped_file(session: ReadSessionDep, _user: Viewer, name: Annotated[Text, "a table"]) -> Response:
    """The table in use as a file: to change it, and to upload it again."""
    if name not in law.NAMES:
        raise law.LawTableError("name", name=name)
    table = next((table for table in law.versions(session, name) if table.state == "active"), None)
    content = table.content if table else (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return PlainTextResponse(content, headers=headers)


@router.post("")
def upload(
    request: Request,
    session: SessionDep,
    user: Uploader,
    now: Now,
    name: Annotated[Text, Form(max_length=20)],
    file: Annotated[UploadFile, File()],
    note: Annotated[Text, Form(max_length=500)] = "",
) -> Response:
    """Takes a new version in as a draft; what is wrong with it is told with its lines."""
    try:
        table, _ = law.upload(session, name, text_of(file, LARGEST_TABLE, "YAML"), user, note, now)
    except DomainError as refused:
        session.rollback()
        return _list(request, session, user, refused.status, told(refused, language(request)).sentence)
    return RedirectResponse(f"/law/{table.id}", status_code=303)


@router.get("/{table_id}")
def law_page(request: Request, session: ReadSessionDep, user: Viewer, now: Now, table_id: Id) -> Response:
    """One version: what it changes, what a lawyer has still to approve, which open cases it touches."""
    return _page(request, session, user, now, table_id)


def _page(
    request: Request,
    session: Session,
    user: User,
    now: datetime,
    table_id: int,
    status: int = 200,
    warning: str = "",
) -> Response:
    table = law.table_of(session, table_id)
    draft = table.state == "draft"
    changes = law.changes_of(session, table_id) if draft else []
    return render(
        request,
        "law_version.html",
        user,
        status,
        table=table,
        changes=changes,
        far=law.far_ahead(changes, local_day(now)),
        unapproved=law.unapproved(table) if draft else [],
        impact=law_impact.touched(session, table_id) if draft else None,
        lost=law_missing.lost_rows(session, table_id, local_day(now)) if draft else [],
        name_of=lambda row: row_words(row, language(request)),
        ever=(date.min, date.max),
        people=accounts.names_by_id(session),
        may_open=user.may(Permission.VIEW_PROCEEDINGS),
        may_approve=draft and user.may(Permission.APPROVE_LAW),
        may_drop=draft and user.may(Permission.UPLOAD_LAW),
        warning=warning,
    )


@router.post("/{table_id}/approvals")
def approve(
    session: SessionDep,
    user: Lawyer,
    now: Now,
    table_id: Id,
    rows: Annotated[list[Text], Form(max_length=500)],
) -> Response:
    """A lawyer takes responsibility for rows that nobody was sure of."""
    law.approve(session, table_id, rows, user, now)
    return RedirectResponse(f"/law/{table_id}", status_code=303)


@router.post("/{table_id}/activation")
def activate(request: Request, session: SessionDep, user: Lawyer, now: Now, table_id: Id) -> Response:
    """Makes a draft the law in use; open cases that it touches are brought into step by the worker."""
    try:
        law_impact.activate(session, table_id, user, now)
    except DomainError as refused:
        session.rollback()
        warning = told(refused, language(request)).sentence
        return _page(request, session, user, now, table_id, refused.status, warning)
    return RedirectResponse("/law", status_code=303)


@router.post("/{table_id}/drop")
def drop(session: SessionDep, user: Uploader, table_id: Id) -> Response:
    """Gives a draft up; it stays readable."""
    law.drop(session, table_id, user)
    return RedirectResponse("/law", status_code=303)


@router.get("/{table_id}/content")
def content(session: ReadSessionDep, _user: Viewer, table_id: Id) -> Response:
    """The version as it was uploaded."""
    return PlainTextResponse(law.table_of(session, table_id).content)
