"""Reports for leaders: which there are, what one says, and its workbook."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.audit import service as audit
from central.console.pages import language, render
from central.reports import service as reports
from central.reports.sheet import MEDIA_TYPE, as_xlsx
from central.reports.wording import group_title, split_of, title_of, value_of
from central.web.people import SessionDep, require
from central.web.values import Before, Id

router = APIRouter(prefix="/reports")

PAGE = 50

Leader = Annotated[User, Depends(require(Permission.VIEW_REPORTS))]


@router.get("")
def report_list(request: Request, session: SessionDep, user: Leader, before: Before = None) -> Response:
    """Every report as it was told, the newest first."""
    found = reports.list_reports(session, before, PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render(request, "reports.html", user, reports=found[:PAGE], more=more)


@router.get("/{report_id}")
def report_page(request: Request, session: SessionDep, user: Leader, report_id: Id) -> Response:
    """One report: corrections first, then its figures group by group."""
    snapshot = reports.get(session, report_id)
    lang = language(request)
    return render(
        request,
        "report.html",
        user,
        snapshot=snapshot,
        report=reports.content_of(snapshot),
        group_title=lambda group: group_title(group, lang),
        title_of=lambda figure: title_of(figure, lang),
        split_of=lambda figure: split_of(figure, lang),
        value_of=lambda figure, value: value_of(figure, value, lang),
    )


@router.get("/{report_id}/xlsx")
def report_sheet(request: Request, session: SessionDep, user: Leader, report_id: Id) -> Response:
    """The workbook; that it was taken out is written down."""
    snapshot = reports.get(session, report_id)
    content = as_xlsx(reports.content_of(snapshot), snapshot.sha256, language(request))
    audit.record(session, f"user:{user.id}", "report.show", f"report:{report_id}", {"as": "xlsx"})
    name = f"report-{snapshot.kind}-{snapshot.first_day}-{snapshot.revision}.xlsx"
    return Response(
        content, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
