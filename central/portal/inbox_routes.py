"""The inbox of the portal: all notifications of this person, read or not, with their papers."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from central.citizens.entry import Guest
from central.documents.models import Document
from central.errors import NotFoundError
from central.notifications import service as notifications
from central.notifications.models import Notification
from central.portal.pages import render
from central.portal.payment_routes import papers_of
from central.portal.people import CurrentGuest
from central.portal.views import CaseView, case_view
from central.web.language import language
from central.web.people import Now, ReadSessionDep, SessionDep
from central.web.values import Id

router = APIRouter(prefix="/inbox")


@dataclass(frozen=True)
class Told:
    """One notification, its case, and the paper that this guest may open."""

    row: Notification
    words: str
    view: CaseView
    paper: Document | None


@router.get("")
def inbox(request: Request, session: ReadSessionDep, guest: CurrentGuest, now: Now) -> Response:
    """What was told, the latest first."""
    views = _views(session, guest, now)
    lang = language(request)
    papers = {case_id: papers_of(session, guest, view) for case_id, view in views.items()}
    told = [
        Told(row, notifications.words_of(row, lang), views[row.case_id], _paper(papers[row.case_id], row))
        for row in _told_to(session, views)
    ]
    return render(
        request, "inbox.html", guest, told=told, unread=sum(one.row.read_at is None for one in told)
    )


@router.post("/{notification_id}")
def read(session: SessionDep, guest: CurrentGuest, now: Now, notification_id: Id) -> Response:
    """Opens one: that it was read, and when, is kept; leads to its paper, or to its case."""
    views = _views(session, guest, now)
    row = next((one for one in _told_to(session, views) if one.id == notification_id), None)
    if row is None:
        raise NotFoundError("notification", id=notification_id)
    notifications.note_read(session, row, now)
    view = views[row.case_id]
    paper = _paper(papers_of(session, guest, view), row)
    page = f"/cases/{view.id}"
    return RedirectResponse(f"{page}/papers/{paper.id}" if paper else page, status_code=303)


def _told_to(session: Session, views: dict[int, CaseView]) -> list[Notification]:
    """The notifications of the parties of the open cases about them."""
    parties = {view.opened.party_id for view in views.values()}
    found = [row for party in parties for row in notifications.of_party(session, party, list(views))]
    return sorted(
        (row for row in found if views[row.case_id].opened.party_id == row.party_id),
        key=lambda row: row.id or 0,
        reverse=True,
    )


def _views(session: Session, guest: Guest, now: Now) -> dict[int, CaseView]:
    """The cases open to the guest, by case number."""
    views = (case_view(session, guest, opened.proceeding_id, now) for opened in guest.opened)
    return {view.proceeding.case_id: view for view in views}


def _paper(papers: list[Document], row: Notification) -> Document | None:
    return next((paper for paper in papers if paper.id == row.document_id), None)
