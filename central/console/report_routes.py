"""Reports for leaders: their list, the content of one, its workbook and its paper."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.accounts.service import names_by_username
from central.audit import service as audit
from central.console.audit_routes import thing_word
from central.console.pages import language, render
from central.db import reading, transaction
from central.documents.render import RenderError
from central.errors import ConflictError
from central.reports import service as reports
from central.reports.drawing import charts_of
from central.reports.leading import MOST_ON_PAGE, leading
from central.reports.models import ReportSnapshot
from central.reports.paper import MEDIA_TYPE as PDF
from central.reports.paper import as_pdf
from central.reports.sheet import MEDIA_TYPE, as_xlsx
from central.reports.wording import (
    entered_before,
    entered_title,
    entered_value,
    group_title,
    split_of,
    title_of,
    value_of,
)
from central.web.people import ReadSessionDep, SessionDep, require
from central.web.services import services
from central.web.values import Before, Id

router = APIRouter(prefix="/reports")

PAGE = 50

Leader = Annotated[User, Depends(require(Permission.VIEW_REPORTS))]


@router.get("")
def report_list(request: Request, session: ReadSessionDep, user: Leader, before: Before = None) -> Response:
    """Every report as it was told, the newest first."""
    found = reports.list_reports(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    people, lang = names_by_username(session), language(request)
    return render(
        request,
        "reports.html",
        user,
        reports=found[:PAGE],
        more=more,
        taker_of=lambda report: thing_word(report.taken_by, people, lang),
    )


@router.get("/{report_id}")
def report_page(request: Request, session: ReadSessionDep, user: Leader, report_id: Id) -> Response:
    """One report: corrections first, then its figures group by group."""
    snapshot = reports.get(session, report_id)
    lang, report = language(request), reports.opened(session, snapshot)
    people = names_by_username(session)
    return render(
        request,
        "report.html",
        user,
        snapshot=snapshot,
        report=report,
        charts=charts_of(report, lang),
        leading=lambda figures: leading(figures, MOST_ON_PAGE),
        most_lines=MOST_ON_PAGE,
        group_title=lambda group: group_title(group, lang),
        title_of=lambda figure: title_of(figure, lang),
        split_of=lambda figure: split_of(figure, lang, report.reasons),
        value_of=lambda figure, value: value_of(figure, value, lang),
        entered_title=lambda line: entered_title(line, lang),
        entered_value=lambda line: entered_value(line, lang),
        entered_before=lambda line: entered_before(line, lang),
        who=lambda actor: thing_word(actor, people, lang),
    )


@router.get("/{report_id}/xlsx")
def report_sheet(
    request: Request, session: SessionDep, user: Leader, report_id: Id, outside: bool = False
) -> Response:
    """The workbook, whole or for readers outside the police; that it was taken out is written down."""
    snapshot = reports.get(session, report_id)
    report = reports.opened(session, snapshot)
    content = as_xlsx(report, snapshot.sha256, language(request), outside=outside)
    _note_taken_out(session, user, report_id, "xlsx outside" if outside else "xlsx")
    return _file(snapshot, content, MEDIA_TYPE, "outside.xlsx" if outside else "xlsx")


@router.get("/{report_id}/pdf")
def report_paper(request: Request, user: Leader, report_id: Id) -> Response:
    """The paper for readers outside the police; that it was taken out is written down. Setting it takes
    seconds: nothing is held meanwhile that others wait for."""
    engine = request.app.state.engine
    with reading(engine) as session:
        snapshot = reports.get(session, report_id)
        report = reports.opened(session, snapshot)
        try:
            content = as_pdf(snapshot, report, services(request).archive.office, language(request))
        except RenderError as problem:
            raise ConflictError("report_not_set", id=report_id) from problem
    with transaction(engine) as session:
        _note_taken_out(session, user, report_id, "pdf")
    return _file(snapshot, content, PDF, "pdf")


def _note_taken_out(session: Session, user: User, report_id: int, form: str) -> None:
    audit.record(session, user.actor, "report.show", f"report:{report_id}", {"as": form})


def _file(snapshot: ReportSnapshot, content: bytes, media_type: str, ending: str) -> Response:
    name = f"report-{snapshot.kind}-{snapshot.first_day}-{snapshot.revision}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
