"""Answers of citizens at the desk: their text and files, opened for a logged purpose."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from central.accounts.models import User
from central.accounts.permissions import Permission
from central.citizens import answers, attachments
from central.citizens.attachments import Cupboard
from central.citizens.models import Submission
from central.console.pages import render
from central.console.proceeding_routes import AtPage, Page
from central.errors import NotFoundError
from central.values import Text
from central.web.people import require
from central.web.services import services
from central.web.values import Id

router = APIRouter(prefix="/proceedings/{case_id}/submissions/{submission_id}")

Reader = Annotated[User, Depends(require(Permission.VIEW_OWNER))]
Purpose = Annotated[Text, Form(min_length=5, max_length=200)]


@router.post("")
def read_submission(user: Reader, page: AtPage, submission_id: Id, purpose: Purpose) -> Response:
    """The words of an answer and the names of its files; that they were read is written down."""
    row = _of_this_case(page, submission_id)
    records = services(page.request).records(page.session)
    content = answers.read(records, submission_id, user.actor, purpose)
    files = attachments.of_submission(page.session, submission_id)
    return render(
        page.request,
        "_submission.html",
        user,
        row=row,
        content=content,
        files=files,
        purpose=purpose,
        case_id=page.case_id,
    )


@router.post("/files/{file_id}")
def read_file(user: Reader, page: AtPage, submission_id: Id, file_id: Id, purpose: Purpose) -> Response:
    """A file as it was sent, to be saved and never run; that it was read is written down."""
    _of_this_case(page, submission_id)
    files = attachments.of_submission(page.session, submission_id)
    row = next((one for one in files if one.id == file_id), None)
    if row is None:
        raise NotFoundError("attachment", id=file_id)
    found = services(page.request)
    cupboard = Cupboard(found.media.store, found.vault)
    content = cupboard.read(page.session, row, user.actor, purpose)
    ending = row.name.rpartition(".")[2]
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.{ending}"'}
    return Response(content, media_type=row.media_type, headers=headers)


def _of_this_case(page: Page, submission_id: int) -> Submission:
    found = answers.of_case(page.session, page.proceeding.id or 0)
    row = next((one for one in found if one.id == submission_id), None)
    if row is None:
        raise NotFoundError("submission", id=submission_id)
    return row
